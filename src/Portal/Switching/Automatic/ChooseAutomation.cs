using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Store;
using Portal.Tenants;

namespace Portal.Switching.Automatic;

/// <summary>What the portal may do by itself. Null: it does not.</summary>
/// <param name="ScaleDown">How many of each service the old side keeps once its switch-back window has ended.</param>
public sealed record AutomationView(FailoverRule? Failover, SwitchLimits? Limits, int? ScaleDown = null);

/// <summary>As the API answers it, and as it stands in the audit log.</summary>
public sealed record AutomationAnswer(FailoverAnswer? Failover, LimitsAnswer? Limits, ScaleDownAnswer? ScaleDown)
{
    public static AutomationAnswer Of(AutomationView view) => new(
        view.Failover is { } rule ? new FailoverAnswer(rule.After.TotalSeconds, rule.AtMostEvery.TotalMinutes) : null,
        view.Limits is { } limits ? new LimitsAnswer(limits.FailedPercent, limits.P95?.TotalMilliseconds, limits.Undo) : null,
        view.ScaleDown is { } replicas ? new ScaleDownAnswer(replicas) : null);
}

public sealed record FailoverAnswer(double AfterSeconds, double AtMostEveryMinutes);

public sealed record LimitsAnswer(double? FailedPercent, double? P95Milliseconds, bool Undo);

public sealed record ScaleDownAnswer(int Replicas);

public abstract record ChooseAutomationResult
{
    public sealed record Chosen(AutomationView Automation) : ChooseAutomationResult;

    public sealed record Invalid(string Field, string Problem) : ChooseAutomationResult;
}

public sealed class ChooseAutomation(Changes changes)
{
    /// <exception cref="DeniedException">Only an owner may.</exception>
    /// <exception cref="DbUpdateConcurrencyException">Somebody else changed the tenant's rules at the same moment.</exception>
    public Task<ChooseAutomationResult> ExecuteAsync(Actor actor, Guid tenant, AutomationView wanted, CancellationToken cancellationToken) =>
        changes.RunAsync<ChooseAutomationResult>(actor.Demand(Permission.AutomationManage, tenant), async db =>
        {
            var rules = await db.RulesAsync(tenant, cancellationToken);
            var before = new AutomationView(rules.Failover, rules.Limits, rules.ScaleDown);
            if (Problem(wanted) is { } problem)
            {
                return Changed.Nothing<ChooseAutomationResult>(problem);
            }

            if (wanted == before)
            {
                return Changed.Nothing<ChooseAutomationResult>(new ChooseAutomationResult.Chosen(before));
            }

            (rules.Failover, rules.Limits, rules.ScaleDown) = (wanted.Failover, wanted.Limits, wanted.ScaleDown);
            return (new ChooseAutomationResult.Chosen(wanted), new AuditLine("automation.changed", "tenant", "automation")
            {
                Before = AutomationAnswer.Of(before),
                After = AutomationAnswer.Of(wanted),
                Notes = [new ChangeNote(tenant, "switchrules", tenant)],
            });
        }, cancellationToken);

    private static ChooseAutomationResult.Invalid? Problem(AutomationView wanted) => wanted switch
    {
        { Failover: { } rule } when rule.After < FailoverRule.ShortestAfter || rule.After > FailoverRule.LongestAfter => new("failover.afterSeconds", "1 to 600 seconds."),
        { Failover: { } rule } when rule.AtMostEvery < FailoverRule.ShortestEvery || rule.AtMostEvery > FailoverRule.LongestEvery => new("failover.atMostEveryMinutes", "1 minute to 7 days."),
        { ScaleDown: < 0 or > 1 } => new("scaleDown.replicas", "0 or 1."),
        { Limits: { FailedPercent: null, P95: null } } => new("limits", "Say how many percent may fail, or how slow p95 may be, or both."),
        { Limits.FailedPercent: < 0 or >= 100 or double.NaN } => new("limits.failedPercent", "0 to less than 100."),
        { Limits.P95: { } slowest } when slowest < TimeSpan.FromMilliseconds(1) || slowest > TimeSpan.FromMinutes(1) => new("limits.p95Milliseconds", "1 to 60,000 milliseconds."),
        _ => null,
    };
}

public sealed class AutomationQueries(PortalDbFactory databases)
{
    public async Task<AutomationView> FindAsync(Guid tenant, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        var rules = await db.SwitchRules.AsNoTracking().SingleOrDefaultAsync(cancellationToken);
        return new AutomationView(rules?.Failover, rules?.Limits, rules?.ScaleDown);
    }
}
