namespace Portal.Model;

public enum AskedSwitchState
{
    /// <summary>For a second person.</summary>
    Waiting,
    Approved,
    Refused,
    /// <summary>Whoever asked has thought better of it.</summary>
    Withdrawn,
    /// <summary>Nobody said anything in time.</summary>
    Lapsed,
    /// <summary>The tenant was switched otherwise, or what it follows has ended.</summary>
    Overtaken,
}

/// <summary>A switch that somebody asks for and a second person has to approve: a tenant has one that waits at most.</summary>
public sealed class AskedSwitch : ITenantOwned
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required Colour From { get; init; }
    public required Colour To { get; init; }
    /// <summary>The pair's, when it was asked.</summary>
    public required long Generation { get; init; }
    public required string Reason { get; init; }
    public required ActorKind AskedKind { get; init; }
    /// <summary>Of what comes by itself: who asked for the deployment, where that was a person.</summary>
    public required string AskedBy { get; init; }
    public required string Source { get; init; }
    /// <summary>What was on standby, as JSON: approved is this and nothing else.</summary>
    public required string Standby { get; init; }
    public Guid? RehearsalId { get; init; }
    public Guid? DeliveryId { get; init; }
    public Guid? PlanId { get; init; }
    public required DateTimeOffset AskedAt { get; init; }
    public required DateTimeOffset Until { get; init; }

    public AskedSwitchState State { get; private set; } = AskedSwitchState.Waiting;
    public string? DecidedBy { get; private set; }
    /// <summary>For people.</summary>
    public string? DecidedReason { get; private set; }
    public DateTimeOffset? DecidedAt { get; private set; }
    public Guid? SwitchId { get; private set; }

    public void End(AskedSwitchState state, string by, string? reason, DateTimeOffset now, Guid? switchId = null)
    {
        if (State != AskedSwitchState.Waiting || state == AskedSwitchState.Waiting)
        {
            throw new InvalidOperationException($"Asked switch {Id} cannot go from {State} to {state}.");
        }

        (State, DecidedBy, DecidedReason, DecidedAt, SwitchId) = (state, by, reason, now, switchId);
    }
}
