using System.Globalization;

namespace Portal.Docker;

/// <summary>The engine's answer → our records. Pure.</summary>
internal static class ContainerDetailsMapping
{
    private const long NanosecondsPerTick = 100;

    public static ContainerDetails Details(WireContainer wire)
    {
        var config = wire.Config ?? new WireConfig();
        var host = wire.HostConfig ?? new WireHostConfig();
        var environment = Environment(config.Env);
        return new ContainerDetails(
            wire.Id,
            Name(wire.Name),
            config.Image ?? "",
            wire.Image ?? "",
            wire.Created,
            Map(config.Labels),
            environment,
            State(wire.State ?? new WireState()),
            wire.RestartCount,
            Networks(wire.NetworkSettings?.Networks),
            Bindings(wire.NetworkSettings?.Ports),
            [.. (wire.Mounts ?? []).Select(mount => new ContainerMount(
                Kind(mount.Type), Blank(mount.Name), mount.Source ?? "", mount.Destination ?? "", mount.RW))],
            [.. new[] { wire.Path ?? "" }.Concat(wire.Args ?? []).Where((part, index) => index > 0 || part.Length > 0)],
            Definition(config, host, environment, wire.NetworkSettings?.Networks));
    }

    public static ContainerSummary Summary(WireContainerSummary wire) => new(
        wire.Id,
        // Names of containers linked to this one have a second slash; its own has one.
        Name((wire.Names ?? []).FirstOrDefault(name => name.LastIndexOf('/') == 0) ?? wire.Names?.FirstOrDefault()),
        wire.Image ?? "",
        wire.ImageID ?? "",
        wire.Command ?? "",
        DateTimeOffset.FromUnixTimeSeconds(wire.Created),
        Status(wire.State),
        wire.Status ?? "",
        Map(wire.Labels),
        [.. (wire.Ports ?? []).Where(port => port.PublicPort is > 0)
            .Select(port => new PortBinding(new ContainerPort(port.PrivatePort, port.Type ?? "tcp"), port.PublicPort ?? 0, port.IP ?? ""))],
        Networks(wire.NetworkSettings?.Networks));

    private static ContainerSpec Definition(
        WireConfig config, WireHostConfig host, IReadOnlyDictionary<string, string?> environment, Dictionary<string, WireEndpoint>? networks) => new()
        {
            Image = config.Image ?? "",
            Command = config.Cmd,
            Entrypoint = config.Entrypoint,
            Environment = environment,
            Labels = Map(config.Labels),
            User = Blank(config.User),
            WorkingDir = Blank(config.WorkingDir),
            Hostname = Blank(config.Hostname),
            Domainname = Blank(config.Domainname),
            Init = host.Init,
            Tty = config.Tty ?? false,
            OpenStdin = config.OpenStdin ?? false,
            StopSignal = Blank(config.StopSignal),
            StopTimeout = config.StopTimeout is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            Healthcheck = config.Healthcheck is { } health ? Healthcheck(health) : null,
            ExposedPorts = [.. (config.ExposedPorts ?? []).Keys.Select(ContainerPort.Parse)],
            PortBindings = Bindings(host.PortBindings),
            Binds = host.Binds ?? [],
            Mounts = [.. (host.Mounts ?? []).Select(Mount)],
            Tmpfs = Map(host.Tmpfs),
            NetworkMode = Blank(host.NetworkMode),
            Networks = (networks ?? []).ToDictionary(
                network => network.Key,
                network => new NetworkAttachmentSpec(network.Value.Aliases ?? [], Blank(network.Value.IPAMConfig?.IPv4Address))),
            RestartPolicy = host.RestartPolicy is { } policy ? Restart(policy) : null,
            CapAdd = host.CapAdd ?? [],
            CapDrop = host.CapDrop ?? [],
            Sysctls = Map(host.Sysctls),
            Ulimits = [.. (host.Ulimits ?? []).Select(limit => new Ulimit(limit.Name, limit.Soft, limit.Hard))],
            LogConfig = host.LogConfig?.Type is { Length: > 0 } driver ? new LogConfig(driver, Map(host.LogConfig.Config)) : null,
            Dns = host.Dns ?? [],
            DnsOptions = host.DnsOptions ?? [],
            DnsSearch = host.DnsSearch ?? [],
            ExtraHosts = host.ExtraHosts ?? [],
            ReadonlyRootfs = host.ReadonlyRootfs ?? false,
            Memory = Set(host.Memory),
            MemoryReservation = Set(host.MemoryReservation),
            MemorySwap = Set(host.MemorySwap),
            MemorySwappiness = host.MemorySwappiness is -1 ? null : host.MemorySwappiness,
            NanoCpus = Set(host.NanoCpus),
            CpuQuota = Set(host.CpuQuota),
            CpuShares = Set(host.CpuShares),
            CpusetCpus = Blank(host.CpusetCpus),
            PidsLimit = Set(host.PidsLimit),
            ShmSize = Set(host.ShmSize),
            SecurityOpt = host.SecurityOpt ?? [],
            Privileged = host.Privileged ?? false,
            GroupAdd = host.GroupAdd ?? [],
            Devices = [.. (host.Devices ?? []).Select(device => new DeviceMapping(device.PathOnHost, device.PathInContainer, device.CgroupPermissions))],
            OomScoreAdj = host.OomScoreAdj is 0 ? null : host.OomScoreAdj,
            OomKillDisable = host.OomKillDisable is true ? true : null,
            PidMode = Blank(host.PidMode),
            IpcMode = Blank(host.IpcMode),
            UsernsMode = Blank(host.UsernsMode),
            UtsMode = Blank(host.UTSMode),
            CgroupParent = Blank(host.CgroupParent),
            Runtime = Blank(host.Runtime),
        };

