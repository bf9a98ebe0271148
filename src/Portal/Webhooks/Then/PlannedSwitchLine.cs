using Portal.Audit;
using Portal.Store;
using Portal.Webhooks.Intake;

namespace Portal.Webhooks.Then;

/// <summary>What is written when a switch is planned.</summary>
internal static class PlannedSwitchLine
{
    /// <summary>Holds that a deployment is followed by one switch at most.</summary>
    public const string OnceIndex = "planned_switches_once";
    public const string Note = "planned-switch";

    /// <param name="delivery">One with a deployment.</param>
    public static PlannedSwitch Plan(KnownHook hook, Delivery delivery, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        TenantId = hook.TenantId,
        WebhookId = hook.Id,
        DeliveryId = delivery.Id,
        DeploymentId = delivery.DeploymentId!.Value,
        Source = delivery.Source,
        RequestedAt = now,
    };

    public static AuditLine Of(KnownHook hook, PlannedSwitch plan) => new("switch.planned", "webhook", hook.Name)
    {
        After = new { stack = hook.Stack, delivery = plan.DeliveryId, deployment = plan.DeploymentId },
        Correlation = plan.DeploymentId,
        Notes = [new ChangeNote(hook.TenantId, Note, plan.Id)],
    };
}
