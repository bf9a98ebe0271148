using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Portal.Access.Sessions;

internal static class SessionClaims
{
    public const string Session = "session";
    public const string Source = "source";
    public const string Stamp = "stamp";
    public const string DisplayName = "display_name";
}

/// <summary>The portal's one way to recognise a caller: a session's cookie or token.</summary>
internal sealed class SessionAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> schemes,
    ILoggerFactory logs,
    UrlEncoder encoder,
    SessionReader sessions,
    SessionCookie cookie) : AuthenticationHandler<AuthenticationSchemeOptions>(schemes, logs, encoder)
{
    public const string SchemeName = "session";
    private const string Bearer = "Bearer ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var view = await FindAsync();
        if (view is null)
        {
            return AuthenticateResult.NoResult();
        }

        var source = HttpActor.Source(Context);
        Context.Features.Set(new SessionFeature(view, view.Actor(source)));
        var identity = new ClaimsIdentity(
            [
                new Claim(ClaimTypes.Name, view.Session.UserName),
                new Claim(SessionClaims.DisplayName, view.Session.DisplayName),
                new Claim(SessionClaims.Session, view.Session.Id.ToString()),
                new Claim(SessionClaims.Source, source),
                new Claim(SessionClaims.Stamp, view.Access.Stamp),
            ],
            SchemeName);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName));
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (IsForPrograms(Request))
        {
            await Problems.SignedOut().ExecuteAsync(Context);
            return;
        }

        var target = HttpMethods.IsGet(Request.Method) ? Request.PathBase + Request.Path + Request.QueryString : "/";
        Response.Redirect(SignInUrl.For(target));
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => Problems.Denied().ExecuteAsync(Context);

    internal static bool IsForPrograms(HttpRequest request) =>
        request.Path.StartsWithSegments("/api") || request.Path.StartsWithSegments("/hooks") || request.Path.StartsWithSegments("/_blazor")
        || request.Headers.ContainsKey("Authorization");

    private async Task<SessionView?> FindAsync()
    {
        // Any other bearer belongs to somebody else, such as a webhook.
        if (Request.Headers.Authorization.ToString() is { } header && header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
        {
            var token = header[Bearer.Length..].Trim();
            return token.StartsWith(SessionTokens.Prefix, StringComparison.Ordinal) ? await sessions.ByTokenAsync(token, Context.RequestAborted) : null;
        }

        return cookie.Read(Context) is { } id && SameOrigin() ? await sessions.ByIdAsync(id, inUse: true, Context.RequestAborted) : null;
    }

    /// <summary>
    /// A browser sends the cookie along for pages of other ports and sister host names too, and tenants' applications live there.
    /// What changes something, or opens a socket, counts only from the portal's own pages.
    /// </summary>
    private bool SameOrigin()
    {
        var harmless = (HttpMethods.IsGet(Request.Method) || HttpMethods.IsHead(Request.Method)) && !Context.WebSockets.IsWebSocketRequest;
        var origin = Request.Headers.Origin.ToString();
        return harmless || origin.Length == 0 || (Uri.TryCreate(origin, UriKind.Absolute, out var from) && from.Authority == new Uri($"{from.Scheme}://{Request.Host}").Authority);
    }
}

/// <summary>The session behind this request.</summary>
internal sealed record SessionFeature(SessionView View, Actor Actor);
