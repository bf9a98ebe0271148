using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;
using Portal.Access.Sessions;

namespace Portal.Access;

/// <summary>Sessions over the API, and the page's sign-out.</summary>
internal static class SessionEndpoints
{
    internal sealed record Credentials(string? User, string? Password);

    internal sealed record TokenAnswer(string Token, DateTimeOffset ExpiresAt);

    internal sealed record SessionAnswer(string User, string DisplayName, string Kind, DateTimeOffset ExpiresAt, bool Administrator);

    public static void Map(IEndpointRouteBuilder app)
    {
        var sessions = app.MapGroup("/api/v1/sessions").WithTags("Sessions");
        sessions.MapPost("/", StartAsync).AllowAnonymous().WithName("StartSession").WithSummary("Signs in; the token is sent as bearer from then on");
        sessions.MapGet("/current", Current).RequireAuthorization().WithName("GetSession").WithSummary("Who is signed in, and until when");
        sessions.MapDelete("/current", EndAsync).RequireAuthorization().WithName("EndSession").WithSummary("Signs out");
        app.MapPost("/sign-out", EndOnPageAsync).AllowAnonymous().ExcludeFromDescription();
    }

    private static async Task<IResult> StartAsync(Credentials credentials, SignIn signIn, HttpContext http, CancellationToken cancellationToken)
    {
        var missing = new List<(string, string)>();
        if (string.IsNullOrWhiteSpace(credentials.User))
        {
            missing.Add(("user", "The name to sign in with is missing."));
        }

        if (credentials.Password is null)
        {
            missing.Add(("password", "The password is missing."));
        }

        if (missing.Count > 0)
        {
            return Problems.Invalid(missing);
        }

        var result = await signIn.ExecuteAsync(credentials.User!, credentials.Password!, SessionKind.Token, HttpActor.Source(http), cancellationToken);
        return result.Outcome switch
        {
            SignInOutcome.SignedIn => TypedResults.Ok(new TokenAnswer(result.Token!, result.Session!.ExpiresAt)),
            SignInOutcome.TooMany => Problems.TooMany(result.Sentence, result.RetryAfter!.Value),
            SignInOutcome.DirectoryDown => TypedResults.Problem(result.Sentence, statusCode: StatusCodes.Status503ServiceUnavailable, title: "Directory down"),
            SignInOutcome.EmptyPassword or SignInOutcome.UnknownUser or SignInOutcome.WrongPassword or SignInOutcome.Refused or SignInOutcome.Ambiguous =>
                Problems.SignedOut(result.Sentence),
        };
    }

    private static Ok<SessionAnswer> Current(HttpContext http)
    {
        var session = http.Session()!;
        return TypedResults.Ok(new SessionAnswer(session.UserName, session.DisplayName, session.Kind.ToString().ToLowerInvariant(), session.ExpiresAt, http.Actor().PlatformAdministrator));
    }

    private static async Task<NoContent> EndAsync(HttpContext http, SignOut signOut, CancellationToken cancellationToken)
    {
        await signOut.ExecuteAsync(http.Actor(), http.Session()!.Id, cancellationToken);
        SessionCookie.Clear(http);
        return TypedResults.NoContent();
    }

    /// <summary>Signed out already is signed out: no reason to stop anybody.</summary>
    private static async Task<IResult> EndOnPageAsync(HttpContext http, IAntiforgery antiforgery, SignOut signOut, CancellationToken cancellationToken)
    {
        if (http.Session() is { } session)
        {
            if (!await antiforgery.IsRequestValidAsync(http))
            {
                return TypedResults.Problem("This form is not from a page of this portal, or is too old.", statusCode: StatusCodes.Status400BadRequest);
            }

            await signOut.ExecuteAsync(http.Actor(), session.Id, cancellationToken);
        }

        SessionCookie.Clear(http);
        return TypedResults.Redirect(SignInUrl.Page);
    }
}
