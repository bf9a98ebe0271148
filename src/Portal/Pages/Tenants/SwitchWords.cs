using System.Globalization;
using Portal.Pages.Shared;
using Portal.Switching;

namespace Portal.Pages.Tenants;

/// <summary>Switches in words.</summary>
internal static class SwitchWords
{
    public static string Done(SwitchResult.Applied applied) =>
        string.Create(CultureInfo.InvariantCulture, $"{Capital(applied.To)} is live, after {applied.Milliseconds:0.0} ms");

    /// <summary>Why it was not done; null when it was.</summary>
    public static string? Refusal(SwitchResult result) => result switch
    {
        SwitchResult.Applied => null,
        SwitchResult.Asked => null,
        SwitchResult.AskedAlready other => $"{other.By} has asked for a switch already. Approve or refuse that first.",
        SwitchResult.ReasonMissing => "Say why, in at most 500 characters.",
        SwitchResult.Invalid invalid => invalid.Problem,
        SwitchResult.LiveAlready live => $"{Capital(live.Colour)} is live already.",
        SwitchResult.Held held => held.Why.Sentence,
        SwitchResult.Blocked blocked => $"Standby cannot take the traffic: {blocked.Report.Obstacle}. Live is untouched.",
        SwitchResult.AnotherIsOpen => "Somebody else switched this tenant at the same moment. Look which side is live now.",
        SwitchResult.GatewayFailed failed => $"The gateway did not switch, and traffic flows as before: {failed.Problem}",
        _ => throw new InvalidOperationException($"An outcome without words: {result}."),
    };

    public static string Capital(Colour colour) => colour == Colour.Blue ? "Blue" : "Green";

    public static (StatusKind Kind, string Word) State(Switch one) => one.State switch
    {
        SwitchState.Requested => (StatusKind.Run, "switching"),
        SwitchState.Applied when one.Cause == SwitchCause.Failover => (StatusKind.Warn, "failover"),
        SwitchState.Applied when one.Cause == SwitchCause.Undo => (StatusKind.Warn, "taken back by itself"),
        SwitchState.Applied when one.UndoOf is not null => (StatusKind.Ok, "switched back"),
        SwitchState.Applied => (StatusKind.Ok, "applied"),
        SwitchState.Undone => (StatusKind.Idle, "taken back"),
        SwitchState.Failed => (StatusKind.Bad, "failed"),
    };

    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    public static string Milliseconds(double value) => value.ToString(value < 10 ? "0.0" : "0", CultureInfo.InvariantCulture);
}
