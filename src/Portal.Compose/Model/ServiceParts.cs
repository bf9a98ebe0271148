using System.Collections.Immutable;

namespace Portal.Compose;

/// <param name="Every">with <see cref="PullMode.Every"/> only: how old the last pull may be</param>
public sealed record PullPolicy(PullMode Mode, TimeSpan? Every = null)
{
    public static readonly PullPolicy Missing = new(PullMode.Missing);
}

public enum PullMode
{
    Missing,
    Always,
    Never,
    Every,
}

/// <param name="Soft">-1 is unlimited</param>
/// <param name="Hard">-1 is unlimited</param>
public sealed record UlimitSpec(string Name, long Soft, long Hard);

public sealed record LoggingSpec(string? Driver, ImmutableSortedDictionary<string, string> Options);

/// <param name="Test">the engine's form: begins with NONE, CMD or CMD-SHELL; empty keeps the image's</param>
public sealed record HealthcheckSpec(
    ImmutableArray<string> Test, TimeSpan? Interval, TimeSpan? Timeout, int? Retries, TimeSpan? StartPeriod, bool Disable);

public enum ProbeKind
{
    Http,
    Tcp,
}

/// <param name="Path">of an HTTP probe, beginning with /; null for TCP</param>
/// <param name="HealthyThreshold">successes in a row that make it healthy</param>
/// <param name="UnhealthyThreshold">failures in a row that make it unhealthy</param>
/// <param name="StartPeriod">failures in this time from the start do not count</param>
public sealed record HealthProbe(
    ProbeKind Kind, int Port, string? Path, TimeSpan Interval, TimeSpan Timeout, int HealthyThreshold, int UnhealthyThreshold, TimeSpan StartPeriod)
{
    /// <summary>HTTP method; GET unless Rancher's request_line says otherwise.</summary>
    public string Method { get; init; } = "GET";
}

/// <param name="Published">port on the host; null is not published there</param>
/// <param name="Protocol">tcp, udp or sctp</param>
public sealed record PortSpec(int Target, int? Published, string? HostIp, string Protocol, string? Name, string? AppProtocol, int Line);

public sealed record ExposedPort(int Port, string Protocol);

public sealed record NetworkAttachment(string Name, ImmutableArray<string> Aliases, string? Ipv4, string? Ipv6, int Priority, int Line)
{
    /// <summary>Digest of the network's definition, so that a change of it shows in the service's fingerprint.</summary>
    public string DefinitionDigest { get; init; } = "";
}

public enum MountKind
{
    Volume,
    Bind,
    Tmpfs,
}

/// <param name="Source">key under <c>volumes:</c>, or an absolute host path for a bind; null for tmpfs and anonymous volumes</param>
/// <param name="TmpfsSize">bytes</param>
/// <param name="TmpfsMode">permission bits</param>
/// <param name="Propagation">of a bind: private, rprivate, shared, rshared, slave, rslave</param>
public sealed record MountSpec(
    MountKind Kind, string? Source, string Target, bool ReadOnly, bool NoCopy, string? Subpath, string? Propagation, long? TmpfsSize, int? TmpfsMode, int Line)
{
    public string DefinitionDigest { get; init; } = "";
}

/// <param name="Service">a service of this stack whose mounts are shared</param>
public sealed record VolumesFromSpec(string Service, bool ReadOnly, int Line);

/// <param name="Source">key under <c>secrets:</c></param>
/// <param name="Target">absolute path of the file in the container</param>
/// <param name="Mode">permission bits, 0444 where the file says nothing</param>
public sealed record SecretMount(string Source, string Target, string Uid, string Gid, int Mode, int Line)
{
    public string DefinitionDigest { get; init; } = "";
}

/// <param name="Variable">that the container gets the value in</param>
/// <param name="Source">key under <c>secrets:</c></param>
public sealed record SecretVariable(string Variable, string Source, int Line)
{
    public string DefinitionDigest { get; init; } = "";
}

/// <param name="Source">key under <c>configs:</c></param>
/// <param name="Target">absolute path of the file in the container</param>
/// <param name="Mode">permission bits, 0444 where the file says nothing</param>
public sealed record ConfigMount(string Source, string Target, string Uid, string Gid, int Mode, int Line)
{
    /// <summary>Digest of the content as well, since a config is text that belongs to the revision.</summary>
    public string DefinitionDigest { get; init; } = "";
}

public enum DependencyCondition
{
    Started,
    Healthy,
    CompletedSuccessfully,
}

/// <param name="Restart">replace or restart this service after the other one was</param>
/// <param name="Required">false: go on (with a warning) when the other one does not reach the condition</param>
public sealed record DependencySpec(string Service, DependencyCondition Condition, bool Required, bool Restart, int Line);

/// <param name="Stack">null: the name on the host as written</param>
public sealed record ExternalLink(string? Stack, string Service, string Alias);

public enum UpdateOrder
{
    StartFirst,
    StopFirst,
}

public enum UpdateFailure
{
    Rollback,
    Pause,
    Continue,
}

/// <param name="Parallelism">replicas at a time; 0 is all at once</param>
/// <param name="Delay">pause between batches</param>
/// <param name="Monitor">how long a new replica is watched before it counts; null leaves it to the portal</param>
/// <param name="MaxFailureRatio">0 to 1</param>
public sealed record UpdateSpec(
    UpdateOrder Order, int Parallelism, TimeSpan Delay, UpdateFailure FailureAction, TimeSpan? Monitor, decimal MaxFailureRatio)
{
    public static readonly UpdateSpec Default = new(UpdateOrder.StartFirst, 1, TimeSpan.Zero, UpdateFailure.Rollback, null, 0);
}

/// <param name="Policy">the engine's word: no, always, on-failure, unless-stopped</param>
/// <param name="MaxRetries">with on-failure; 0 is without end</param>
public sealed record RestartSpec(string Policy, int MaxRetries);

/// <summary>Limits and reservations of one container. Sizes in bytes, CPU periods in microseconds.</summary>
public sealed record ResourceSpec
{
    public static readonly ResourceSpec None = new();

    public long? MemoryLimit { get; init; }
    public long? MemoryReservation { get; init; }

    /// <summary>Memory and swap together; -1 is unlimited.</summary>
    public long? MemorySwapLimit { get; init; }

    public int? MemorySwappiness { get; init; }

    /// <summary>Number of CPUs, fractions allowed.</summary>
    public decimal? Cpus { get; init; }

    public decimal? CpuReservation { get; init; }
    public long? CpuShares { get; init; }
    public long? CpuQuota { get; init; }
    public long? CpuPeriod { get; init; }
    public string? CpusetCpus { get; init; }

    /// <summary>-1 is unlimited.</summary>
    public long? PidsLimit { get; init; }

    public int? OomScoreAdj { get; init; }
    public bool OomKillDisable { get; init; }
}

/// <summary>Access to the host that a container has only where the tenant's policy allows it.</summary>
public sealed record HostAccessSpec
{
    public static readonly HostAccessSpec None = new();

    public bool Privileged { get; init; }
    public string? Pid { get; init; }
    public string? Ipc { get; init; }
    public string? Uts { get; init; }
    public string? Userns { get; init; }
    public string? Cgroup { get; init; }
    public string? CgroupParent { get; init; }
    public string? Runtime { get; init; }
    public ImmutableArray<DeviceSpec> Devices { get; init; } = [];
    public ImmutableArray<string> DeviceCgroupRules { get; init; } = [];
    public ImmutableArray<string> SecurityOptions { get; init; } = [];
}

/// <param name="Permissions">some of r, w, m</param>
public sealed record DeviceSpec(string Source, string Target, string Permissions);
