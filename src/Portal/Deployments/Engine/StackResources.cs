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

    /// <summary>How the portal's own network is made for this revision.</summary>
    public static NetworkDefinition Definition(StackPlace place, ComposeStack stack, Compose.NetworkAttachment attachment)
    {
        var network = Network(stack, attachment.Name) ?? new NetworkSpec(attachment.Name, 1);
        return new NetworkDefinition(ContainerMapping.NetworkName(place, network.Name))
        {
            Labels = network.Labels.SetItems(ContainerMapping.OwnLabels(place)).SetItem(DefinitionKey, attachment.DefinitionDigest),
            Internal = network.Internal,
            // An overlay spans the hosts of a swarm; on one host a bridge is the same.
            Driver = network.Driver == "overlay" ? "bridge" : network.Driver,
            DriverOptions = network.DriverOptions,
            Attachable = network.Attachable,
            EnableIpv6 = network.EnableIpv6,
            Pools = [.. (network.Ipam?.Pools ?? []).Where(pool => pool.Subnet is not null).Select(pool => new NetworkPool(pool.Subnet, pool.IpRange, pool.Gateway, pool.AuxAddresses))],
            IpamOptions = network.Ipam?.Options,
        };
    }

    /// <summary>
    /// Where the tenant's stacks outside the pair are found. Without a way out: whoever is in it has no more of the world than its own
    /// networks give, and engines look names up in it last.
    /// </summary>
    public static NetworkDefinition Outside(StackPlace place) => new(OutsideNetwork.Name(place.TenantSlug))
    {
        Labels = new Dictionary<string, string>(StringComparer.Ordinal) { [ReplicaLabels.TenantKey] = place.Tenant.ToString() },
        Internal = true,
    };

    /// <summary>The portal's own volumes of the service: the name on the host, how it is made, and the digest of that.</summary>
    public static IEnumerable<(string Name, VolumeSpec Spec, string Digest)> Volumes(StackPlace place, ComposeStack stack, ServiceSpec service) =>
        from mount in ServiceVolumes.Mounts(stack, service)
        where mount is { Kind: Compose.MountKind.Volume, Source: not null } && Volume(stack, mount.Source)?.ExternalName is null
        group mount by mount.Source into same
        select (ContainerMapping.VolumeName(place, same.Key), Volume(stack, same.Key) ?? new VolumeSpec(same.Key, 1), same.First().DefinitionDigest);

    public static bool IsOwn(ComposeStack stack, Compose.NetworkAttachment attachment) => Network(stack, attachment.Name)?.ExternalName is null;

    /// <summary>On what the portal makes: the digest of how.</summary>
    public const string DefinitionKey = "portal.definition";

    private static NetworkSpec? Network(ComposeStack stack, string name) => stack.Networks.FirstOrDefault(network => network.Name == name);

    private static VolumeSpec? Volume(ComposeStack stack, string name) => stack.Volumes.FirstOrDefault(volume => volume.Name == name);
}
