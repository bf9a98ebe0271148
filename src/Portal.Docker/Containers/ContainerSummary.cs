namespace Portal.Docker;

/// <param name="StatusText">For people, such as <c>Up 3 minutes (healthy)</c>.</param>
/// <param name="Networks">Network name → how this container stands in it (aliases are in the details only).</param>
public sealed record ContainerSummary(
    string Id,
    string Name,
    string Image,
    string ImageId,
    string Command,
    DateTimeOffset Created,
    ContainerStatus Status,
    string StatusText,
    IReadOnlyDictionary<string, string> Labels,
    IReadOnlyList<PortBinding> Ports,
    IReadOnlyDictionary<string, NetworkAttachment> Networks);

/// <summary>Which containers to list; everything given must hold.</summary>
public sealed record ContainerFilter
{
    /// <summary>Stopped ones too.</summary>
    public bool All { get; init; }

    /// <summary>Each <c>key</c> or <c>key=value</c>.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Exact names, one of which must match.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    public IReadOnlyList<string> Ids { get; init; } = [];

    /// <summary>Attached to one of these networks, by name or id.</summary>
    public IReadOnlyList<string> Networks { get; init; } = [];
}
