namespace Portal.Model;

public enum SwitchState { Requested, Applied, Undone, Failed }

/// <summary>Why a switch was made.</summary>
public enum SwitchCause
{
    /// <summary>Somebody, or something that somebody set up, asked for it.</summary>
    Asked,

    /// <summary>Live had no healthy replica any more.</summary>
    Failover,

    /// <summary>The switch before it was followed by too many failures or too slow answers.</summary>
    Undo,
}

/// <summary>One move of a tenant's live pointer, with what was seen before and measured around it.</summary>
public sealed class Switch : ITenantOwned
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required Colour From { get; init; }
    public required Colour To { get; init; }
    /// <summary>The pair's generation that this switch makes.</summary>
    public required long Generation { get; init; }
    public SwitchState State { get; set; } = SwitchState.Requested;
    public SwitchCause Cause { get; init; }
    public required string Reason { get; init; }
    public required string Actor { get; init; }
    public required string Source { get; init; }
    /// <summary>What the checks saw, as JSON.</summary>
    public required string Preflight { get; init; }
    /// <summary>The switch that this one takes back.</summary>
    public Guid? UndoOf { get; init; }
    /// <summary>The webhook delivery that asked for it; one has at most one that did not fail.</summary>
    public Guid? DeliveryId { get; init; }
    /// <summary>The plan that brought it; one has at most one that did not fail.</summary>
    public Guid? PlanId { get; init; }
    /// <summary>The second person, where the tenant asks for one; <see cref="Actor"/> is then who asked.</summary>
    public string? ApprovedBy { get; init; }
    /// <summary>The rehearsal that this switch relies on.</summary>
    public Guid? RehearsalId { get; init; }
    /// <summary>Why an owner switched although a check had failed.</summary>
    public string? OverrideReason { get; init; }
    public required DateTimeOffset RequestedAt { get; init; }
    public DateTimeOffset? AppliedAt { get; set; }
    /// <summary>From the gateway's first command to its read-back, in milliseconds.</summary>
    public double? Milliseconds { get; set; }
    /// <summary>Requests and failures of the tenant from just before the switch until it was drained or the measuring window ended.</summary>
    public long? Requests { get; set; }
    public long? FailedRequests { get; set; }
    public double? DrainSeconds { get; set; }
    public DateTimeOffset? SwitchBackUntil { get; set; }
    public string? Failure { get; set; }
    /// <summary>Names of gateways that did not answer; null: all took it.</summary>
    public string? GatewaysAway { get; set; }
}
