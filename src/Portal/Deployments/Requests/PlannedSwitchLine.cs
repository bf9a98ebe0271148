using Portal.Audit;
using Portal.Store;

namespace Portal.Deployments.Requests;

/// <summary>What is written when a switch is planned to follow a deployment.</summary>
public static class PlannedSwitchLine
{
    /// <summary>Holds that a deployment is followed by one switch at most.</summary>
    public const string OnceIndex = "planned_switches_once";
    public const string Note = "planned-switch";

    /// <summary>Whether the stack's own setting has the tenant switched after the deployments: what live runs already needs none, and what goes to live as well is there without.</summary>
    public static bool Follows(Stack stack, IReadOnlyList<Colour> colours, Colour live, bool liveRunsIt) => stack.SwitchAfter is not null && !liveRunsIt && colours is [var only] && only != live;

    public static PlannedSwitch Plan(Stack stack, Deployment deployment, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        TenantId = stack.TenantId,
        DeploymentId = deployment.Id,
        Source = deployment.Source,
        RequestedAt = now,
        After = stack.SwitchAfter!.Value,
    };

    public static AuditLine Of(string kind, string name, string stack, PlannedSwitch plan) => new("switch.planned", kind, name)
    {
        After = new { stack, movesOn = MovingOn.Text(plan.After), delivery = plan.DeliveryId, deployment = plan.DeploymentId },
        Correlation = plan.DeploymentId,
        Notes = [new ChangeNote(plan.TenantId, Note, plan.Id)],
    };
}
