using Portal.Deployments;
using Portal.Pages.Shared;

namespace Portal.Pages.Deployments;

/// <summary>Deployments in words, the same on every page.</summary>
internal static class DeploymentWords
{
    public static StatusKind Kind(this DeploymentView deployment) => deployment.State switch
    {
        DeploymentState.Queued => deployment.WaitsForWord ? StatusKind.Warn : StatusKind.Idle,
        DeploymentState.Running => deployment.TurnedBackAt is null ? StatusKind.Run : StatusKind.Warn,
        DeploymentState.Succeeded => StatusKind.Ok,
        DeploymentState.Failed or DeploymentState.RolledBack => StatusKind.Bad,
        DeploymentState.Cancelled or DeploymentState.Superseded => StatusKind.Idle,
    };

    public static string Word(this DeploymentView deployment) => deployment.State switch
    {
        DeploymentState.Queued when deployment.WaitsForWord => "waits for an operator's word",
        DeploymentState.Queued when deployment.After is not null => "waits for standby",
        DeploymentState.Queued => "queued",
        DeploymentState.Running when deployment.TurnedBackAt is not null => "going back",
        DeploymentState.Running when deployment.CancelRequestedAt is not null => "cancelling",
        DeploymentState.Running => "running",
        DeploymentState.Succeeded => "succeeded",
        DeploymentState.Failed => "failed",
        DeploymentState.RolledBack => "rolled back",
        DeploymentState.Cancelled => "cancelled",
        DeploymentState.Superseded => "superseded",
    };

    /// <summary>"succeeded in 9 s", "rolled back: web 1 exited with 3".</summary>
    public static string Outcome(this DeploymentView deployment) => deployment switch
    {
        { State: DeploymentState.Succeeded, StartedAt: { } from, EndedAt: { } to } => $"succeeded in {RelativeTime.Span(to - from)}",
        { State: DeploymentState.Superseded } => "superseded by a newer one",
        { State: DeploymentState.Cancelled } => "cancelled",
        { Ended: true, ReasonText: { } text } => $"{deployment.Word()}: {text}",
        _ => deployment.Word(),
    };

    /// <summary>The side as it was meant when it was asked for: a switch since may have changed it.</summary>
    public static string Side(this DeploymentView deployment) => deployment.Outside ? "outside the pair" : deployment.WasLive ? "live" : "standby";

    public static string By(this DeploymentView deployment) => deployment.Trigger switch
    {
        DeploymentTrigger.Webhook => $"webhook {deployment.Actor}",
        DeploymentTrigger.System => "the portal",
        DeploymentTrigger.Switch => $"{deployment.Actor} by a switch",
        DeploymentTrigger.Api => $"{deployment.Actor} by API",
        DeploymentTrigger.Page => deployment.Actor,
    };
}
