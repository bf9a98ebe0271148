using System.Text.Json.Serialization;

namespace Portal.Docker;

internal sealed class WireProgress
{
    [JsonPropertyName("id")]
    public string? Id { get; init; }
    [JsonPropertyName("status")]
    public string? Status { get; init; }
    [JsonPropertyName("stream")]
    public string? Stream { get; init; }
    [JsonPropertyName("progressDetail")]
    public WireProgressDetail? ProgressDetail { get; init; }
    [JsonPropertyName("error")]
    public string? Error { get; init; }
    [JsonPropertyName("errorDetail")]
    public WireErrorDetail? ErrorDetail { get; init; }
    [JsonPropertyName("aux")]
    public WireAux? Aux { get; init; }
}

internal sealed class WireProgressDetail
{
    [JsonPropertyName("current")]
    public long? Current { get; init; }
    [JsonPropertyName("total")]
    public long? Total { get; init; }
}

internal sealed class WireErrorDetail
{
    [JsonPropertyName("code")]
    public int? Code { get; init; }
    [JsonPropertyName("message")]
    public string? Message { get; init; }
}

internal sealed class WireAux
{
    public string? Digest { get; init; }
}

internal sealed class WireCredentials
{
    [JsonPropertyName("username")]
    public string? UserName { get; init; }
    [JsonPropertyName("password")]
    public string? Password { get; init; }
    [JsonPropertyName("serveraddress")]
    public string? ServerAddress { get; init; }
}

internal sealed class WireImage
{
    public string Id { get; init; } = "";
    public string[]? RepoTags { get; init; }
    public string[]? RepoDigests { get; init; }
    public DateTimeOffset? Created { get; init; }
    public long Size { get; init; }
    public string? Architecture { get; init; }
    public string? Os { get; init; }
    public WireImageConfig? Config { get; init; }
    public WireRootFs? RootFS { get; init; }
}

internal sealed class WireRootFs
{
    public string[]? Layers { get; init; }
}

internal sealed class WireImageConfig
{
    public string? User { get; init; }
    public string? WorkingDir { get; init; }
    public string[]? Cmd { get; init; }
    public string[]? Entrypoint { get; init; }
    public string[]? Env { get; init; }
    public Dictionary<string, WireEmpty>? ExposedPorts { get; init; }
    public Dictionary<string, WireEmpty>? Volumes { get; init; }
    public Dictionary<string, string>? Labels { get; init; }
    public WireHealthcheck? Healthcheck { get; init; }
}

internal sealed class WireImageSummary
{
    public string Id { get; init; } = "";
    public string[]? RepoTags { get; init; }
    public string[]? RepoDigests { get; init; }
    public long Created { get; init; }
    public long Size { get; init; }
    public Dictionary<string, string>? Labels { get; init; }
}

internal sealed class WireImageDeleted
{
    public string? Untagged { get; init; }
    public string? Deleted { get; init; }
}

internal sealed class WirePruned
{
    public WireImageDeleted[]? ImagesDeleted { get; init; }
    public long SpaceReclaimed { get; init; }
}

internal sealed class WireDistribution
{
    public WireDescriptor? Descriptor { get; init; }
    public WirePlatform[]? Platforms { get; init; }
}

internal sealed class WireDescriptor
{
    [JsonPropertyName("mediaType")]
    public string? MediaType { get; init; }
    [JsonPropertyName("digest")]
    public string? Digest { get; init; }
    [JsonPropertyName("size")]
    public long Size { get; init; }
}

internal sealed class WirePlatform
{
    [JsonPropertyName("os")]
    public string? Os { get; init; }
    [JsonPropertyName("architecture")]
    public string? Architecture { get; init; }
    [JsonPropertyName("variant")]
    public string? Variant { get; init; }
}
