namespace Portal.Docker;

/// <summary>The engine's answers about images → our records. Pure.</summary>
internal static class ImageMapping
{
    // Engines before API 1.43 list an untagged image under this name.
    private const string NoName = "<none>";

    public static ImageDetails Details(WireImage wire) => new(
        wire.Id,
        Named(wire.RepoTags),
        Named(wire.RepoDigests),
        wire.Created is { Year: > 1 } created ? created : null,
        wire.Size,
        wire.Architecture ?? "",
        wire.Os ?? "",
        Config(wire.Config ?? new WireImageConfig()),
        wire.RootFS?.Layers ?? []);

    public static ImageSummary Summary(WireImageSummary wire) => new(
        wire.Id,
        Named(wire.RepoTags),
        Named(wire.RepoDigests),
        DateTimeOffset.FromUnixTimeSeconds(wire.Created),
        wire.Size,
        wire.Labels ?? []);

    public static DistributionInfo Distribution(WireDistribution wire) => new(
        wire.Descriptor?.Digest ?? "",
        wire.Descriptor?.MediaType ?? "",
        wire.Descriptor?.Size ?? 0,
        [.. (wire.Platforms ?? []).Select(platform => new ImagePlatform(platform.Os ?? "", platform.Architecture ?? "", platform.Variant))]);

    public static IReadOnlyList<string> Deleted(IEnumerable<WireImageDeleted>? wires) =>
        [.. (wires ?? []).Select(wire => wire.Deleted).OfType<string>()];

    public static ImageConfig Config(WireImageConfig config) => new(
        string.IsNullOrEmpty(config.User) ? null : config.User,
        string.IsNullOrEmpty(config.WorkingDir) ? null : config.WorkingDir,
        config.Cmd ?? [],
        config.Entrypoint ?? [],
        config.Env ?? [],
        [.. (config.ExposedPorts ?? []).Keys.Select(ContainerPort.Parse)],
        [.. (config.Volumes ?? []).Keys],
        config.Labels ?? [],
        config.Healthcheck is { } health ? ContainerDetailsMapping.Healthcheck(health) : null);

    private static IReadOnlyList<string> Named(string[]? names) =>
        [.. (names ?? []).Where(name => !name.StartsWith(NoName, StringComparison.Ordinal))];
}
