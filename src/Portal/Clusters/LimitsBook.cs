using System.Collections.Concurrent;
using Portal.Docker;

namespace Portal.Clusters;

/// <summary>
/// The limits of containers that somebody may have changed since they were made, as their engines told them. A container that nobody has
/// touched under our eyes is not in it.
/// </summary>
public sealed class LimitsBook
{
    private readonly ConcurrentDictionary<Guid, EngineCapacity> capacities = new();
    private readonly ConcurrentDictionary<string, (Guid Host, ContainerLimits Limits)> containers = new(StringComparer.Ordinal);

    /// <returns>Null: nothing that makes them worth a look.</returns>
    public ContainerLimits? this[string container] => containers.TryGetValue(container, out var known) ? known.Limits : null;

    /// <returns>Null: the host has not answered yet.</returns>
    public EngineCapacity? CapacityOf(Guid host) => capacities.GetValueOrDefault(host);

    internal void Note(Guid host, EngineCapacity capacity) => capacities[host] = capacity;

    internal void Note(Guid host, string container, ContainerLimits limits) => containers[container] = (host, limits);

    internal void Forget(Guid host)
    {
        capacities.TryRemove(host, out _);
        Keep(host, new HashSet<string>());
    }

    /// <summary>Forgets the host's other containers: they are gone.</summary>
    internal void Keep(Guid host, IReadOnlySet<string> there)
    {
        foreach (var (id, _) in containers.Where(known => known.Value.Host == host && !there.Contains(known.Key)))
        {
            containers.TryRemove(id, out _);
        }
    }
}
