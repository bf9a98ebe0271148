using Portal.Compose;
using Portal.Docker;
using Portal.Stacks;

namespace Portal.Deployments.Engine;

/// <summary>The smaller pieces of <see cref="ContainerMapping"/>. Pure.</summary>
internal static class ContainerParts
{
    /// <summary>A network mode: what follows is the container whose network it is.</summary>
    public const string OtherContainer = "container:";

    public static Docker.HealthcheckSpec? Healthcheck(Compose.HealthcheckSpec? check) => check switch
    {
        null => null,
        { Disable: true } => Docker.HealthcheckSpec.None,
        _ => new Docker.HealthcheckSpec(check.Test, check.Interval, check.Timeout, check.StartPeriod, check.Retries),
    };

    /// <summary>Ports that a person asked for on the host, and, where the gateway is elsewhere, a free one for each that a service offers.</summary>
    public static IReadOnlyList<PortBinding> Ports(RenderedStack rendered, ServiceSpec service, Host host)
    {
        var asked = service.Ports
            .Where(port => port.Published is not null)
            .Select(port => new PortBinding(new ContainerPort(port.Target, port.Protocol), port.Published!.Value, port.HostIp ?? ""));
        var forGateway = host.PublishAddress is { } address
            ? Offered(rendered, service).Select(port => new PortBinding(new ContainerPort(port), 0, address))
            : [];
        return [.. asked, .. forGateway];
    }

    /// <summary>A sidekick that lives in the service's network has no ports of its own: they are the service's.</summary>
    private static IEnumerable<int> Offered(RenderedStack rendered, ServiceSpec service) => service.NetworkMode is not null
        ? []
        : rendered.Compose.Services
            .Where(other => other == service || (other.NetworkMode is { } mode && Shared(rendered, other, mode) == service))
            .SelectMany(ServicePorts.Of)
            .Distinct();

    public static Docker.MountSpec Mount(StackPlace place, ComposeStack stack, Compose.MountSpec mount) => mount.Kind switch
    {
        Compose.MountKind.Volume => new Docker.MountSpec(Docker.MountKind.Volume, mount.Source is { } name ? StackResources.VolumeName(place, stack, name) : null, mount.Target, mount.ReadOnly, NoCopy: mount.NoCopy),
        Compose.MountKind.Bind => new Docker.MountSpec(Docker.MountKind.Bind, mount.Source, mount.Target, mount.ReadOnly, mount.Propagation),
        Compose.MountKind.Tmpfs => new Docker.MountSpec(Docker.MountKind.Tmpfs, null, mount.Target, mount.ReadOnly, TmpfsSize: mount.TmpfsSize, TmpfsMode: mount.TmpfsMode),
    };

    /// <summary>
    /// What the service mounts, and a volume for each directory of configs that the engine could not write into before the start
    /// otherwise. Such volumes have no name and go with their container.
    /// </summary>
    public static IReadOnlyList<Docker.MountSpec> Mounts(StackPlace place, ComposeStack stack, ServiceSpec service)
    {
        var mounts = ServiceVolumes.Mounts(stack, service).Select(mount => Mount(place, stack, mount)).ToList();
        var folders = service.Configs.Select(config => config.Target)
            .Select(target => FolderApart(service, target)).OfType<string>().Distinct(StringComparer.Ordinal);
        mounts.AddRange(folders.Where(folder => mounts.TrueForAll(mount => mount.Target != folder)).Select(folder => new Docker.MountSpec(Docker.MountKind.Volume, null, folder)).ToList());
        return mounts;
    }

    /// <summary>
    /// The directory of a file that needs a volume of its own: the engine writes nothing into a read-only root, and a tmpfs hides at the start
    /// what was below it. Null where the file goes into the container's root as it is.
    /// </summary>
    public static string? FolderApart(ServiceSpec service, string target)
    {
        var folder = target[..target.LastIndexOf('/')];
        var temporary = service.Tmpfs.Keys.Concat(service.Mounts.Where(mount => mount.Kind == Compose.MountKind.Tmpfs).Select(mount => mount.Target)).ToList();
        var hidden = temporary.Exists(path => folder.StartsWith(path.TrimEnd('/') + "/", StringComparison.Ordinal));
        return folder.Length > 0 && !temporary.Contains(folder) && (service.ReadOnly || hidden) ? folder : null;
    }

    /// <summary>The ports that a service says it has, for those who look at the container; the gateway's are among them.</summary>
    public static IReadOnlyList<ContainerPort> Exposed(ServiceSpec service) =>
    [
        .. ServicePorts.Of(service).Select(port => new ContainerPort(port))
            .Concat(service.Expose.Select(port => new ContainerPort(port.Port, port.Protocol)))
            .Concat(service.Ports.Select(port => new ContainerPort(port.Target, port.Protocol)))
            .Distinct(),
    ];

    /// <summary>Null: the networks that it joins.</summary>
    public static string? NetworkMode(StackPlace place, RenderedStack rendered, ServiceSpec service, int index) => service.NetworkMode switch
    {
        null => null,
        "none" or "host" => service.NetworkMode,
        var mode when Shared(rendered, service, mode) is { } other => $"{OtherContainer}{ContainerMapping.Name(place, other.Name, index, rendered.FingerprintOf(other))}",
        // Of the replicas of a service apart none is this one's, and the engine's default network is everybody's.
        _ => "none",
    };

    /// <summary>The service whose network this one lives in: its primary, or a sidekick of the same.</summary>
    private static ServiceSpec? Shared(RenderedStack rendered, ServiceSpec service, string mode)
    {
        var other = rendered.Compose.Services.FirstOrDefault(candidate => WantedRevisions.ServiceNetwork + candidate.Name == mode);
        return other is not null && (other.PrimaryOf ?? other.Name) == (service.PrimaryOf ?? service.Name) ? other : null;
    }

    /// <summary>In billionths of a CPU, also where the file says it as a quota of a period.</summary>
    public static long? NanoCpus(ResourceSpec resources) =>
        resources.Cpus is { } cpus ? (long)(cpus * 1_000_000_000m)
        : resources.CpuQuota is > 0 ? (long)(resources.CpuQuota.Value * 1_000_000_000m / (resources.CpuPeriod is > 0 ? resources.CpuPeriod.Value : 100_000))
        : null;

    public static RestartPolicy? Restart(ServiceSpec service) => service.Restart?.Policy switch
    {
        // The engine would run again and again what is to run once.
        "always" or "unless-stopped" when service.IsOneShot => null,
        "always" => new RestartPolicy(RestartKind.Always),
        "unless-stopped" => new RestartPolicy(RestartKind.UnlessStopped),
        "on-failure" => new RestartPolicy(RestartKind.OnFailure, service.Restart.MaxRetries),
        _ => null,
    };
}
