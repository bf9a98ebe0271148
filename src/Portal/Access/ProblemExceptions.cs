using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Portal.Access.Sessions;

namespace Portal.Access;

/// <summary>The session ended while its page was open.</summary>
public sealed class SignedOutException() : Exception("The session has ended.");

/// <summary>Turns what use cases throw into problem details; what it does not know stays a logged 500.</summary>
internal sealed class ProblemExceptions : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var answer = exception switch
        {
            SignedOutException => SignedOut(httpContext),
            // Nobody is told apart from a stranger to the tenant: first they sign in.
            DeniedException when httpContext.Session() is null => SignedOut(httpContext),
            DeniedException { Hidden: true } => Problems.NotFound("This"),
            DeniedException denied => Problems.Denied($"This needs the permission {denied.Permission}, which you do not have."),
            DbUpdateConcurrencyException or ConflictException => Problems.Conflict("Somebody else changed this at the same moment. Look again, then decide."),
            BadHttpRequestException { InnerException: JsonException json } => Problems.Invalid(Field(json), "This is not the JSON that is expected here."),
            BadHttpRequestException bad => TypedResults.Problem(bad.Message, statusCode: bad.StatusCode),
            _ => null,
        };
        if (answer is null)
        {
            return false;
        }

        await answer.ExecuteAsync(httpContext);
        return true;
    }

    private static IResult SignedOut(HttpContext http) => SessionAuthentication.IsForPrograms(http.Request)
        ? Problems.SignedOut()
        : TypedResults.Redirect(SignInUrl.For(http.Request.PathBase + http.Request.Path + http.Request.QueryString));

    private static string Field(JsonException json) => json.Path is { Length: > 2 } path && path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : "body";
}
