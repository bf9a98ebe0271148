using System.Globalization;
using Portal.Pages.Shared;
using Portal.Tenants.Freezing;

namespace Portal.Pages.Switching;

/// <summary>Planned switches in words.</summary>
internal static class PlannedWords
{
    /// <summary>To the second, as the tenant's clocks show it: <c>Sat 21 Nov 2026 14:03:10 Europe/Berlin</c>.</summary>
    public static string Clock(DateTimeOffset moment, string timeZone)
    {
        var zone = SwitchAndDeployGate.ZoneOf(timeZone);
        return $"{TimeZoneInfo.ConvertTime(moment, zone).ToString("ddd d MMM yyyy HH:mm:ss", CultureInfo.InvariantCulture)} {zone.Id}";
    }

    /// <summary>How a stack's deployments move on.</summary>
    public static string Of(TimeSpan? after) => after switch
    {
        null => "stay there until somebody switches",
        { Ticks: 0 } => "go live by themselves once they are healthy",
        { } time => $"go live by themselves {RelativeTime.Words(time)} after they are healthy",
    };

    public static string Once(TimeSpan after) => after == TimeSpan.Zero ? "once the deployment to standby has succeeded" : $"{RelativeTime.Words(after)} after the deployment to standby has succeeded";

    public static (StatusKind Kind, string Word) State(PlannedSwitchState state) => state switch
    {
        PlannedSwitchState.Waiting => (StatusKind.Run, "waits"),
        PlannedSwitchState.Applied => (StatusKind.Ok, "switched"),
        PlannedSwitchState.AlreadyLive => (StatusKind.Ok, "live already"),
        PlannedSwitchState.Failed => (StatusKind.Bad, "not switched"),
        PlannedSwitchState.GivenUp => (StatusKind.Warn, "given up"),
        PlannedSwitchState.Stopped => (StatusKind.Idle, "stopped"),
    };
}
