namespace Portal.Model;

public enum PlannedSwitchState
{
    /// <summary>For the deployment to succeed, for its time, and then for the switch.</summary>
    Waiting,
    Applied,
    /// <summary>What was deployed is live without it: somebody else switched, or live ran it before.</summary>
    AlreadyLive,
    /// <summary>It was tried, and standby could not take the traffic, or the gateway did not switch.</summary>
    Failed,
    /// <summary>It was not tried: the deployment failed, or something newer overtook it.</summary>
    GivenUp,
    /// <summary>Somebody said no.</summary>
    Stopped,
}

/// <summary>
/// That a tenant is to be switched once a deployment to standby has succeeded, as its webhook or its stack has it. Stored with the
/// deployment, so that no portal's end loses it.
/// </summary>
public sealed class PlannedSwitch : ITenantOwned
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    /// <summary>Null: the stack's own setting plans it.</summary>
    public Guid? WebhookId { get; init; }
    public Guid? DeliveryId { get; init; }
    /// <summary>Of standby; or live's, where that runs what was asked for already.</summary>
    public required Guid DeploymentId { get; init; }
    /// <summary>The caller's address.</summary>
    public required string Source { get; init; }
    public required DateTimeOffset RequestedAt { get; init; }
    /// <summary>How long after the deployment's success.</summary>
    public TimeSpan After { get; init; }

    /// <summary>When it is due; null until its deployment has succeeded.</summary>
    public DateTimeOffset? DueAt { get; private set; }
    public PlannedSwitchState State { get; private set; } = PlannedSwitchState.Waiting;
    /// <summary>How it ended, for people.</summary>
    public string? Reason { get; private set; }
    public Guid? SwitchId { get; private set; }
    public DateTimeOffset? EndedAt { get; private set; }

    public void Schedule(DateTimeOffset due)
    {
        if (State != PlannedSwitchState.Waiting || DueAt is not null)
        {
            throw new InvalidOperationException($"Planned switch {Id} is {State}, due {DueAt}, and cannot be due {due}.");
        }

        DueAt = due;
    }

    public void End(PlannedSwitchState state, string reason, DateTimeOffset now, Guid? switchId = null)
    {
        if (State != PlannedSwitchState.Waiting || state == PlannedSwitchState.Waiting)
        {
            throw new InvalidOperationException($"Planned switch {Id} cannot go from {State} to {state}.");
        }

        (State, Reason, EndedAt, SwitchId) = (state, reason, now, switchId);
    }
}
