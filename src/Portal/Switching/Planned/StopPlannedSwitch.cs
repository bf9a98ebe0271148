using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Deployments.Requests;
using Portal.Store;

namespace Portal.Switching.Planned;

public enum StopPlannedSwitchOutcome
{
    Stopped,
    NotFound,
    /// <summary>It has ended, or the switch is under way.</summary>
    TooLate,
}

/// <summary>Says no to a switch that would come by itself. What was deployed to standby stays there.</summary>
public sealed class StopPlannedSwitch(Changes changes, TimeProvider clock)
{
    /// <exception cref="DeniedException">Whoever may switch may.</exception>
    public Task<StopPlannedSwitchOutcome> ExecuteAsync(Actor actor, Guid tenant, Guid id, CancellationToken cancellationToken) =>
        changes.RunAsync<StopPlannedSwitchOutcome>(actor.Demand(Permission.Switch, tenant), async db =>
        {
            if (await db.LockedAsync(id, cancellationToken) is not { } plan)
            {
                return Changed.Nothing(StopPlannedSwitchOutcome.NotFound);
            }

            if (plan.State != PlannedSwitchState.Waiting || await db.Switches.AnyAsync(row => row.PlanId == id && row.State != SwitchState.Failed, cancellationToken))
            {
                return Changed.Nothing(StopPlannedSwitchOutcome.TooLate);
            }

            plan.End(PlannedSwitchState.Stopped, $"{actor.Name} stopped it.", clock.GetUtcNow());
            var view = await PlannedSwitchView.Of(db, db.PlannedSwitches.AsNoTracking().Where(row => row.Id == id)).SingleAsync(cancellationToken);
            return (StopPlannedSwitchOutcome.Stopped, new AuditLine("switch.stopped", "stack", view.Stack)
            {
                Before = new { movesOn = MovingOn.Text(plan.After), at = plan.DueAt, webhook = view.Webhook },
                After = new { state = plan.State, deployment = plan.DeploymentId, revision = view.Revision },
                Correlation = plan.DeploymentId,
                Notes = [new ChangeNote(tenant, PlannedSwitchLine.Note, plan.Id), .. plan.DeliveryId is { } delivery ? [new ChangeNote(tenant, "delivery", delivery)] : Array.Empty<ChangeNote>()],
            });
        }, cancellationToken);
}
