using System.Text.Json.Serialization;

namespace Portal.Docker;

internal sealed class WireStats
{
    [JsonPropertyName("read")]
    public DateTimeOffset Read { get; init; }
    [JsonPropertyName("cpu_stats")]
    public WireCpu? Cpu { get; init; }
    [JsonPropertyName("precpu_stats")]
    public WireCpu? CpuBefore { get; init; }
    [JsonPropertyName("memory_stats")]
    public WireMemory? Memory { get; init; }
    [JsonPropertyName("networks")]
    public Dictionary<string, WireTraffic>? Networks { get; init; }
    [JsonPropertyName("blkio_stats")]
    public WireBlock? Block { get; init; }
    [JsonPropertyName("pids_stats")]
    public WirePids? Pids { get; init; }
}

internal sealed class WireCpu
{
    [JsonPropertyName("cpu_usage")]
    public WireCpuUsage? Usage { get; init; }
    [JsonPropertyName("system_cpu_usage")]
    public ulong System { get; init; }
    [JsonPropertyName("online_cpus")]
    public int Online { get; init; }
}

internal sealed class WireCpuUsage
{
    [JsonPropertyName("total_usage")]
    public ulong Total { get; init; }
    [JsonPropertyName("percpu_usage")]
    public ulong[]? PerCpu { get; init; }
}

internal sealed class WireMemory
{
    [JsonPropertyName("usage")]
    public ulong Usage { get; init; }
    [JsonPropertyName("limit")]
    public ulong Limit { get; init; }
    [JsonPropertyName("stats")]
    public Dictionary<string, ulong>? Stats { get; init; }
}

internal sealed class WireTraffic
{
    [JsonPropertyName("rx_bytes")]
    public long Received { get; init; }
    [JsonPropertyName("tx_bytes")]
    public long Sent { get; init; }
}

internal sealed class WireBlock
{
    [JsonPropertyName("io_service_bytes_recursive")]
    public WireBlockEntry[]? Bytes { get; init; }
}

internal sealed class WireBlockEntry
{
    [JsonPropertyName("op")]
    public string? Op { get; init; }
    [JsonPropertyName("value")]
    public long Value { get; init; }
}

internal sealed class WirePids
{
    [JsonPropertyName("current")]
    public int Current { get; init; }
}
