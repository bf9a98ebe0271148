using Portal.Access;
using Portal.Tenants;

namespace Portal.Switching.Automatic;

/// <summary>All of it: what is left out is off.</summary>
public sealed record AutomationBody(FailoverBody? Failover, LimitsBody? Limits, ScaleDownBody? ScaleDown);

/// <param name="Replicas">How many of each service the old side keeps once its switch-back window has ended: 0, where nothing is said, or 1.</param>
public sealed record ScaleDownBody(int? Replicas);

/// <param name="AfterSeconds">How long a routed service of live must have had no healthy replica; 5 where nothing is said.</param>
/// <param name="AtMostEveryMinutes">The least time between two; 60 where nothing is said.</param>
public sealed record FailoverBody(double? AfterSeconds, double? AtMostEveryMinutes);

/// <param name="FailedPercent">More failed requests than this part of them is too many.</param>
/// <param name="P95Milliseconds">A 95th percentile above this is too slow.</param>
/// <param name="Undo">Take a switch back when the new side is beyond them in its first minute.</param>
public sealed record LimitsBody(double? FailedPercent, double? P95Milliseconds, bool? Undo);

internal static class AutomationEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/tenants/{tenant}/automation", GetAsync).WithName("GetAutomation").WithSummary("What the portal may do by itself: failover, taking a switch back, and scaling the old side down").WithTags("Switches");
        api.MapPut("/tenants/{tenant}/automation", PutAsync).WithName("ChooseAutomation").WithSummary("Says what the portal may do by itself; what is left out is off").WithTags("Switches");
    }

    private static async Task<IResult> GetAsync(string tenant, HttpContext http, TenantQueries tenants, AutomationQueries automation, CancellationToken cancellationToken) =>
        await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is { } view
            ? Results.Ok(AutomationAnswer.Of(await automation.FindAsync(view.Id, cancellationToken)))
            : Problems.NotFound("tenant");

    private static async Task<IResult> PutAsync(string tenant, AutomationBody body, HttpContext http, TenantQueries tenants, ChooseAutomation choose, CancellationToken cancellationToken)
    {
        if (await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is not { } view)
        {
            return Problems.NotFound("tenant");
        }

        return await choose.ExecuteAsync(http.Actor(), view.Id, Wanted(body), cancellationToken) switch
        {
            ChooseAutomationResult.Chosen chosen => Results.Ok(AutomationAnswer.Of(chosen.Automation)),
            ChooseAutomationResult.Invalid invalid => Problems.Invalid(invalid.Field, invalid.Problem),
            var other => throw new InvalidOperationException($"An outcome without an answer: {other}."),
        };
    }

    private static AutomationView Wanted(AutomationBody body) => new(
        body.Failover is { } failover ? new FailoverRule(
            failover.AfterSeconds is { } after ? Seconds(after) : FailoverRule.UsualAfter,
            failover.AtMostEveryMinutes is { } every ? Seconds(every * 60) : FailoverRule.UsualEvery) : null,
        body.Limits is { } limits ? new SwitchLimits(limits.FailedPercent, limits.P95Milliseconds is { } p95 ? Seconds(p95 / 1000) : null, limits.Undo ?? false) : null,
        body.ScaleDown is { } scale ? scale.Replicas ?? 0 : null);

    /// <summary>No number that was sent is too large for a span; the rules then say what it may be.</summary>
    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(Math.Clamp(seconds, -1, TimeSpan.FromDays(365).TotalSeconds));
}
