using Portal.Audit;
using Portal.Gateway;
using Portal.Store;
using Portal.Tenants;

namespace Portal.Switching.Checks;

public abstract record AddHttpCheckResult
{
    public sealed record Added(HttpCheck Check) : AddHttpCheckResult;

    public sealed record Invalid(string Field, string Problem) : AddHttpCheckResult;

    public sealed record NameTaken : AddHttpCheckResult;

    public sealed record TooMany : AddHttpCheckResult;
}

/// <summary>From now on standby must answer this before it goes live.</summary>
public sealed class AddHttpCheck(Changes changes, CheckTargets targets, GatewayDoor door, TimeProvider clock)
{
    /// <exception cref="DeniedException">Operators and owners may.</exception>
    public async Task<AddHttpCheckResult> ExecuteAsync(Actor actor, Guid tenant, NewHttpCheck wanted, CancellationToken cancellationToken)
    {
        var permit = actor.Demand(Permission.CheckManage, tenant);
        wanted = wanted with { HostName = wanted.HostName?.ToLowerInvariant() };
        if (HttpCheckRules.Problem(wanted) is var (field, problem))
        {
            return new AddHttpCheckResult.Invalid(field, problem);
        }

        var check = new HttpCheck(wanted.Name, wanted.HostName, wanted.Stack, wanted.Service, wanted.Path, wanted.Status, wanted.Contains, wanted.Matches, actor.Name, clock.GetUtcNow());
        if (CheckTargets.Find(tenant, check, await targets.RoutesAsync(tenant, cancellationToken), door.Standby).Problem is { } nowhere)
        {
            return new AddHttpCheckResult.Invalid(check.HostName is null ? "service" : "host", $"It goes nowhere: {nowhere}.");
        }

        return await changes.RunAsync(permit, db => AddAsync(db, tenant, check, cancellationToken), cancellationToken);
    }

    private static async Task<Changed<AddHttpCheckResult>> AddAsync(PortalDb db, Guid tenant, HttpCheck check, CancellationToken cancellationToken)
    {
        var rules = await db.RulesAsync(tenant, cancellationToken);
        if (rules.Checks.Any(one => one.Name == check.Name))
        {
            return Changed.Nothing<AddHttpCheckResult>(new AddHttpCheckResult.NameTaken());
        }

        if (rules.Checks.Length >= SwitchRules.MostChecks)
        {
            return Changed.Nothing<AddHttpCheckResult>(new AddHttpCheckResult.TooMany());
        }

        rules.Checks = [.. rules.Checks, check];
        return (new AddHttpCheckResult.Added(check), new AuditLine("check.added", "check", check.Name)
        {
            After = check,
            Notes = [new ChangeNote(tenant, "switchrules", tenant)],
        });
    }
}
