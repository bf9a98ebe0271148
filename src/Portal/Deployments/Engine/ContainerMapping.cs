using System.Collections.Immutable;
using Portal.Clusters;
using Portal.Clusters.Health;
using Portal.Compose;
using Portal.Docker;
using Portal.Stacks;
using ProbeKind = Portal.Clusters.Health.ProbeKind;

namespace Portal.Deployments.Engine;

/// <summary>From a Compose service to the container that the engine makes. Pure.</summary>
public static class ContainerMapping
{
    /// <summary>Deterministic, so that making it twice is a conflict that means "done": tenant, side, stack, service, replica, fingerprint.</summary>
    public static string Name(StackPlace place, string service, int index, string fingerprint) =>
        $"{Prefix(place)}-{service}-{index}-{fingerprint[..8]}";

    public static string NetworkName(StackPlace place, string network) => $"{Prefix(place)}_{network}";

    public static string VolumeName(StackPlace place, string volume) => $"{Prefix(place)}_{volume}";

    public static ImmutableSortedDictionary<string, string> OwnLabels(StackPlace place) => new Dictionary<string, string>
    {
        [ReplicaLabels.TenantKey] = place.Tenant.ToString(),
        [ReplicaLabels.ColourKey] = place.Colour.Text(),
        [ReplicaLabels.StackKey] = place.Stack,
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <summary>What is pulled and run: the digest, so that no older local image of the same tag can run unseen.</summary>
    public static ImageReference Image(ImageChoice choice)
    {
        var reference = ImageReference.Parse(choice.Reference);
        return choice.Digest is { } digest ? reference.WithDigest(digest) : reference.Tag is null ? reference.WithTag("latest") : reference;
    }

    public static ContainerSpec Spec(StackPlace place, WantedRevision wanted, ServiceSpec service, int index, Host host)
    {
        var fingerprint = wanted.Rendered.FingerprintOf(service);
        var network = ContainerParts.NetworkMode(place, wanted.Rendered, service, index);
        // What lives in another's network has that one's name, ports and ways to look names up.
        var apart = network?.StartsWith(ContainerParts.OtherContainer, StringComparison.Ordinal) != true;
        var labels = new ReplicaLabels(place.Tenant, place.TenantSlug, place.Colour, place.Stack, service.Name, index, wanted.Number, place.Deployment, fingerprint, Probe(service));
        return new ContainerSpec
        {
            Image = Image(wanted.Rendered.Images[service.Name]).ToString(),
            Command = service.Command is { } command ? command : null,
            Entrypoint = service.Entrypoint is { } entrypoint ? entrypoint : null,
            Environment = Environment(place, service),
            Labels = service.Labels.SetItems(labels.ToLabels()),
            User = service.User,
            WorkingDir = service.WorkingDir,
            Hostname = apart ? service.Hostname : null,
            Domainname = apart ? service.Domainname : null,
            Init = service.Init,
            Tty = service.Tty,
            OpenStdin = service.StdinOpen,
            StopSignal = service.StopSignal,
            StopTimeout = service.StopGracePeriod,
            Healthcheck = ContainerParts.Healthcheck(service.Healthcheck),
            ExposedPorts = apart ? ContainerParts.Exposed(service) : [],
            PortBindings = apart ? ContainerParts.Ports(wanted.Rendered, service, host) : [],
            Mounts = ContainerParts.Mounts(place, wanted.Rendered.Compose, service),
            Tmpfs = service.Tmpfs,
            NetworkMode = network,
            Networks = Networks(place, wanted.Rendered.Compose, service),
            RestartPolicy = ContainerParts.Restart(service),
            CapAdd = service.CapAdd,
            CapDrop = service.CapDrop,
            Sysctls = service.Sysctls,
            Ulimits = [.. service.Ulimits.Select(limit => new Docker.Ulimit(limit.Name, limit.Soft, limit.Hard))],
            LogConfig = service.Logging is { } logging ? new LogConfig(logging.Driver ?? "json-file", logging.Options) : null,
            Dns = apart ? service.Dns : [],
            DnsSearch = apart ? service.DnsSearch : [],
            ExtraHosts = apart ? service.ExtraHosts : [],
            ReadonlyRootfs = service.ReadOnly,
            GroupAdd = service.GroupAdd,
            DnsOptions = apart ? service.DnsOptions : [],
            Memory = service.Resources.MemoryLimit,
            MemoryReservation = service.Resources.MemoryReservation,
            MemorySwap = service.Resources.MemorySwapLimit,
            MemorySwappiness = service.Resources.MemorySwappiness,
            NanoCpus = ContainerParts.NanoCpus(service.Resources),
            CpuShares = service.Resources.CpuShares,
            CpusetCpus = service.Resources.CpusetCpus,
            PidsLimit = service.Resources.PidsLimit,
            OomScoreAdj = service.Resources.OomScoreAdj,
            OomKillDisable = service.Resources.OomKillDisable ? true : null,
            ShmSize = service.ShmSize,
            Privileged = service.HostAccess.Privileged,
            SecurityOpt = service.HostAccess.SecurityOptions,
            Devices = [.. service.HostAccess.Devices.Select(device => new DeviceMapping(device.Source, device.Target, device.Permissions))],
            PidMode = service.HostAccess.Pid,
            IpcMode = service.HostAccess.Ipc,
            UsernsMode = service.HostAccess.Userns,
            UtsMode = service.HostAccess.Uts,
            Platform = service.Platform,
            CgroupParent = service.HostAccess.CgroupParent,
            Runtime = service.HostAccess.Runtime,
        };
    }

    /// <summary>What the stack says; else its first port; else that it stays up.</summary>
    public static ProbeRule Probe(ServiceSpec service)
    {
        var rule = Asked(service);
        return rule with { Steady = service.Update.Monitor ?? rule.Steady };
    }

    private static ProbeRule Asked(ServiceSpec service)
    {
        if (service.HealthProbe is { } probe)
        {
            return new ProbeRule(probe.Kind == Compose.ProbeKind.Http ? ProbeKind.Http : ProbeKind.Tcp, probe.Port, probe.Path ?? "/", probe.Interval, probe.Timeout, probe.HealthyThreshold, probe.UnhealthyThreshold, probe.StartPeriod);
        }

        if (service.Healthcheck is { Disable: false } check)
        {
            var interval = check.Interval ?? TimeSpan.FromSeconds(30);
            var retries = check.Retries ?? 3;
            return new ProbeRule(ProbeKind.Engine, 0, "", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), 1, 1, (check.StartPeriod ?? TimeSpan.Zero) + (interval * (retries + 1)));
        }

        return ServicePorts.Of(service) is [var port, ..]
            ? new ProbeRule(ProbeKind.Tcp, port, "", TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2), 1, 3, TimeSpan.FromSeconds(30)) { Steady = SteadyUnasked }
            : ProbeRule.StaysUp;
    }

    /// <summary>Where nobody said how its health is found out, an open port alone tells little.</summary>
    private static readonly TimeSpan SteadyUnasked = TimeSpan.FromSeconds(2);

    private static string Prefix(StackPlace place) => $"{place.TenantSlug}-{place.Colour.Text()}-{place.Stack}";

    private static Dictionary<string, string?> Environment(StackPlace place, ServiceSpec service)
    {
        var environment = service.Environment.ToDictionary(pair => pair.Key, pair => (string?)pair.Value, StringComparer.Ordinal);
        environment["PORTAL_TENANT"] = place.TenantSlug;
        environment["PORTAL_ENVIRONMENT"] = place.Colour.Text(place.Outside == OutsidePart.Is);
        environment["PORTAL_STACK"] = place.Stack;
        return environment;
    }

    // The engine makes the first one the container's own: its gateway is the way out.
    public static Dictionary<string, NetworkAttachmentSpec> Networks(StackPlace place, ComposeStack stack, ServiceSpec service)
    {
        var networks = service.Networks.OrderByDescending(network => network.Priority).ToDictionary(
            network => StackResources.NetworkName(place, stack, network.Name),
            network => new NetworkAttachmentSpec([service.Name, .. network.Aliases], network.Ipv4, network.Ipv6),
            StringComparer.Ordinal);
        // Who lives in no network, or in another's, is not put into one.
        if (networks.Count > 0 && place.Outside != OutsidePart.None)
        {
            networks.Add(OutsideNetwork.Name(place.TenantSlug), new NetworkAttachmentSpec(place.Outside == OutsidePart.Is ? [service.Name] : []));
        }

        return networks;
    }
}
