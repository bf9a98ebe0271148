using Portal.Audit;
using Portal.Store;

namespace Portal.Tenants.Freezing;

/// <summary>From and until once, or every week as <c>fri 17:00</c>.</summary>
public sealed record NewFreeze(string Name, DateTimeOffset? From, DateTimeOffset? Until, string? WeeklyFrom, string? WeeklyUntil);

public abstract record AddFreezeResult
{
    public sealed record Added(FreezeWindow Freeze) : AddFreezeResult;

    public sealed record Invalid(string Field, string Problem) : AddFreezeResult;

    public sealed record NameTaken : AddFreezeResult;

    public sealed record TooMany : AddFreezeResult;
}

/// <summary>A time in which nothing is switched or deployed.</summary>
public sealed class AddFreeze(Changes changes)
{
    private const int LongestName = 100;

    /// <exception cref="DeniedException">Only an owner may.</exception>
    public Task<AddFreezeResult> ExecuteAsync(Actor actor, Guid tenant, NewFreeze wanted, CancellationToken cancellationToken)
    {
        var permit = actor.Demand(Permission.FreezeManage, tenant);
        var (freeze, invalid) = Read(wanted);
        return freeze is null ? Task.FromResult<AddFreezeResult>(invalid!) : changes.RunAsync(permit, db => AddAsync(db, tenant, freeze, cancellationToken), cancellationToken);
    }

    private static (FreezeWindow? Freeze, AddFreezeResult? Invalid) Read(NewFreeze wanted)
    {
        var name = wanted.Name.Trim();
        if (name.Length is 0 or > LongestName || name.Contains('/', StringComparison.Ordinal))
        {
            return (null, new AddFreezeResult.Invalid("name", $"Say what it is for, without a slash, in at most {LongestName} characters."));
        }

        if ((wanted.From ?? wanted.Until) is null == (wanted.WeeklyFrom ?? wanted.WeeklyUntil) is null)
        {
            return (null, new AddFreezeResult.Invalid("from", "Give from and until, or weekly: one of the two."));
        }

        if (wanted is { From: { } from, Until: { } until })
        {
            return until > from
                ? (new FreezeWindow(name, new FreezeSpan(from.ToUniversalTime(), until.ToUniversalTime()), null), null)
                : (null, new AddFreezeResult.Invalid("until", "It ends before it begins."));
        }

        if (wanted is { WeeklyFrom: null, WeeklyUntil: null })
        {
            return (null, new AddFreezeResult.Invalid(wanted.From is null ? "from" : "until", "Both ends are needed."));
        }

        if (!WeeklyTime.TryParse(wanted.WeeklyFrom, out var fromDay, out var fromTime))
        {
            return (null, new AddFreezeResult.Invalid("weekly.from", "A day and a time, such as fri 17:00."));
        }

        if (!WeeklyTime.TryParse(wanted.WeeklyUntil, out var untilDay, out var untilTime))
        {
            return (null, new AddFreezeResult.Invalid("weekly.until", "A day and a time, such as mon 08:00."));
        }

        return (fromDay, fromTime) == (untilDay, untilTime)
            ? (null, new AddFreezeResult.Invalid("weekly.until", "It ends when it begins."))
            : (new FreezeWindow(name, null, new WeeklySpan(fromDay, fromTime, untilDay, untilTime)), null);
    }

    private static async Task<Changed<AddFreezeResult>> AddAsync(PortalDb db, Guid tenant, FreezeWindow freeze, CancellationToken cancellationToken)
    {
        var rules = await db.RulesAsync(tenant, cancellationToken);
        if (rules.Freezes.Any(one => one.Name == freeze.Name))
        {
            return Changed.Nothing<AddFreezeResult>(new AddFreezeResult.NameTaken());
        }

        if (rules.Freezes.Length >= SwitchRules.MostFreezes)
        {
            return Changed.Nothing<AddFreezeResult>(new AddFreezeResult.TooMany());
        }

        rules.Freezes = [.. rules.Freezes, freeze];
        return (new AddFreezeResult.Added(freeze), new AuditLine("freeze.added", "freeze", freeze.Name) { After = FreezeAnswer.Of(freeze), Notes = [new ChangeNote(tenant, "switchrules", tenant)] });
    }
}

public sealed class RemoveFreeze(Changes changes)
{
    /// <returns>False: there was none of this name.</returns>
    /// <exception cref="DeniedException">Only an owner may.</exception>
    public Task<bool> ExecuteAsync(Actor actor, Guid tenant, string name, CancellationToken cancellationToken) =>
        changes.RunAsync<bool>(actor.Demand(Permission.FreezeManage, tenant), async db =>
        {
            var rules = await db.RulesAsync(tenant, cancellationToken);
            if (rules.Freezes.FirstOrDefault(freeze => freeze.Name == name) is not { } former)
            {
                return Changed.Nothing(false);
            }

            rules.Freezes = rules.Freezes.Remove(former);
            return (true, new AuditLine("freeze.removed", "freeze", name) { Before = FreezeAnswer.Of(former), Notes = [new ChangeNote(tenant, "switchrules", tenant)] });
        }, cancellationToken);
}
