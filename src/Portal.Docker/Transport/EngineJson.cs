using System.Text.Json.Serialization;

namespace Portal.Docker;

internal sealed class WireId
{
    public string Id { get; init; } = "";
}

internal sealed class WireError
{
    [JsonPropertyName("message")]
    public string? Message { get; init; }
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Dictionary<string, string[]>))]
[JsonSerializable(typeof(WireId))]
[JsonSerializable(typeof(WireError))]
[JsonSerializable(typeof(WireCreate))]
[JsonSerializable(typeof(WireContainer))]
[JsonSerializable(typeof(WireContainerSummary[]))]
[JsonSerializable(typeof(WireWait))]
[JsonSerializable(typeof(PathStat))]
[JsonSerializable(typeof(WireProgress))]
[JsonSerializable(typeof(WireCredentials))]
[JsonSerializable(typeof(WireImage))]
[JsonSerializable(typeof(WireImageSummary[]))]
[JsonSerializable(typeof(WireImageDeleted[]))]
[JsonSerializable(typeof(WirePruned))]
[JsonSerializable(typeof(WireDistribution))]
[JsonSerializable(typeof(WireNetwork))]
[JsonSerializable(typeof(WireNetwork[]))]
[JsonSerializable(typeof(WireNetworkCreate))]
[JsonSerializable(typeof(WireNetworkConnect))]
[JsonSerializable(typeof(WireNetworkDisconnect))]
[JsonSerializable(typeof(WireVolume))]
[JsonSerializable(typeof(WireVolumeList))]
[JsonSerializable(typeof(WireVolumeCreate))]
[JsonSerializable(typeof(WireVersion))]
[JsonSerializable(typeof(WireInfo))]
[JsonSerializable(typeof(WireDiskUsage))]
[JsonSerializable(typeof(WireEvent))]
[JsonSerializable(typeof(WireStats))]
[JsonSerializable(typeof(WireExec))]
[JsonSerializable(typeof(WireExecCreate))]
[JsonSerializable(typeof(WireExecStart))]
[JsonSerializable(typeof(WireToken))]
[JsonSerializable(typeof(WireManifest))]
[JsonSerializable(typeof(WireImageBlob))]
internal sealed partial class EngineJson : JsonSerializerContext;
