using System.Collections.Immutable;
using Portal.Access;
using Portal.Tenants;

namespace Portal.Switching.Gradual;

/// <param name="Steps">Percent of the clients, growing: <c>[1, 5, 25]</c>. After the last comes the switch.</param>
/// <param name="StepSeconds">How long each step is held and watched; 300 where nothing is said.</param>
/// <param name="StickTo">By what a client stays on its side: <c>cookie</c>, or <c>address</c>.</param>
public sealed record GradualBody(ImmutableArray<int>? Steps, int? StepSeconds, string? StickTo, string? Reason);

internal static class GradualEndpoints
{
    private const int UsualSeconds = 300;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/tenants/{tenant}/gradual", GetAsync).WithName("GetGradualSwitch").WithSummary("The newest switch in steps, running or ended").WithTags("Switches");
        api.MapPost("/tenants/{tenant}/gradual", BeginAsync).WithName("BeginGradualSwitch").WithSummary("Moves a growing share of the clients to standby, watches both sides, and switches in the end").WithTags("Switches");
        api.MapDelete("/tenants/{tenant}/gradual", StopAsync).WithName("StopGradualSwitch").WithSummary("Everybody back to live, at once").WithTags("Switches");
    }

    private static async Task<IResult> GetAsync(string tenant, HttpContext http, TenantQueries tenants, GradualQueries graduals, CancellationToken cancellationToken) =>
        await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is not { } view ? Problems.NotFound("tenant")
        : await graduals.LastAsync(view.Id, cancellationToken) is { } gradual ? Results.Ok(Answer(gradual))
        : Problems.NotFound("gradual switch");

    private static async Task<IResult> BeginAsync(string tenant, GradualBody body, HttpContext http, TenantQueries tenants, BeginGradual begin, CancellationToken cancellationToken)
    {
        if (await tenants.KeyAsync(http.Actor(), tenant, cancellationToken) is not { } key)
        {
            return Problems.NotFound("tenant");
        }

        if (body.StickTo is not (null or "cookie" or "address"))
        {
            return Problems.Invalid("stickTo", "cookie or address.");
        }

        var wanted = new NewGradual(body.Steps ?? [], body.StepSeconds ?? UsualSeconds, body.StickTo == "address" ? StickTo.Address : StickTo.Cookie, body.Reason);
        return await begin.ExecuteAsync(http.Actor(), key, wanted, cancellationToken) switch
        {
            BeginGradualResult.Begun begun => Results.Created($"/api/v1/tenants/{tenant}/gradual", Answer(begun.Gradual)),
            BeginGradualResult.Invalid invalid => Problems.Invalid(invalid.Field, invalid.Problem),
            BeginGradualResult.Held held => Problems.Conflict(held.Why.Sentence),
            BeginGradualResult.Blocked blocked => Results.Problem(
                title: "Conflict", statusCode: StatusCodes.Status409Conflict, detail: $"Standby cannot take the traffic: {blocked.Report.Obstacle}.",
                extensions: new Dictionary<string, object?> { ["failed"] = blocked.Report.Failed }),
            BeginGradualResult.AnotherIsOpen => Problems.Conflict("A gradual switch of this tenant is under way."),
            var other => throw new InvalidOperationException($"An outcome without an answer: {other}."),
        };
    }

    private static async Task<IResult> StopAsync(string tenant, HttpContext http, TenantQueries tenants, StopGradual stop, CancellationToken cancellationToken) =>
        await tenants.KeyAsync(http.Actor(), tenant, cancellationToken) is { } key && await stop.ExecuteAsync(http.Actor(), key, cancellationToken)
            ? Results.NoContent()
            : Problems.NotFound("gradual switch");

    private static object Answer(GradualSwitch gradual) => new
    {
        gradual.Id,
        from = gradual.From.Text(),
        to = gradual.To.Text(),
        state = Store.SnakeCase.Of(gradual.State.ToString()),
        gradual.Steps,
        gradual.StepSeconds,
        stickTo = Store.SnakeCase.Of(gradual.StickTo.ToString()),
        gradual.Percent,
        nextAt = gradual.State == GradualState.Running ? gradual.NextAt : (DateTimeOffset?)null,
        gradual.Reason,
        gradual.Actor,
        gradual.RequestedAt,
        gradual.Outcome,
        gradual.EndedAt,
    };
}
