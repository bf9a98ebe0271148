using System.Globalization;

namespace Portal.Docker;

/// <summary>Our definition → the engine's. Pure.</summary>
internal static class ContainerSpecMapping
{
    private const long NanosecondsPerTick = 100;

    /// <summary>The definition with its first network; the others are joined by calls of their own (engines before API 1.44 take one).</summary>
    public static (WireCreate Body, IReadOnlyList<KeyValuePair<string, NetworkAttachmentSpec>> Later) ToWire(ContainerSpec spec)
    {
        var mode = spec.NetworkMode ?? spec.Networks.Keys.FirstOrDefault();
        var first = spec.Networks.Where(network => network.Key == mode).ToList();
        var body = new WireCreate
        {
            Image = spec.Image,
            Cmd = spec.Command?.ToArray(),
            Entrypoint = spec.Entrypoint?.ToArray(),
            Env = spec.Environment.Count == 0 ? null : [.. spec.Environment.Select(pair => pair.Value is null ? pair.Key : $"{pair.Key}={pair.Value}")],
            Labels = Map(spec.Labels),
            User = spec.User,
            WorkingDir = spec.WorkingDir,
            Hostname = spec.Hostname,
            Domainname = spec.Domainname,
            Tty = spec.Tty ? true : null,
            OpenStdin = spec.OpenStdin ? true : null,
            StopSignal = spec.StopSignal,
            StopTimeout = spec.StopTimeout is { } grace ? WholeSeconds(grace) : null,
            Healthcheck = spec.Healthcheck is { } health ? Healthcheck(health) : null,
            ExposedPorts = ExposedPorts(spec),
            HostConfig = HostConfig(spec, mode),
            NetworkingConfig = first.Count == 0 ? null : new WireNetworkingConfig
            {
                EndpointsConfig = first.ToDictionary(network => network.Key, network => Endpoint(network.Value)),
            },
        };
        return (body, spec.Networks.Where(network => network.Key != mode).ToList());
    }

    public static WireEndpoint Endpoint(NetworkAttachmentSpec network) => new()
    {
        Aliases = network.Aliases is { Count: > 0 } aliases ? [.. aliases] : null,
        IPAMConfig = network.Ipv4Address is null && network.Ipv6Address is null ? null : new WireIpamConfig { IPv4Address = network.Ipv4Address, IPv6Address = network.Ipv6Address },
    };

    /// <summary>The engine counts in whole seconds; a fraction rounds up, so that nobody gets less time than asked.</summary>
    public static int WholeSeconds(TimeSpan time) => (int)Math.Ceiling(Math.Max(0, time.TotalSeconds));

    public static WireHostConfig Limits(ContainerLimits limits) => new()
    {
        Memory = limits.Memory,
        MemoryReservation = limits.MemoryReservation,
        MemorySwap = limits.MemorySwap,
        NanoCpus = limits.NanoCpus,
        CpuQuota = limits.CpuQuota,
        CpuShares = limits.CpuShares,
        CpusetCpus = limits.CpusetCpus,
        PidsLimit = limits.PidsLimit,
        RestartPolicy = Restart(limits.Restart),
    };

