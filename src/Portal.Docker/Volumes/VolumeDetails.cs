namespace Portal.Docker;

/// <param name="Mountpoint">Path on the host.</param>
public sealed record VolumeDetails(
    string Name, string Driver, string Mountpoint, DateTimeOffset? Created, IReadOnlyDictionary<string, string> Labels);

internal sealed class WireVolume
{
    public string? Name { get; init; }
    public string? Driver { get; init; }
    public string? Mountpoint { get; init; }
    public DateTimeOffset? CreatedAt { get; init; }
    public Dictionary<string, string>? Labels { get; init; }
    public WireVolumeUsage? UsageData { get; init; }
}

internal sealed class WireVolumeUsage
{
    public long Size { get; init; }
}

internal sealed class WireVolumeList
{
    public WireVolume[]? Volumes { get; init; }
}

internal sealed class WireVolumeCreate
{
    public string Name { get; init; } = "";
    public string? Driver { get; init; }
    public Dictionary<string, string>? DriverOpts { get; init; }
    public Dictionary<string, string>? Labels { get; init; }
}

internal static class VolumeMapping
{
    public static VolumeDetails Details(WireVolume wire) =>
        new(wire.Name ?? "", wire.Driver ?? "", wire.Mountpoint ?? "", wire.CreatedAt, wire.Labels ?? []);
}
