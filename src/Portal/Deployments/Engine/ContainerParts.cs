using Portal.Compose;
using Portal.Docker;
using Portal.Stacks;

namespace Portal.Deployments.Engine;

/// <summary>The smaller pieces of <see cref="ContainerMapping"/>. Pure.</summary>
internal static class ContainerParts
{
    public static Docker.HealthcheckSpec? Healthcheck(Compose.HealthcheckSpec? check) => check switch
    {
        null => null,
        { Disable: true } => Docker.HealthcheckSpec.None,
        _ => new Docker.HealthcheckSpec(check.Test, check.Interval, check.Timeout, check.StartPeriod, check.Retries),
    };

    /// <summary>Ports that a person asked for on the host, and, where the gateway is elsewhere, a free one for each that a service offers.</summary>
    public static IReadOnlyList<PortBinding> Ports(ServiceSpec service, Host host)
    {
        var asked = service.Ports
            .Where(port => port.Published is not null)
            .Select(port => new PortBinding(new ContainerPort(port.Target, port.Protocol), port.Published!.Value, port.HostIp ?? ""));
        var forGateway = host.PublishAddress is { } address
            ? ServicePorts.Of(service).Select(port => new PortBinding(new ContainerPort(port), 0, address))
            : [];
        return [.. asked, .. forGateway];
    }

    public static Docker.MountSpec Mount(StackPlace place, ComposeStack stack, Compose.MountSpec mount) => mount.Kind switch
    {
        Compose.MountKind.Volume => new Docker.MountSpec(Docker.MountKind.Volume, mount.Source is { } name ? VolumeName(place, stack, name) : null, mount.Target, mount.ReadOnly, NoCopy: mount.NoCopy),
        Compose.MountKind.Bind => new Docker.MountSpec(Docker.MountKind.Bind, mount.Source, mount.Target, mount.ReadOnly, mount.Propagation),
        Compose.MountKind.Tmpfs => new Docker.MountSpec(Docker.MountKind.Tmpfs, null, mount.Target, TmpfsSize: mount.TmpfsSize, TmpfsMode: mount.TmpfsMode),
    };

    /// <summary>An external volume keeps its own name; the policy has let it through.</summary>
    private static string VolumeName(StackPlace place, ComposeStack stack, string name) =>
        stack.Volumes.FirstOrDefault(volume => volume.Name == name)?.ExternalName ?? ContainerMapping.VolumeName(place, name);

    public static RestartPolicy? Restart(RestartSpec? restart) => restart?.Policy switch
    {
        "always" => new RestartPolicy(RestartKind.Always),
        "unless-stopped" => new RestartPolicy(RestartKind.UnlessStopped),
        "on-failure" => new RestartPolicy(RestartKind.OnFailure, restart.MaxRetries),
        _ => null,
    };
}