    private static WireHostConfig HostConfig(ContainerSpec spec, string? mode) => new()
    {
        Binds = List(spec.Binds),
        Mounts = spec.Mounts.Count == 0 ? null : [.. spec.Mounts.Select(Mount)],
        Tmpfs = Map(spec.Tmpfs),
        PortBindings = spec.PortBindings.Count == 0 ? null : spec.PortBindings.GroupBy(binding => binding.Port.ToString())
            .ToDictionary(group => group.Key, WirePortBinding[]? (group) => [.. group.Select(Binding)]),
        NetworkMode = mode,
        RestartPolicy = spec.RestartPolicy is { } policy ? Restart(policy) : null,
        CapAdd = List(spec.CapAdd),
        CapDrop = List(spec.CapDrop),
        Sysctls = Map(spec.Sysctls),
        Ulimits = spec.Ulimits.Count == 0 ? null
            : [.. spec.Ulimits.Select(limit => new WireUlimit { Name = limit.Name, Soft = limit.Soft, Hard = limit.Hard })],
        LogConfig = spec.LogConfig is { } log ? new WireLogConfig { Type = log.Driver, Config = log.Options is null ? null : Map(log.Options) } : null,
        Dns = List(spec.Dns),
        DnsOptions = List(spec.DnsOptions),
        DnsSearch = List(spec.DnsSearch),
        ExtraHosts = List(spec.ExtraHosts),
        ReadonlyRootfs = spec.ReadonlyRootfs ? true : null,
        Memory = spec.Memory,
        MemoryReservation = spec.MemoryReservation,
        MemorySwap = spec.MemorySwap,
        MemorySwappiness = spec.MemorySwappiness,
        NanoCpus = spec.NanoCpus,
        CpuQuota = spec.CpuQuota,
        CpuShares = spec.CpuShares,
        CpusetCpus = spec.CpusetCpus,
        PidsLimit = spec.PidsLimit,
        ShmSize = spec.ShmSize,
        SecurityOpt = List(spec.SecurityOpt),
        Privileged = spec.Privileged ? true : null,
        GroupAdd = List(spec.GroupAdd),
        Devices = spec.Devices.Count == 0 ? null : [.. spec.Devices.Select(Device)],
        OomScoreAdj = spec.OomScoreAdj,
        OomKillDisable = spec.OomKillDisable,
        PidMode = spec.PidMode,
        IpcMode = spec.IpcMode,
        UsernsMode = spec.UsernsMode,
        UTSMode = spec.UtsMode,
        CgroupParent = spec.CgroupParent,
        Runtime = spec.Runtime,
        Init = spec.Init,
    };

    private static WireHealthcheck Healthcheck(HealthcheckSpec health) => new()
    {
        Test = health.Test?.ToArray(),
        Interval = Nanoseconds(health.Interval),
        Timeout = Nanoseconds(health.Timeout),
        StartPeriod = Nanoseconds(health.StartPeriod),
        Retries = health.Retries,
    };

    private static Dictionary<string, WireEmpty>? ExposedPorts(ContainerSpec spec)
    {
        // A binding without an exposed port is accepted and then ignored by the engine.
        var ports = spec.ExposedPorts.Concat(spec.PortBindings.Select(binding => binding.Port)).Distinct().ToList();
        return ports.Count == 0 ? null : ports.ToDictionary(port => port.ToString(), _ => new WireEmpty());
    }

    private static WireMount Mount(MountSpec mount) => new()
    {
        Type = mount.Kind switch
        {
            MountKind.Volume => "volume",
            MountKind.Bind => "bind",
            MountKind.Tmpfs => "tmpfs",
            MountKind.Other => throw new ArgumentException("A mount to create is a volume, a bind or a tmpfs.", nameof(mount)),
        },
        Source = mount.Kind == MountKind.Tmpfs ? null : mount.Source,
        Target = mount.Target,
        ReadOnly = mount.ReadOnly ? true : null,
        BindOptions = mount.Propagation is { } propagation ? new WireBindOptions { Propagation = propagation } : null,
        VolumeOptions = mount.NoCopy ? new WireVolumeOptions { NoCopy = true } : null,
        TmpfsOptions = mount.TmpfsSize is null && mount.TmpfsMode is null
            ? null
            : new WireTmpfsOptions { SizeBytes = mount.TmpfsSize, Mode = mount.TmpfsMode },
    };

    private static WirePortBinding Binding(PortBinding binding) => new()
    {
        HostIp = binding.HostIp,
        HostPort = binding.HostPort == 0 ? "" : binding.HostPort.ToString(CultureInfo.InvariantCulture),
    };

    private static WireRestartPolicy Restart(RestartPolicy policy) => new()
    {
        Name = policy.Kind switch
        {
            RestartKind.No => "no",
            RestartKind.OnFailure => "on-failure",
            RestartKind.Always => "always",
            RestartKind.UnlessStopped => "unless-stopped",
        },
        MaximumRetryCount = policy.MaximumRetries,
    };

    private static WireDevice Device(DeviceMapping device) => new()
    {
        PathOnHost = device.HostPath,
        PathInContainer = device.ContainerPath,
        CgroupPermissions = device.Permissions,
    };

    private static long? Nanoseconds(TimeSpan? time) => time?.Ticks * NanosecondsPerTick;

    private static string[]? List(IReadOnlyList<string> list) => list.Count == 0 ? null : [.. list];

    private static Dictionary<string, string>? Map(IReadOnlyDictionary<string, string> map) => map.Count == 0 ? null : map.ToDictionary();
}
