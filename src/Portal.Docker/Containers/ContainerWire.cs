namespace Portal.Docker;

// The engine's own names and units (Config, HostConfig, NetworkSettings). Durations in nanoseconds.

internal sealed class WireCreate : WireConfig
{
    public WireHostConfig? HostConfig { get; init; }
    public WireNetworkingConfig? NetworkingConfig { get; init; }
}

internal class WireConfig
{
    public string? Image { get; init; }
    public string[]? Cmd { get; init; }
    public string[]? Entrypoint { get; init; }
    public string[]? Env { get; init; }
    public Dictionary<string, string>? Labels { get; init; }
    public string? User { get; init; }
    public string? WorkingDir { get; init; }
    public string? Hostname { get; init; }
    public string? Domainname { get; init; }
    public bool? Tty { get; init; }
    public bool? OpenStdin { get; init; }
    public string? StopSignal { get; init; }
    public int? StopTimeout { get; init; }
    public WireHealthcheck? Healthcheck { get; init; }
    public Dictionary<string, WireEmpty>? ExposedPorts { get; init; }
}

internal sealed class WireEmpty;

internal sealed class WireHealthcheck
{
    public string[]? Test { get; init; }
    public long? Interval { get; init; }
    public long? Timeout { get; init; }
    public long? StartPeriod { get; init; }
    public int? Retries { get; init; }
}

internal sealed class WireHostConfig
{
    public string[]? Binds { get; init; }
    public WireMount[]? Mounts { get; init; }
    public Dictionary<string, string>? Tmpfs { get; init; }
    public Dictionary<string, WirePortBinding[]?>? PortBindings { get; init; }
    public string? NetworkMode { get; init; }
    public WireRestartPolicy? RestartPolicy { get; init; }
    public string[]? CapAdd { get; init; }
    public string[]? CapDrop { get; init; }
    public Dictionary<string, string>? Sysctls { get; init; }
    public WireUlimit[]? Ulimits { get; init; }
    public WireLogConfig? LogConfig { get; init; }
    public string[]? Dns { get; init; }
    public string[]? DnsOptions { get; init; }
    public string[]? DnsSearch { get; init; }
    public string[]? ExtraHosts { get; init; }
    public bool? ReadonlyRootfs { get; init; }
    public long? Memory { get; init; }
    public long? MemoryReservation { get; init; }
    public long? MemorySwap { get; init; }
    public long? NanoCpus { get; init; }
    public long? CpuQuota { get; init; }
    public long? CpuShares { get; init; }
    public string? CpusetCpus { get; init; }
    public long? PidsLimit { get; init; }
    public long? ShmSize { get; init; }
    public string[]? SecurityOpt { get; init; }
    public bool? Privileged { get; init; }
    public string[]? GroupAdd { get; init; }
    public WireDevice[]? Devices { get; init; }
    public int? OomScoreAdj { get; init; }
    public bool? OomKillDisable { get; init; }
    public string? PidMode { get; init; }
    public string? IpcMode { get; init; }
    public string? UsernsMode { get; init; }
    public long? MemorySwappiness { get; init; }
    public string? UTSMode { get; init; }
    public string? CgroupParent { get; init; }
    public string? Runtime { get; init; }
    public bool? Init { get; init; }
}

internal sealed class WireMount
{
    public string? Type { get; init; }
    public string? Source { get; init; }
    public string? Target { get; init; }
    public bool? ReadOnly { get; init; }
    public WireBindOptions? BindOptions { get; init; }
    public WireVolumeOptions? VolumeOptions { get; init; }
    public WireTmpfsOptions? TmpfsOptions { get; init; }
}

internal sealed class WireBindOptions
{
    public string? Propagation { get; init; }
}

internal sealed class WireVolumeOptions
{
    public bool? NoCopy { get; init; }
}

internal sealed class WireTmpfsOptions
{
    public long? SizeBytes { get; init; }
    public int? Mode { get; init; }
}

internal sealed class WirePortBinding
{
    public string? HostIp { get; init; }
    public string? HostPort { get; init; }
}

internal sealed class WireRestartPolicy
{
    public string? Name { get; init; }
    public int? MaximumRetryCount { get; init; }
}

internal sealed class WireUlimit
{
    public string Name { get; init; } = "";
    public long Soft { get; init; }
    public long Hard { get; init; }
}

internal sealed class WireLogConfig
{
    public string? Type { get; init; }
    public Dictionary<string, string>? Config { get; init; }
}

internal sealed class WireDevice
{
    public string PathOnHost { get; init; } = "";
    public string PathInContainer { get; init; } = "";
    public string CgroupPermissions { get; init; } = "";
}

internal sealed class WireNetworkingConfig
{
    public Dictionary<string, WireEndpoint>? EndpointsConfig { get; init; }
}

internal sealed class WireEndpoint
{
    public string[]? Aliases { get; init; }
    public WireIpamConfig? IPAMConfig { get; init; }
    public string? NetworkID { get; init; }
    public string? IPAddress { get; init; }
    public string? Gateway { get; init; }
}

internal sealed class WireIpamConfig
{
    public string? IPv4Address { get; init; }
    public string? IPv6Address { get; init; }
}

internal sealed class WireContainer
{
    public string Id { get; init; } = "";
    public string? Name { get; init; }
    public string? Image { get; init; }
    public DateTimeOffset Created { get; init; }
    public string? Path { get; init; }
    public string[]? Args { get; init; }
    public int RestartCount { get; init; }
    public WireState? State { get; init; }
    public WireConfig? Config { get; init; }
    public WireHostConfig? HostConfig { get; init; }
    public WireNetworkSettings? NetworkSettings { get; init; }
    public WireMountPoint[]? Mounts { get; init; }
}

internal sealed class WireState
{
    public string? Status { get; init; }
    public bool Running { get; init; }
    public bool OOMKilled { get; init; }
    public int Pid { get; init; }
    public int ExitCode { get; init; }
    public string? Error { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public WireHealth? Health { get; init; }
}

internal sealed class WireHealth
{
    public string? Status { get; init; }
    public int FailingStreak { get; init; }
    public WireProbe[]? Log { get; init; }
}

internal sealed class WireProbe
{
    public int ExitCode { get; init; }
    public string? Output { get; init; }
}

internal sealed class WireNetworkSettings
{
    public Dictionary<string, WireEndpoint>? Networks { get; init; }
    public Dictionary<string, WirePortBinding[]?>? Ports { get; init; }
}

internal sealed class WireMountPoint
{
    public string? Type { get; init; }
    public string? Name { get; init; }
    public string? Source { get; init; }
    public string? Destination { get; init; }
    public bool RW { get; init; }
}

internal sealed class WireContainerSummary
{
    public string Id { get; init; } = "";
    public string[]? Names { get; init; }
    public string? Image { get; init; }
    public string? ImageID { get; init; }
    public string? Command { get; init; }
    public long Created { get; init; }
    public string? State { get; init; }
    public string? Status { get; init; }
    public Dictionary<string, string>? Labels { get; init; }
    public WirePort[]? Ports { get; init; }
    public WireNetworkSettings? NetworkSettings { get; init; }
}

internal sealed class WirePort
{
    public string? IP { get; init; }
    public int PrivatePort { get; init; }
    public int? PublicPort { get; init; }
    public string? Type { get; init; }
}

internal sealed class WireWait
{
    public long StatusCode { get; init; }
    public WireWaitError? Error { get; init; }
}

internal sealed class WireWaitError
{
    public string? Message { get; init; }
}
