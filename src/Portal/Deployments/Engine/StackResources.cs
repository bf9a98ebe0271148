using Portal.Clusters;
using Portal.Compose;
using Portal.Docker;

namespace Portal.Deployments.Engine;

/// <summary>The networks and named volumes that a service needs: what they are called on the host, and how they are made.</summary>
internal static class StackResources
{
    /// <summary>One made outside the stack keeps its own name; the policy has let it through.</summary>
    public static string NetworkName(StackPlace place, ComposeStack stack, string network) =>
        Network(stack, network)?.ExternalName ?? ContainerMapping.NetworkName(place, network);

    /// <summary>One made outside the stack keeps its own name; the policy has let it through.</summary>
    public static string VolumeName(StackPlace place, ComposeStack stack, string volume) =>
        Volume(stack, volume)?.ExternalName ?? ContainerMapping.VolumeName(place, volume);

    /// <summary>Names on the host of the networks that are the portal's to make for this service.</summary>
    public static IEnumerable<string> OwnNetworks(StackPlace place, ComposeStack stack, ServiceSpec service) =>
        service.Networks.Where(network => Network(stack, network.Name)?.ExternalName is null).Select(network => ContainerMapping.NetworkName(place, network.Name));

    /// <summary>Names on the host of the volumes that are the portal's to make for this service.</summary>
    public static IEnumerable<string> OwnVolumes(StackPlace place, ComposeStack stack, ServiceSpec service) =>
        ServiceVolumes.Of(stack, service).Where(volume => Volume(stack, volume)?.ExternalName is null).Select(volume => ContainerMapping.VolumeName(place, volume));

    /// <summary>May be repeated: what is there already stays as it is.</summary>
    public static async Task PrepareAsync(EngineHost engine, StackPlace place, ComposeStack stack, ServiceSpec service, CancellationToken cancellationToken)
    {
        var own = ContainerMapping.OwnLabels(place);
        foreach (var attachment in service.Networks)
        {
            var network = Network(stack, attachment.Name) ?? new NetworkSpec(attachment.Name, 1);
            if (network.ExternalName is null)
            {
                await DoneAlreadyAsync(() => engine.Client.Networks.CreateAsync(
                    ContainerMapping.NetworkName(place, network.Name),
                    network.Labels.SetItems(own),
                    network.Internal,
                    // An overlay spans the hosts of a swarm; on one host a bridge is the same.
                    network.Driver == "overlay" ? "bridge" : network.Driver,
                    network.Ipam?.Pools.Select(pool => pool.Subnet).FirstOrDefault(subnet => subnet is not null),
                    network.Attachable,
                    cancellationToken));
            }
        }

        foreach (var name in ServiceVolumes.Of(stack, service))
        {
            var volume = Volume(stack, name) ?? new VolumeSpec(name, 1);
            if (volume.ExternalName is null)
            {
                await engine.Client.Volumes.CreateAsync(
                    ContainerMapping.VolumeName(place, name), volume.Labels.SetItems(own), volume.Driver, volume.DriverOptions.IsEmpty ? null : volume.DriverOptions, cancellationToken);
            }
        }
    }

    private static NetworkSpec? Network(ComposeStack stack, string name) => stack.Networks.FirstOrDefault(network => network.Name == name);

    private static VolumeSpec? Volume(ComposeStack stack, string name) => stack.Volumes.FirstOrDefault(volume => volume.Name == name);

    private static async Task DoneAlreadyAsync(Func<Task> create)
    {
        try
        {
            await create();
        }
        catch (EngineException error) when (error.Kind == EngineErrorKind.Conflict)
        {
            // Another service of the stack, or a run before this one, has made it.
            return;
        }
    }
}
