namespace Portal.Model;

public enum DeploymentState { Queued, Running, Succeeded, Failed, RolledBack, Cancelled, Superseded }

/// <summary>Why a deployment did not simply succeed. The text beside it is for people; decisions look here.</summary>
public enum DeploymentReason
{
    None,
    NothingToChange,
    ImageUnavailable,
    ContainerExited,
    NeverHealthy,
    DeadlinePassed,
    EngineUnavailable,
    EngineRefused,
    GatewayUnavailable,
    DigestDiffers,
    CancelledByPerson,
    SupersededByNewer,
    OtherTargetFailed,
    DefinitionUnusable,
    /// <summary>The tenant was switched before it began, and its side is another one.</summary>
    SwitchedMeanwhile,
    /// <summary>A migration of what both sides share, which nobody vouched for.</summary>
    WordMissing,
}

public enum DeploymentTrigger { Page, Api, Webhook, Switch, System }

/// <summary>The work of making one environment run one revision of one stack.</summary>
public sealed class Deployment : ITenantOwned
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required Guid StackId { get; init; }
    public required Guid EnvironmentId { get; init; }
    public required Colour Colour { get; init; }
    public required Guid RevisionId { get; init; }
    /// <summary>What ran before, and runs again if this fails; null for the first.</summary>
    public Guid? FormerRevisionId { get; private set; }
    /// <summary>Set when this waits for another to succeed first (target <c>both</c>: standby, then live).</summary>
    public Guid? AfterDeploymentId { get; init; }
    public required DeploymentTrigger Trigger { get; init; }
    public required ActorKind ActorKind { get; init; }
    public required string Actor { get; init; }
    public required string Source { get; init; }
    public Guid? DeliveryId { get; init; }
    /// <summary>Replace containers even where nothing differs.</summary>
    public bool Force { get; init; }
    /// <summary>It changes what both sides share, as whoever asked says, or said of the same images before.</summary>
    public bool Migration { get; init; }
    /// <summary>It does not begin without somebody's word that the other side goes on working.</summary>
    public bool WordNeeded { get; init; }
    public string? WordReason { get; private set; }
    public string? WordBy { get; private set; }
    public DateTimeOffset? WordAt { get; private set; }

    /// <summary>At most so many of each service, whatever the revision says; null: its full size.</summary>
    public int? Scale { get; init; }
    /// <summary>The pair's generation in which <see cref="Scale"/> holds.</summary>
    public long? ScaleFor { get; init; }

    public DeploymentState State { get; private set; } = DeploymentState.Queued;
    public DeploymentReason Reason { get; private set; }
    public string? ReasonText { get; private set; }
    /// <summary>Set once the run has turned back: from then on it restores the former revision, also after a crash.</summary>
    public DateTimeOffset? TurnedBackAt { get; private set; }
    public DateTimeOffset? CancelRequestedAt { get; set; }
    public Guid? SupersededBy { get; private set; }

    public string? LeaseOwner { get; private set; }
    /// <summary>Grows with each lease; a write guarded by an older one matches no row.</summary>
    public long LeaseToken { get; private set; }
    public DateTimeOffset? LeaseUntil { get; private set; }

    public required DateTimeOffset RequestedAt { get; init; }
    public DateTimeOffset? StartedAt { get; private set; }
    public DateTimeOffset? EndedAt { get; private set; }
    /// <summary>When it ends by itself at the latest.</summary>
    public DateTimeOffset? Deadline { get; private set; }

    public bool Ended => State is not (DeploymentState.Queued or DeploymentState.Running);

    public bool WaitsForWord => State == DeploymentState.Queued && WordNeeded && WordAt is null;

    public CompatibleWord? Word => WordAt is { } at ? new CompatibleWord(WordReason!, WordBy!, at) : null;

    public void Vouch(CompatibleWord word)
    {
        if (State != DeploymentState.Queued || WordAt is not null)
        {
            throw new InvalidOperationException($"Deployment {Id} takes no word: {State}, given at {WordAt}.");
        }

        (WordReason, WordBy, WordAt) = (word.Reason, word.By, word.At);
    }

    public void Lease(string owner, DateTimeOffset now, TimeSpan lease, TimeSpan limit, Guid? former)
    {
        if (Ended)
        {
            throw new InvalidOperationException($"Deployment {Id} ended as {State}.");
        }

        if (WaitsForWord)
        {
            throw new InvalidOperationException($"Deployment {Id} waits for a word.");
        }

        if (State == DeploymentState.Queued)
        {
            State = DeploymentState.Running;
            StartedAt = now;
            Deadline = now + limit;
            FormerRevisionId = former;
        }

        LeaseOwner = owner;
        LeaseToken++;
        LeaseUntil = now + lease;
    }

    public void TurnBack(DeploymentReason reason, string text, DateTimeOffset now)
    {
        if (Ended || TurnedBackAt is not null)
        {
            throw new InvalidOperationException($"Deployment {Id} cannot turn back: {State}, turned back at {TurnedBackAt}.");
        }

        (Reason, ReasonText, TurnedBackAt) = (reason, text, now);
    }

    public void End(DeploymentState state, DateTimeOffset now, DeploymentReason? reason = null, string? text = null, Guid? supersededBy = null)
    {
        if (Ended || state is DeploymentState.Queued or DeploymentState.Running)
        {
            throw new InvalidOperationException($"Deployment {Id} cannot go from {State} to {state}.");
        }

        State = state;
        EndedAt = now;
        Reason = reason ?? Reason;
        ReasonText = text ?? ReasonText;
        SupersededBy = supersededBy;
        LeaseUntil = null;
    }
}

public enum DeploymentLogKind { StepStarted, StepProgress, StepDone, StepFailed, Line }

/// <summary>One line of a deployment's log. Its steps are read out of the same lines: the log is the progress.</summary>
public sealed class DeploymentLogLine : ITenantOwned
{
    public long Id { get; init; }
    public required Guid DeploymentId { get; init; }
    public required Guid TenantId { get; init; }
    public required DateTimeOffset At { get; init; }
    public required DeploymentLogKind Kind { get; init; }
    /// <summary>The step that the line belongs to, as shown to people.</summary>
    public required string Step { get; init; }
    public required string Text { get; init; }
    /// <summary>0 to 1 where the step can tell.</summary>
    public double? Fraction { get; init; }
}
