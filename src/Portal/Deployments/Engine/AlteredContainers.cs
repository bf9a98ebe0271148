using System.Collections.Immutable;
using Portal.Clusters;
using Portal.Compose;
using Portal.Docker;

namespace Portal.Deployments.Engine;

/// <summary>Tells containers that somebody has changed by hand from those that are as they were made.</summary>
internal sealed class AlteredContainers(StackPlace place, WantedRevision? wanted, Host host, LimitsBook limits)
{
    private readonly Dictionary<string, (string Fingerprint, ServiceSpec Spec, ImmutableArray<string> Networks)> services = wanted is null ? [] : Read(place, wanted);

    public bool Has(ContainerSummary container, ReplicaLabels labels) =>
        container.Status is ContainerStatus.Running or ContainerStatus.Paused or ContainerStatus.Created
        && services.TryGetValue(labels.Service, out var service)
        // A former one goes anyway.
        && service.Fingerprint == labels.Fingerprint
        && (container.Status == ContainerStatus.Paused
            || container.Name != ContainerMapping.Name(place, labels.Service, labels.Index, labels.Fingerprint)
            || service.Networks.Any(network => !container.Networks.ContainsKey(network))
            || HasOtherLimits(container.Id, labels, service.Spec));

    private bool HasOtherLimits(string container, ReplicaLabels labels, ServiceSpec service) =>
        wanted is not null && limits[container] is { } actual && limits.CapacityOf(host.Id) is { } capacity
        && capacity.Differs(ContainerLimits.Of(ContainerMapping.Spec(place, wanted, service, labels.Index, host)), actual);

    private static Dictionary<string, (string Fingerprint, ServiceSpec Spec, ImmutableArray<string> Networks)> Read(StackPlace place, WantedRevision wanted) =>
        wanted.Rendered.Compose.Services.Join(wanted.Stack.Services, spec => spec.Name, service => service.Name, (spec, service) => (service.Fingerprint, Spec: spec)).ToDictionary(
            pair => pair.Spec.Name,
            pair => (pair.Fingerprint, pair.Spec, pair.Spec.NetworkMode is null ? ContainerMapping.Networks(place, wanted.Rendered.Compose, pair.Spec).Keys.ToImmutableArray() : []),
            StringComparer.Ordinal);
}
