using System.Text.Json.Serialization;

namespace Portal.Docker;

internal sealed class WireVersion
{
    public string? Version { get; init; }
    public string? ApiVersion { get; init; }
    public string? MinAPIVersion { get; init; }
    public string? Os { get; init; }
    public string? Arch { get; init; }
    public string? KernelVersion { get; init; }
}

internal sealed class WireInfo
{
    public string? ID { get; init; }
    public string? Name { get; init; }
    public string? ServerVersion { get; init; }
    public string? OperatingSystem { get; init; }
    public string? KernelVersion { get; init; }
    public string? Architecture { get; init; }
    public int NCPU { get; init; }
    public long MemTotal { get; init; }
    public int Containers { get; init; }
    public int ContainersRunning { get; init; }
    public int ContainersPaused { get; init; }
    public int ContainersStopped { get; init; }
    public int Images { get; init; }
    public string? Driver { get; init; }
    public string? LoggingDriver { get; init; }
    public string? DockerRootDir { get; init; }
    public DateTimeOffset SystemTime { get; init; }
    public string[]? Labels { get; init; }
    public string[]? Warnings { get; init; }
    public WireSwarm? Swarm { get; init; }
    public WireRegistryConfig? RegistryConfig { get; init; }
    public WireAddressPool[]? DefaultAddressPools { get; init; }
    public bool MemoryLimit { get; init; }
    public bool SwapLimit { get; init; }
    public bool CpuCfsQuota { get; init; }
    public bool CPUShares { get; init; }
    public bool CPUSet { get; init; }
    public bool PidsLimit { get; init; }
}

internal sealed class WireAddressPool
{
    public string? Base { get; init; }
    public int Size { get; init; }
}

internal sealed class WireRegistryConfig
{
    public string[]? InsecureRegistryCIDRs { get; init; }
    public Dictionary<string, WireRegistryIndex>? IndexConfigs { get; init; }
    public string[]? Mirrors { get; init; }
}

internal sealed class WireRegistryIndex
{
    public string[]? Mirrors { get; init; }
    public bool Secure { get; init; }
}

internal sealed class WireSwarm
{
    public string? LocalNodeState { get; init; }
    public string? NodeID { get; init; }
    public bool ControlAvailable { get; init; }
}

internal sealed class WireDiskUsage
{
    public long LayersSize { get; init; }
    public WireSized[]? Images { get; init; }
    public WireSized[]? Containers { get; init; }
    public WireVolume[]? Volumes { get; init; }
    public WireSized[]? BuildCache { get; init; }
}

internal sealed class WireSized
{
    public long Size { get; init; }
    public long SizeRw { get; init; }
}

internal sealed class WireEvent
{
    public string? Type { get; init; }
    public string? Action { get; init; }
    public WireActor? Actor { get; init; }
    [JsonPropertyName("scope")]
    public string? Scope { get; init; }
    [JsonPropertyName("timeNano")]
    public long TimeNano { get; init; }
}

internal sealed class WireActor
{
    public string? ID { get; init; }
    public Dictionary<string, string>? Attributes { get; init; }
}
