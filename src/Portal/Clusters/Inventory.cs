using System.Collections.Concurrent;
using System.Collections.Immutable;
using Portal.Clusters.Health;
using Portal.Docker;

namespace Portal.Clusters;

/// <summary>A container of ours as it was last seen. Its health is asked of <see cref="HealthBook"/> when it is read.</summary>
public sealed record InventoryReplica(Guid HostId, string ContainerId, string Name, ReplicaLabels Labels, ContainerStatus Status, string Image, DateTimeOffset Created, HealthNote? Health)
{
    /// <summary>That it is in, by name, in their order.</summary>
    public string Networks { get; init; } = "";

    /// <summary>Null: as it was made.</summary>
    public ContainerLimits? Limits { get; init; }

    public bool Healthy => Status == ContainerStatus.Running && Health?.State == HealthState.Healthy;
}

/// <summary>A stack by its name on one side of its tenant's pair.</summary>
public readonly record struct StackOnSide(Guid Tenant, Colour Colour, string Stack)
{
    public static StackOnSide Of(InventoryReplica replica) => new(replica.Labels.Tenant, replica.Labels.Colour, replica.Labels.Stack);
}

/// <param name="Problem">Why it cannot be reached, in the engine's or the network's words.</param>
public sealed record HostStatus(Guid HostId, bool Reachable, DateTimeOffset Since, string? EngineVersion, string? Kernel, int Cpus, long MemoryBytes, string? Problem);

/// <summary>
/// What runs where, in memory: pages and checks read it and never wait for an engine. Fed by <see cref="HostWatch"/>.
/// </summary>
public sealed class Inventory(HealthBook health)
{
    private readonly ConcurrentDictionary<Guid, ImmutableArray<InventoryReplica>> replicas = new();
    private readonly ConcurrentDictionary<Guid, HostStatus> hosts = new();

    public IReadOnlyList<InventoryReplica> Of(Guid tenant, Colour? colour = null, string? stack = null) =>
    [
        .. replicas.Values.SelectMany(host => host)
            .Where(replica => replica.Labels.Tenant == tenant && (colour is null || replica.Labels.Colour == colour) && (stack is null || replica.Labels.Stack == stack))
            .OrderBy(replica => replica.Labels.Stack, StringComparer.Ordinal).ThenBy(replica => replica.Labels.Service, StringComparer.Ordinal).ThenBy(replica => replica.Labels.Index)
            .Select(replica => replica with { Health = health[replica.ContainerId] }),
    ];

    /// <summary>These stacks' containers differ from before. Raised on the thread of the host's watch: return at once, and do not throw.</summary>
    public event Action<IReadOnlySet<StackOnSide>>? Changed;

    /// <summary>Every stack that has containers anywhere.</summary>
    public IReadOnlySet<StackOnSide> Stacks() => replicas.Values.SelectMany(host => host).Select(StackOnSide.Of).ToHashSet();

    public HostStatus? Host(Guid host) => hosts.GetValueOrDefault(host);

    public int CountOn(Guid host) => replicas.TryGetValue(host, out var known) ? known.Length : 0;

    /// <returns>The tenants whose containers differ from before.</returns>
    internal IReadOnlyCollection<Guid> Replace(Guid host, ImmutableArray<InventoryReplica> seen)
    {
        var before = replicas.GetValueOrDefault(host, []);
        replicas[host] = seen;
        var changed = before.Except(seen).Concat(seen.Except(before)).Select(StackOnSide.Of).ToHashSet();
        if (changed.Count > 0)
        {
            Changed?.Invoke(changed);
        }

        return [.. changed.Select(stack => stack.Tenant).Distinct()];
    }

    /// <returns>Whether the host's reachability changed.</returns>
    internal bool Note(HostStatus status)
    {
        var before = hosts.GetValueOrDefault(status.HostId);
        hosts[status.HostId] = before?.Reachable == status.Reachable ? status with { Since = before.Since } : status;
        return before?.Reachable != status.Reachable;
    }

    internal void Forget(Guid host)
    {
        replicas.TryRemove(host, out _);
        hosts.TryRemove(host, out _);
    }
}