    private static ContainerState State(WireState state) => new(
        Status(state.Status),
        state.Running,
        state.ExitCode,
        state.OOMKilled,
        Blank(state.Error),
        Moment(state.StartedAt),
        Moment(state.FinishedAt),
        state.Pid,
        state.Health is { } health ? Health(health) : new ContainerHealth(HealthStatus.None));

    private static ContainerHealth Health(WireHealth health)
    {
        var last = health.Log?.LastOrDefault();
        var status = health.Status switch
        {
            "starting" => HealthStatus.Starting,
            "healthy" => HealthStatus.Healthy,
            "unhealthy" => HealthStatus.Unhealthy,
            _ => HealthStatus.None,
        };
        return new ContainerHealth(status, health.FailingStreak, last?.ExitCode, last?.Output);
    }

    private static ContainerStatus Status(string? text) => text switch
    {
        "created" => ContainerStatus.Created,
        "running" => ContainerStatus.Running,
        "paused" => ContainerStatus.Paused,
        "restarting" => ContainerStatus.Restarting,
        "removing" => ContainerStatus.Removing,
        "exited" => ContainerStatus.Exited,
        "dead" => ContainerStatus.Dead,
        _ => ContainerStatus.Unknown,
    };

    private static Dictionary<string, NetworkAttachment> Networks(Dictionary<string, WireEndpoint>? networks) =>
        (networks ?? []).ToDictionary(network => network.Key, network => new NetworkAttachment(
            network.Value.NetworkID ?? "", Blank(network.Value.IPAddress), Blank(network.Value.Gateway), network.Value.Aliases ?? []));

    private static List<PortBinding> Bindings(Dictionary<string, WirePortBinding[]?>? ports) =>
        [.. (ports ?? []).SelectMany(port => (port.Value ?? []).Select(binding => new PortBinding(
            ContainerPort.Parse(port.Key),
            int.TryParse(binding.HostPort, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0,
            binding.HostIp ?? "")))];

    public static HealthcheckSpec Healthcheck(WireHealthcheck health) => new(
        health.Test, Duration(health.Interval), Duration(health.Timeout), Duration(health.StartPeriod), health.Retries is 0 ? null : health.Retries);

    private static MountSpec Mount(WireMount mount) => new(
        Kind(mount.Type),
        Blank(mount.Source),
        mount.Target ?? "",
        mount.ReadOnly ?? false,
        Blank(mount.BindOptions?.Propagation),
        mount.VolumeOptions?.NoCopy ?? false,
        Set(mount.TmpfsOptions?.SizeBytes),
        mount.TmpfsOptions?.Mode is 0 ? null : mount.TmpfsOptions?.Mode);

    private static MountKind Kind(string? type) => type switch
    {
        "volume" => MountKind.Volume,
        "bind" => MountKind.Bind,
        "tmpfs" => MountKind.Tmpfs,
        _ => MountKind.Other,
    };

    private static RestartPolicy Restart(WireRestartPolicy policy) => new(
        policy.Name switch
        {
            "on-failure" => RestartKind.OnFailure,
            "always" => RestartKind.Always,
            "unless-stopped" => RestartKind.UnlessStopped,
            _ => RestartKind.No,
        },
        policy.MaximumRetryCount ?? 0);

    private static Dictionary<string, string?> Environment(string[]? lines)
    {
        var environment = new Dictionary<string, string?>();
        foreach (var line in lines ?? [])
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            environment[equals < 0 ? line : line[..equals]] = equals < 0 ? null : line[(equals + 1)..];
        }

        return environment;
    }

    private static Dictionary<string, string> Map(Dictionary<string, string>? map) => map ?? [];

    private static string Name(string? name) => name?.TrimStart('/') ?? "";

    private static string? Blank(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static long? Set(long? number) => number is 0 ? null : number;

    private static TimeSpan? Duration(long? nanoseconds) => nanoseconds is null or 0 ? null : TimeSpan.FromTicks(nanoseconds.Value / NanosecondsPerTick);

    // The engine writes "never" as the year 1.
    private static DateTimeOffset? Moment(DateTimeOffset? time) => time is { Year: > 1 } ? time : null;
}
