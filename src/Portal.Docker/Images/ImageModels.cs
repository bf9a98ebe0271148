namespace Portal.Docker;

/// <param name="Layer">Short id of a layer, or null for a line about the whole.</param>
/// <param name="Current">Bytes done of <paramref name="Total"/>, where the step counts bytes.</param>
public sealed record PullProgress(string? Layer, string Status, long? Current, long? Total);

/// <param name="Digest">On the last line: the digest under which the registry now has the image.</param>
public sealed record PushProgress(string? Layer, string Status, long? Current, long? Total, string? Digest);

/// <param name="Id"><c>sha256:…</c> of the image's configuration; not the digest in a registry.</param>
/// <param name="RepoDigests">Name and digest of each registry it was pulled from or pushed to.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Layers">What each layer is unpacked, from the lowest: <c>sha256:…</c>.</param>
public sealed record ImageDetails(
    string Id,
    IReadOnlyList<string> RepoTags,
    IReadOnlyList<string> RepoDigests,
    DateTimeOffset? Created,
    long Size,
    string Architecture,
    string Os,
    ImageConfig Config,
    IReadOnlyList<string> Layers);

public sealed record ImageConfig(
    string? User,
    string? WorkingDir,
    IReadOnlyList<string> Command,
    IReadOnlyList<string> Entrypoint,
    IReadOnlyList<string> Environment,
    IReadOnlyList<ContainerPort> ExposedPorts,
    IReadOnlyList<string> Volumes,
    IReadOnlyDictionary<string, string> Labels,
    HealthcheckSpec? Healthcheck);

/// <param name="Size">Bytes.</param>
public sealed record ImageSummary(
    string Id,
    IReadOnlyList<string> RepoTags,
    IReadOnlyList<string> RepoDigests,
    DateTimeOffset Created,
    long Size,
    IReadOnlyDictionary<string, string> Labels);

/// <param name="SpaceReclaimed">Bytes.</param>
public sealed record PruneResult(IReadOnlyList<string> Deleted, long SpaceReclaimed);

/// <summary>What a registry has under a reference, asked without pulling it.</summary>
/// <param name="Size">Bytes of the manifest, not of the image.</param>
public sealed record DistributionInfo(string Digest, string MediaType, long Size, IReadOnlyList<ImagePlatform> Platforms);

public sealed record ImagePlatform(string Os, string Architecture, string? Variant);
