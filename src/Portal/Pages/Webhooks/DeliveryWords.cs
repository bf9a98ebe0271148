using Portal.Pages.Shared;
using Portal.Webhooks;

namespace Portal.Pages.Webhooks;

internal static class DeliveryWords
{
    /// <summary>What the webhook is for, where that is not everything: <c>only web, tags 1.*</c>.</summary>
    public static string? Filter(WebhookView hook) => (hook.Services.IsEmpty, hook.Tags) switch
    {
        (true, null) => null,
        (true, var tags) => $"only tags {tags}",
        (false, null) => $"only {string.Join(", ", hook.Services)}",
        (false, var tags) => $"only {string.Join(", ", hook.Services)}, tags {tags}",
    };

    public static string Of(DeliveryDecision decision) => decision.ToString().ToLowerInvariant();

    public static StatusKind Kind(DeliveryDecision decision) => decision switch
    {
        DeliveryDecision.Accepted => StatusKind.Ok,
        DeliveryDecision.Refused => StatusKind.Bad,
        _ => StatusKind.Idle,
    };

    /// <summary>What became of the switch that was to follow.</summary>
    public static string Of(PlannedSwitchState then) => then switch
    {
        PlannedSwitchState.Waiting => "switch follows",
        PlannedSwitchState.Applied => "switched",
        PlannedSwitchState.AlreadyLive => "live already",
        PlannedSwitchState.Failed => "not switched",
        PlannedSwitchState.GivenUp => "switch given up",
        PlannedSwitchState.Stopped => "switch stopped",
    };

    public static StatusKind Kind(PlannedSwitchState then) => then switch
    {
        PlannedSwitchState.Waiting => StatusKind.Run,
        PlannedSwitchState.Applied or PlannedSwitchState.AlreadyLive => StatusKind.Ok,
        PlannedSwitchState.Failed => StatusKind.Bad,
        PlannedSwitchState.GivenUp or PlannedSwitchState.Stopped => StatusKind.Warn,
    };

    public static string Of(DeploymentState state) => state switch
    {
        DeploymentState.RolledBack => "rolled back",
        _ => state.ToString().ToLowerInvariant(),
    };

    public static StatusKind Kind(DeploymentState state) => state switch
    {
        DeploymentState.Queued => StatusKind.Idle,
        DeploymentState.Running => StatusKind.Run,
        DeploymentState.Succeeded => StatusKind.Ok,
        DeploymentState.Failed or DeploymentState.RolledBack => StatusKind.Bad,
        _ => StatusKind.Idle,
    };
}
