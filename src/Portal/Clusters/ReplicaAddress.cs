using Portal.Docker;

namespace Portal.Clusters;

/// <summary>Where a container's port answers the gateway and the probes.</summary>
public sealed record ReplicaAddress(string Address, int Port)
{
    public static ReplicaAddress? Of(Host host, IEnumerable<KeyValuePair<string, NetworkAttachment>> networks, IEnumerable<PortBinding> ports, int containerPort)
    {
        if (host.PublishAddress is { } published)
        {
            return ports.FirstOrDefault(port => port.Port == new ContainerPort(containerPort) && port.HostPort > 0) is { } binding
                ? new ReplicaAddress(published, binding.HostPort)
                : null;
        }

        return networks.Where(network => !OutsideNetwork.Is(network.Key)).Select(network => network.Value.IpAddress).FirstOrDefault(address => !string.IsNullOrEmpty(address)) is { } own
            ? new ReplicaAddress(own, containerPort)
            : null;
    }
}
