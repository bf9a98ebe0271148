using System.Text.Json;
using System.Text.Json.Serialization;

namespace Portal.Docker;

/// <summary>What a registry has of an image, for one platform.</summary>
/// <param name="Layers">From the lowest.</param>
public sealed record RegistryImage(IReadOnlyList<RegistryLayer> Layers, ImageConfig Config);

/// <param name="Size">Bytes to fetch: packed, where the registry keeps it packed.</param>
/// <param name="Unpacked">What an engine calls the layer once it has it; null where the image does not say.</param>
public sealed record RegistryLayer(string Digest, long Size, string? Unpacked);

/// <summary>A manifest, or an index of several, as registries write them.</summary>
internal sealed class RegistryManifest(WireManifest wire)
{
    public string? ConfigDigest => wire.Config?.Digest;

    public static RegistryManifest Read(byte[] bytes, string host) => new(Parse(bytes, EngineJson.Default.WireManifest, host));

    /// <returns>Null: it is no index.</returns>
    public string? Of(string architecture)
    {
        var images = (wire.Manifests ?? []).Where(one => ImageReference.IsDigest(one.Digest ?? "") && one.Platform?.Os is null or "linux").ToList();
        return (images.Find(one => one.Platform?.Architecture == architecture) ?? images.FirstOrDefault())?.Digest;
    }

    public RegistryImage With(byte[] config, string host)
    {
        var blob = Parse(config, EngineJson.Default.WireImageBlob, host);
        // Some builders keep what made an empty layer out of one of the two lists: then they do not tell about each other.
        var unpacked = blob.RootFs?.DiffIds is { } ids && ids.Length == wire.Layers?.Length ? ids : null;
        return new RegistryImage(
            [.. (wire.Layers ?? []).Select((layer, index) => new RegistryLayer(layer.Digest ?? "", Math.Max(0, layer.Size), unpacked?[index]))],
            ImageMapping.Config(blob.Config ?? new WireImageConfig()));
    }

    private static T Parse<T>(byte[] bytes, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, string host)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, type) ?? throw RegistryFaults.Garbled(host, "what it has there is empty");
        }
        catch (JsonException)
        {
            throw RegistryFaults.Garbled(host, "what it has there is no manifest");
        }
    }
}

internal sealed class WireManifest
{
    [JsonPropertyName("config")]
    public WireDescriptor? Config { get; init; }
    [JsonPropertyName("layers")]
    public WireDescriptor[]? Layers { get; init; }
    [JsonPropertyName("manifests")]
    public WireManifestEntry[]? Manifests { get; init; }
}

internal sealed class WireManifestEntry
{
    [JsonPropertyName("digest")]
    public string? Digest { get; init; }
    [JsonPropertyName("platform")]
    public WirePlatform? Platform { get; init; }
}

internal sealed class WireImageBlob
{
    [JsonPropertyName("config")]
    public WireImageConfig? Config { get; init; }
    [JsonPropertyName("rootfs")]
    public WireRootDiffs? RootFs { get; init; }
}

internal sealed class WireRootDiffs
{
    [JsonPropertyName("diff_ids")]
    public string[]? DiffIds { get; init; }
}
