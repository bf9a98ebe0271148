using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Store;
using Portal.Tenants;

namespace Portal.Switching.Asking;

public abstract record DecideSwitchResult
{
    /// <summary>Approved: what came of the switch. Blocked or held, it waits on.</summary>
    public sealed record Switched(SwitchResult Result) : DecideSwitchResult;

    public sealed record Ended(AskedSwitchState State) : DecideSwitchResult;

    public sealed record NotFound : DecideSwitchResult;

    /// <summary>Whoever asked cannot approve it themselves.</summary>
    public sealed record NeedsAnother : DecideSwitchResult;

    /// <summary>It has been decided, or its time is over.</summary>
    public sealed record TooLate(AskedSwitchState State) : DecideSwitchResult;

    public sealed record Invalid(string Field, string Problem) : DecideSwitchResult;
}

/// <summary>The second person's yes: the switch is made at once, with all its checks anew.</summary>
public sealed class ApproveSwitch(PortalDbFactory databases, RequestSwitch request, TimeProvider clock)
{
    /// <exception cref="DeniedException">Whoever may switch may approve.</exception>
    public async Task<DecideSwitchResult> ExecuteAsync(Actor actor, TenantKey tenant, Guid id, CancellationToken cancellationToken)
    {
        actor.Demand(Permission.Switch, tenant.Id);
        AskedSwitch? asked;
        await using (var db = databases.Tenant(tenant.Id))
        {
            asked = await db.AskedSwitches.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancellationToken);
        }

        if (asked is null)
        {
            return new DecideSwitchResult.NotFound();
        }

        if (asked.State != AskedSwitchState.Waiting || asked.Until <= clock.GetUtcNow())
        {
            return new DecideSwitchResult.TooLate(asked.State == AskedSwitchState.Waiting ? AskedSwitchState.Lapsed : asked.State);
        }

        if (actor.Kind != ActorKind.Person || Asks.SamePerson(asked, actor.Kind, actor.Name))
        {
            return new DecideSwitchResult.NeedsAnother();
        }

        var wanted = new SwitchRequest(asked.Reason, Rehearsal: asked.RehearsalId, Delivery: asked.DeliveryId) { To = asked.To, Plan = asked.PlanId, Approved = asked };
        return new DecideSwitchResult.Switched(await request.ExecuteAsync(actor, tenant, asked.Generation, wanted, cancellationToken));
    }
}

/// <summary>The second person's no, or the first one's after all.</summary>
public sealed class RefuseSwitch(Changes changes, TimeProvider clock)
{
    private const int LongestReason = 500;

    /// <exception cref="DeniedException">Whoever may switch may refuse.</exception>
    public Task<DecideSwitchResult> ExecuteAsync(Actor actor, Guid tenant, Guid id, string? reason, CancellationToken cancellationToken)
    {
        var permit = actor.Demand(Permission.Switch, tenant);
        return reason?.Length > LongestReason
            ? Task.FromResult<DecideSwitchResult>(new DecideSwitchResult.Invalid("reason", $"At most {LongestReason} characters."))
            : changes.RunAsync<DecideSwitchResult>(permit, async db =>
            {
                if (await db.LockedAskAsync(id, cancellationToken) is not { } asked)
                {
                    return Changed.Nothing<DecideSwitchResult>(new DecideSwitchResult.NotFound());
                }

                if (asked.State != AskedSwitchState.Waiting)
                {
                    return Changed.Nothing<DecideSwitchResult>(new DecideSwitchResult.TooLate(asked.State));
                }

                var own = Asks.SamePerson(asked, actor.Kind, actor.Name);
                asked.End(own ? AskedSwitchState.Withdrawn : AskedSwitchState.Refused, actor.Name, string.IsNullOrWhiteSpace(reason) ? null : reason.Trim(), clock.GetUtcNow());
                return (new DecideSwitchResult.Ended(asked.State), Asks.Line(own ? "switch.withdrawn" : "switch.refused", asked) with
                {
                    Before = new { asked.Reason, asked.AskedBy },
                    After = new { state = asked.State, by = asked.DecidedBy, reason = asked.DecidedReason },
                });
            }, cancellationToken);
    }
}

/// <summary>Ends what waits in vain: for longer than it may, or for what has come otherwise.</summary>
public sealed class EndStaleAsks(PortalDbFactory databases, Changes changes, TimeProvider clock)
{
    public async Task ExecuteAsync(Actor actor, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = databases.Platform();
        var stale = await (
            from asked in db.AskedSwitches.AsNoTracking()
            where asked.State == AskedSwitchState.Waiting
            join pair in db.Pairs on asked.TenantId equals pair.TenantId
            let planEnded = asked.PlanId != null && db.PlannedSwitches.Any(plan => plan.Id == asked.PlanId && plan.State != PlannedSwitchState.Waiting)
            where asked.Until <= now || pair.Generation != asked.Generation || planEnded
            select new { asked.Id, asked.TenantId, Moved = pair.Generation != asked.Generation, planEnded }).ToListAsync(cancellationToken);
        foreach (var one in stale)
        {
            await changes.RunAsync<bool>(actor.Demand(Permission.Switch, one.TenantId), async inner =>
            {
                if (await inner.LockedAskAsync(one.Id, cancellationToken) is not { State: AskedSwitchState.Waiting } asked)
                {
                    return Changed.Nothing(false);
                }

                var (state, why) = one.Moved ? (AskedSwitchState.Overtaken, "The tenant was switched meanwhile.")
                    : one.planEnded ? (AskedSwitchState.Overtaken, "The planned switch that it was for has ended.")
                    : (AskedSwitchState.Lapsed, "Nobody said yes or no in time.");
                asked.End(state, actor.Name, why, now);
                return (true, Asks.Line(state == AskedSwitchState.Lapsed ? "switch.lapsed" : "switch.overtaken", asked) with { Before = new { asked.Reason, asked.AskedBy, asked.Until }, Result = why });
            }, cancellationToken);
        }
    }
}
