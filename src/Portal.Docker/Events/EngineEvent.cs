namespace Portal.Docker;

/// <param name="Type"><c>container</c>, <c>image</c>, <c>network</c>, <c>volume</c>, <c>daemon</c> …</param>
/// <param name="Action">Such as <c>start</c>, <c>die</c>, <c>health_status</c>.</param>
/// <param name="Detail">What follows the action: <c>healthy</c> of a health status, the command of an exec.</param>
/// <param name="ActorId">Id of the container, network …</param>
/// <param name="Attributes">The actor's labels, with <c>name</c>, <c>image</c>, <c>exitCode</c> and the like among them.</param>
public sealed record EngineEvent(
    string Type,
    string Action,
    string? Detail,
    string ActorId,
    IReadOnlyDictionary<string, string> Attributes,
    DateTimeOffset Time,
    string Scope);

/// <summary>Which events; everything given must hold.</summary>
public sealed record EventFilter
{
    /// <summary>On the engine's clock; what it still remembers from then on comes first.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Each <c>key</c> or <c>key=value</c>.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    public IReadOnlyList<string> Types { get; init; } = [];

    public IReadOnlyList<string> Actions { get; init; } = [];

    /// <summary>Called once the engine has taken the subscription: what is looked at after this cannot be missed.</summary>
    public Action? Connected { get; init; }
}
