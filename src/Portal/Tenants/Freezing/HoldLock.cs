using Portal.Audit;
using Portal.Store;

namespace Portal.Tenants.Freezing;

public abstract record HoldLockResult
{
    public sealed record Held(TenantLock Lock) : HoldLockResult;

    public sealed record ReasonMissing : HoldLockResult;

    /// <summary>Somebody holds it already.</summary>
    public sealed record HeldAlready(TenantLock Lock) : HoldLockResult;
}

/// <summary>Keeps the tenant as it is until the holder or an owner lets go: nothing is switched or deployed.</summary>
public sealed class HoldLock(Changes changes, TimeProvider clock)
{
    private const int LongestReason = 500;

    /// <exception cref="DeniedException">Whoever may switch may hold.</exception>
    public Task<HoldLockResult> ExecuteAsync(Actor actor, Guid tenant, string? reason, CancellationToken cancellationToken)
    {
        var permit = actor.Demand(Permission.Switch, tenant);
        return string.IsNullOrWhiteSpace(reason) || reason.Length > LongestReason
            ? Task.FromResult<HoldLockResult>(new HoldLockResult.ReasonMissing())
            : changes.RunAsync<HoldLockResult>(permit, async db =>
            {
                var rules = await db.RulesAsync(tenant, cancellationToken);
                if (rules.Held is { } before)
                {
                    return Changed.Nothing<HoldLockResult>(new HoldLockResult.HeldAlready(before));
                }

                rules.Held = new TenantLock(reason.Trim(), actor.Name, clock.GetUtcNow());
                return (new HoldLockResult.Held(rules.Held), new AuditLine("lock.held", "lock", "tenant") { After = rules.Held, Notes = [new ChangeNote(tenant, "switchrules", tenant)] });
            }, cancellationToken);
    }
}

public enum ReleaseLockOutcome { Released, NotHeld }

public sealed class ReleaseLock(Changes changes)
{
    /// <exception cref="DeniedException">It is another's lock, and the actor is no owner.</exception>
    public Task<ReleaseLockOutcome> ExecuteAsync(Actor actor, Guid tenant, CancellationToken cancellationToken) =>
        changes.RunAsync<ReleaseLockOutcome>(actor.Demand(Permission.Switch, tenant), async db =>
        {
            var rules = await db.RulesAsync(tenant, cancellationToken);
            if (rules.Held is not { } held)
            {
                return Changed.Nothing(ReleaseLockOutcome.NotHeld);
            }

            if (held.Holder != actor.Name)
            {
                actor.Demand(Permission.FreezeManage, tenant);
            }

            rules.Held = null;
            return (ReleaseLockOutcome.Released, new AuditLine("lock.released", "lock", "tenant") { Before = held, Notes = [new ChangeNote(tenant, "switchrules", tenant)] });
        }, cancellationToken);
}
