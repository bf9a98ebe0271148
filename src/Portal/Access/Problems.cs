using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Portal.Access;

/// <summary>What the API answers when it cannot do what was asked: RFC 9457 problem details.</summary>
public static class Problems
{
    /// <param name="what">For people: <c>Tenant 'acme'</c>. Also for what the caller may not know of.</param>
    public static ProblemHttpResult NotFound(string what) => Problem(StatusCodes.Status404NotFound, "Not found", $"{what} does not exist.");

    /// <param name="field">The field's path as sent: <c>answers.port</c>.</param>
    public static ProblemHttpResult Invalid(string field, string message) => Invalid([(field, message)]);

    public static ProblemHttpResult Invalid(IEnumerable<(string Field, string Message)> problems)
    {
        var errors = problems.GroupBy(one => one.Field).ToDictionary(field => field.Key, field => field.Select(one => one.Message).ToArray());
        return TypedResults.Problem(new HttpValidationProblemDetails(errors)
        {
            Status = StatusCodes.Status400BadRequest,
            Title = "Not valid",
            Detail = string.Join(' ', errors.SelectMany(field => field.Value)),
        });
    }

    public static ProblemHttpResult Conflict(string message) => Problem(StatusCodes.Status409Conflict, "Conflict", message);

    public static ProblemHttpResult Unavailable(string message) => Problem(StatusCodes.Status503ServiceUnavailable, "Unavailable", message);

    public static ProblemHttpResult Denied(string message = "You may not do this.") => Problem(StatusCodes.Status403Forbidden, "Not allowed", message);

    /// <summary>401 with the challenge that the standard asks for.</summary>
    public static IResult SignedOut(string message = "Sign in, or send a token that is still good.") => new Challenge(message);

    /// <summary>429 with <c>Retry-After</c>.</summary>
    public static IResult TooMany(string message, TimeSpan retryAfter) => new Later(message, retryAfter);

    private static ProblemHttpResult Problem(int status, string title, string detail) =>
        TypedResults.Problem(new ProblemDetails { Status = status, Title = title, Detail = detail });

    private sealed class Challenge(string message) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers.WWWAuthenticate = "Bearer realm=\"portal\"";
            return Problem(StatusCodes.Status401Unauthorized, "Not signed in", message).ExecuteAsync(httpContext);
        }
    }

    private sealed class Later(string message, TimeSpan retryAfter) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers.RetryAfter = Math.Ceiling(retryAfter.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
            return Problem(StatusCodes.Status429TooManyRequests, "Too many attempts", message).ExecuteAsync(httpContext);
        }
    }
}
