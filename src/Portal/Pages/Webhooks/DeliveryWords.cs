using Portal.Pages.Shared;

namespace Portal.Pages.Webhooks;

internal static class DeliveryWords
{
    public static string Of(DeliveryDecision decision) => decision.ToString().ToLowerInvariant();

    public static StatusKind Kind(DeliveryDecision decision) => decision switch
    {
        DeliveryDecision.Accepted => StatusKind.Ok,
        DeliveryDecision.Refused => StatusKind.Bad,
        _ => StatusKind.Idle,
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
