using Portal.Store;

namespace Portal.Switching.Planned;

/// <summary>All that decides what becomes of a planned switch, as it was read at one moment.</summary>
/// <param name="RanOn">The environment of the deployment that the switch follows.</param>
/// <param name="LiveRunsIt">Live is wanted to run the deployed revision.</param>
/// <param name="NewerDeployment">One of the same stack and side that came later, brings something else, and has not failed.</param>
/// <param name="SwitchedSince">Who switched the tenant after this was planned; null: nobody.</param>
/// <param name="Closed">Why whoever planned it would not any more, as when the webhook was disabled; null: it would.</param>
/// <param name="Own">The switch that this plan has brought already; null: none, or one that failed.</param>
internal sealed record PlannedSwitchSight(
    DeploymentState State, string? DeploymentReason, DateTimeOffset? EndedAt, Colour RanOn, Colour Live, bool LiveRunsIt, Guid? NewerDeployment, string? SwitchedSince, string? Closed, OwnSwitch? Own)
{
    /// <summary>How long after the deployment's success it is due.</summary>
    public TimeSpan After { get; init; }

    /// <summary>When it is due, once that has been written down.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>What a second person was last asked about it; null: nothing.</summary>
    public AskedForIt? Asked { get; init; }
}

internal sealed record AskedForIt(AskedSwitchState State, string? By, string? Reason);

internal sealed record OwnSwitch(Guid Id, SwitchState State);

internal abstract record PlannedSwitchVerdict
{
    public sealed record Later : PlannedSwitchVerdict;

    /// <summary>Its time is known now, and has yet to come.</summary>
    public sealed record Schedule(DateTimeOffset Due) : PlannedSwitchVerdict;

    /// <summary>Now is the moment.</summary>
    public sealed record Go : PlannedSwitchVerdict;

    public sealed record End(PlannedSwitchState State, string Reason, Guid? Switch = null) : PlannedSwitchVerdict;
}

/// <summary>When a planned switch is due, and when it is not wanted any more. Pure.</summary>
internal static class PlannedSwitchRule
{
    public static PlannedSwitchVerdict Decide(PlannedSwitchSight seen, DateTimeOffset now, TimeSpan limit) => seen switch
    {
        { Own: { State: SwitchState.Applied or SwitchState.Undone } own } => new PlannedSwitchVerdict.End(PlannedSwitchState.Applied, "Switched.", own.Id),
        // Whoever began it ends it, or the switch settler does.
        { Own.State: SwitchState.Requested } => new PlannedSwitchVerdict.Later(),
        { State: DeploymentState.Queued or DeploymentState.Running } => new PlannedSwitchVerdict.Later(),
        { State: not DeploymentState.Succeeded } => GiveUp($"The deployment to standby ended as {SnakeCase.Of(seen.State.ToString()).Replace('_', ' ')}{(seen.DeploymentReason is { } why ? $": {why}" : ".")}"),
        { LiveRunsIt: true } => new PlannedSwitchVerdict.End(PlannedSwitchState.AlreadyLive, "Live runs this revision already."),
        { NewerDeployment: { } newer } => GiveUp($"Deployment {newer} of the same stack came after it."),
        { SwitchedSince: { } who } => GiveUp($"{who} switched the tenant meanwhile."),
        _ when seen.RanOn == seen.Live => GiveUp("The side that it was deployed to is live by now, and runs something else."),
        { Closed: { } why } => GiveUp(why),
        { Asked: { } asked } => OnceAsked(asked),
        _ => AtItsTime(seen, seen.DueAt ?? seen.EndedAt + seen.After ?? now, now, limit),
    };

    private static PlannedSwitchVerdict AtItsTime(PlannedSwitchSight seen, DateTimeOffset due, DateTimeOffset now, TimeSpan limit) =>
        now - due > limit ? GiveUp($"It could not be done within {limit.TotalMinutes:0.#} minutes of {(seen.After == TimeSpan.Zero ? "the deployment's end" : $"{due:yyyy-MM-dd HH:mm:ss} UTC, when it was due")}.")
        : now >= due ? new PlannedSwitchVerdict.Go()
        : seen.DueAt is null ? new PlannedSwitchVerdict.Schedule(due)
        : new PlannedSwitchVerdict.Later();

    private static PlannedSwitchVerdict OnceAsked(AskedForIt asked) => asked.State switch
    {
        AskedSwitchState.Waiting => new PlannedSwitchVerdict.Later(),
        // Whatever the approved switch came to stands with it: one that was made is the plan's own.
        AskedSwitchState.Approved => new PlannedSwitchVerdict.End(PlannedSwitchState.Failed, $"{asked.By} approved it, and the switch failed."),
        AskedSwitchState.Refused => GiveUp($"{asked.By} refused it{(asked.Reason is { } why ? $": {why}" : ".")}"),
        AskedSwitchState.Withdrawn => GiveUp($"{asked.By} took it back."),
        AskedSwitchState.Lapsed => GiveUp("No second person approved it in time."),
        AskedSwitchState.Overtaken => GiveUp(asked.Reason ?? "Something else came first."),
    };

    private static PlannedSwitchVerdict.End GiveUp(string reason) => new(PlannedSwitchState.GivenUp, reason);
}
