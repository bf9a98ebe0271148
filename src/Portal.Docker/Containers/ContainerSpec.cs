namespace Portal.Docker;

/// <summary>
/// What a container is made from. Null means "as the image or the engine has it". Memory in bytes, CPU in billionths of a core.
/// Read back by <see cref="ContainerClient.InspectAsync"/>, where the image's own values are merged in.
/// </summary>
public sealed record ContainerSpec
{
    /// <summary>A reference or an image id. A digest makes sure that no older local image of the same tag runs instead.</summary>
    public required string Image { get; init; }

    public IReadOnlyList<string>? Command { get; init; }

    public IReadOnlyList<string>? Entrypoint { get; init; }

    /// <summary>A null value removes a variable that the image sets.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    public string? User { get; init; }

    public string? WorkingDir { get; init; }

    public string? Hostname { get; init; }

    public string? Domainname { get; init; }

    public bool? Init { get; init; }

    public bool Tty { get; init; }

    public bool OpenStdin { get; init; }

    public string? StopSignal { get; init; }

    /// <summary>Whole seconds; what a stop without its own grace period waits.</summary>
    public TimeSpan? StopTimeout { get; init; }

    public HealthcheckSpec? Healthcheck { get; init; }

    public IReadOnlyList<ContainerPort> ExposedPorts { get; init; } = [];

    public IReadOnlyList<PortBinding> PortBindings { get; init; } = [];

    /// <summary>Short form: <c>source:target[:options]</c>, source a volume or a host path.</summary>
    public IReadOnlyList<string> Binds { get; init; } = [];

    public IReadOnlyList<MountSpec> Mounts { get; init; } = [];

    /// <summary>Path in the container → mount options, such as <c>size=64m</c> (may be empty).</summary>
    public IReadOnlyDictionary<string, string> Tmpfs { get; init; } = new Dictionary<string, string>();

    /// <summary>A network's name, <c>none</c>, <c>host</c> or <c>container:ID</c>. Null: the first of <see cref="Networks"/>, or the default bridge.</summary>
    public string? NetworkMode { get; init; }

    /// <summary>Network name → how to join it. All are joined before <see cref="ContainerClient.CreateAsync"/> returns.</summary>
    public IReadOnlyDictionary<string, NetworkAttachmentSpec> Networks { get; init; } = new Dictionary<string, NetworkAttachmentSpec>();

    public RestartPolicy? RestartPolicy { get; init; }

    public IReadOnlyList<string> CapAdd { get; init; } = [];

    public IReadOnlyList<string> CapDrop { get; init; } = [];

    public IReadOnlyDictionary<string, string> Sysctls { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<Ulimit> Ulimits { get; init; } = [];

    public LogConfig? LogConfig { get; init; }

    public IReadOnlyList<string> Dns { get; init; } = [];

    public IReadOnlyList<string> DnsOptions { get; init; } = [];

    public IReadOnlyList<string> DnsSearch { get; init; } = [];

    /// <summary>Form <c>name:ip</c>.</summary>
    public IReadOnlyList<string> ExtraHosts { get; init; } = [];

    public bool ReadonlyRootfs { get; init; }

    public long? Memory { get; init; }

    public long? MemoryReservation { get; init; }

    /// <summary>Memory and swap together; −1 is unlimited swap.</summary>
    public long? MemorySwap { get; init; }

    /// <summary>0 to 100; an engine on cgroup v2 has none and says so in a warning.</summary>
    public long? MemorySwappiness { get; init; }

    public long? NanoCpus { get; init; }

    /// <summary>Microseconds in a period. The engine takes either this or <see cref="NanoCpus"/>.</summary>
    public long? CpuQuota { get; init; }

    public long? CpuShares { get; init; }

    public string? CpusetCpus { get; init; }

    public long? PidsLimit { get; init; }

    public long? ShmSize { get; init; }

    public IReadOnlyList<string> SecurityOpt { get; init; } = [];

    public bool Privileged { get; init; }

    public IReadOnlyList<string> GroupAdd { get; init; } = [];

    public IReadOnlyList<DeviceMapping> Devices { get; init; } = [];

    public int? OomScoreAdj { get; init; }

    public bool? OomKillDisable { get; init; }

    /// <summary><c>host</c> or <c>container:ID</c>.</summary>
    public string? PidMode { get; init; }

    public string? IpcMode { get; init; }

    public string? UsernsMode { get; init; }

    /// <summary><c>host</c>; then it has no host name of its own.</summary>
    public string? UtsMode { get; init; }

    /// <summary><c>linux/arm64</c>; null is the engine's own. The create fails as NotFound where the image on the host is for another.</summary>
    public string? Platform { get; init; }

    public string? CgroupParent { get; init; }

    public string? Runtime { get; init; }
}
