using Portal.Store;

namespace Portal.Switching.Planned;

/// <summary>A planned switch as people see it.</summary>
/// <param name="Webhook">Who planned it; null: the stack's own setting.</param>
/// <param name="AskedBy">Of the deployment.</param>
/// <param name="After">How long after the deployment's success.</param>
/// <param name="DueAt">Null until the deployment has succeeded.</param>
/// <param name="Reason">How it ended, for people.</param>
public sealed record PlannedSwitchView(
    Guid Id, string Stack, int Revision, string? Webhook, string AskedBy, Guid DeploymentId, DeploymentState DeploymentState, Colour To, TimeSpan After, DateTimeOffset RequestedAt, DateTimeOffset? DueAt,
    PlannedSwitchState State, string? Reason, Guid? SwitchId, DateTimeOffset? EndedAt)
{
    /// <summary>Until when it waits for a second person's word; null: it does not.</summary>
    public DateTimeOffset? AskedUntil { get; init; }

    public bool Waits => State == PlannedSwitchState.Waiting;

    internal static IQueryable<PlannedSwitchView> Of(PortalDb db, IQueryable<PlannedSwitch> rows) =>
        from plan in rows
        join deployment in db.Deployments on plan.DeploymentId equals deployment.Id
        join stack in db.Stacks on deployment.StackId equals stack.Id
        join revision in db.Revisions on deployment.RevisionId equals revision.Id
        orderby plan.RequestedAt descending
        select new PlannedSwitchView(
            plan.Id, stack.Name, revision.Number, db.Webhooks.Where(hook => hook.Id == plan.WebhookId).Select(hook => hook.Name).FirstOrDefault(), deployment.Actor, deployment.Id, deployment.State, deployment.Colour,
            plan.After, plan.RequestedAt, plan.DueAt, plan.State, plan.Reason, plan.SwitchId, plan.EndedAt)
        {
            AskedUntil = db.AskedSwitches.Where(asked => asked.PlanId == plan.Id && asked.State == AskedSwitchState.Waiting).Select(asked => (DateTimeOffset?)asked.Until).FirstOrDefault(),
        };
}
