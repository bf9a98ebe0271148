namespace Portal.Model;

/// <summary>One immutable line: who did what to which, from where, with which result, before and after.</summary>
public sealed class AuditEvent
{
    public required Guid Id { get; init; }
    public required DateTimeOffset At { get; init; }
    public required ActorKind ActorKind { get; init; }
    public required string Actor { get; init; }
    public required string Source { get; init; }
    /// <summary>Noun and verb: <c>stack.created</c>, <c>switch.applied</c>.</summary>
    public required string Action { get; init; }
    public required string TargetKind { get; init; }
    public required string Target { get; init; }
    public Guid? TenantId { get; init; }
    /// <summary><c>ok</c>, or why not.</summary>
    public required string Result { get; init; }
    /// <summary>JSON, secrets masked.</summary>
    public string? Before { get; init; }
    public string? After { get; init; }
    /// <summary>The deployment, delivery or switch that this belongs to.</summary>
    public Guid? Correlation { get; init; }
    /// <summary>What listeners are told once this is committed, each as a <see cref="Store.ChangeNote"/> has it.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
}
