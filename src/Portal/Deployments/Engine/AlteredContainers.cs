using System.Collections.Immutable;
using Portal.Clusters;
using Portal.Docker;

namespace Portal.Deployments.Engine;

/// <summary>Tells containers that somebody has changed by hand from those that are as they were made. Pure.</summary>
internal sealed class AlteredContainers(StackPlace place, WantedRevision? wanted)
{
    private readonly Dictionary<string, (string Fingerprint, ImmutableArray<string> Networks)> services = wanted is null ? [] : wanted.Stack.Services.ToDictionary(
        service => service.Name,
        service => (service.Fingerprint, Networks(place, wanted, service.Name)),
        StringComparer.Ordinal);

    public bool Has(ContainerSummary container, ReplicaLabels labels) =>
        container.Status is ContainerStatus.Running or ContainerStatus.Paused or ContainerStatus.Created
        && services.TryGetValue(labels.Service, out var service)
        // A former one goes anyway.
        && service.Fingerprint == labels.Fingerprint
        && (container.Status == ContainerStatus.Paused
            || container.Name != ContainerMapping.Name(place, labels.Service, labels.Index, labels.Fingerprint)
            || service.Networks.Any(network => !container.Networks.ContainsKey(network)));

    private static ImmutableArray<string> Networks(StackPlace place, WantedRevision wanted, string name)
    {
        var service = wanted.Rendered.Compose.Services.First(candidate => candidate.Name == name);
        return service.NetworkMode is null ? [.. ContainerMapping.Networks(place, wanted.Rendered.Compose, service).Keys] : [];
    }
}
