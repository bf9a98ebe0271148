using System.Collections.Concurrent;
using System.Collections.Immutable;
using Portal.Clusters;
using Portal.Clusters.Health;
using Portal.Compose;
using Portal.Deployments.Planning;
using Portal.Docker;
using Portal.Registries.Images;

namespace Portal.Deployments.Engine;

/// <summary>Looks at what is there: the engine's containers, what the probes found, and what the gateway does with them.</summary>
public sealed class EngineObserver(HealthBook health, HealthWatch watch, GatewaySteps gateway, ImageBook book, StackPlaces places, LimitsBook limits, TimeProvider clock)
{
    /// <summary>A look follows every step; images, networks and volumes do not go so fast.</summary>
    private static readonly TimeSpan KnownFor = TimeSpan.FromSeconds(3);
    private const int MostKnown = 10_000;
    private readonly ConcurrentDictionary<(Guid Environment, Guid Stack, string Service, string Fingerprint), long> prepared = new();

    public async Task<ObservedStack> ObserveAsync(EngineHost engine, StackPlace place, WantedRevision? wanted, CancellationToken cancellationToken)
    {
        var containers = await ListAsync(engine, place, cancellationToken);
        var servers = await gateway.ServersAsync(place, cancellationToken);
        var replicas = ImmutableArray.CreateBuilder<ObservedReplica>(containers.Count);
        var altered = new AlteredContainers(place, wanted, engine.Host, limits);
        foreach (var (container, labels) in containers)
        {
            var state = StateOf(container.Status);
            if (state == ReplicaState.Running)
            {
                watch.Watch(engine, container.Id, labels.Probe);
            }

            var (gone, exitCode) = state == ReplicaState.Exited ? await ExitCodeAsync(engine, container.Id, cancellationToken) : (false, null);
            if (gone)
            {
                continue;
            }

            replicas.Add(new ObservedReplica(
                container.Id,
                labels.Service,
                labels.Index,
                labels.Fingerprint,
                state,
                HealthOf(container.Id),
                servers.PlaceOf(engine.Host, container),
                exitCode,
                labels.Deployment == place.Deployment && place.Deployment != Guid.Empty,
                clock.GetUtcNow() - container.Created,
                altered.Has(container, labels)));
        }

        return new ObservedStack(replicas.ToImmutable(), await PreparedAsync(engine, place, wanted, replicas, cancellationToken));
    }

    public async Task<IReadOnlyList<(ContainerSummary Container, ReplicaLabels Labels)>> ListAsync(EngineHost engine, StackPlace place, CancellationToken cancellationToken)
    {
        var filter = new ContainerFilter { All = true, Labels = [.. ContainerMapping.OwnLabels(place).Select(label => $"{label.Key}={label.Value}")] };
        var containers = await engine.Client.Containers.ListAsync(filter, cancellationToken);
        return [.. from container in containers
                   let labels = ReplicaLabels.Read(container.Labels)
                   where labels is not null && container.Status != ContainerStatus.Removing
                   select (container, labels)];
    }

    /// <summary>Removals run beside us: what was listed may be gone by now.</summary>
    private static async Task<(bool Gone, int? ExitCode)> ExitCodeAsync(EngineHost engine, string container, CancellationToken cancellationToken)
    {
        var found = await engine.Client.Containers.FindAsync(container, cancellationToken);
        return (found is null, found?.State.ExitCode);
    }

    private static ReplicaState StateOf(ContainerStatus status) => status switch
    {
        ContainerStatus.Created => ReplicaState.Created,
        ContainerStatus.Running or ContainerStatus.Paused => ReplicaState.Running,
        // Restarting is the engine's word for "it has just died, and I will try once more".
        _ => ReplicaState.Exited,
    };

    private ReplicaHealth HealthOf(string containerId) => health[containerId]?.State switch
    {
        HealthState.Healthy => ReplicaHealth.Healthy,
        HealthState.Unhealthy => ReplicaHealth.Unhealthy,
        _ => ReplicaHealth.Unknown,
    };

    private async Task<ImmutableHashSet<string>> PreparedAsync(
        EngineHost engine, StackPlace place, WantedRevision? wanted, IEnumerable<ObservedReplica> replicas, CancellationToken cancellationToken)
    {
        if (wanted is null)
        {
            return [];
        }

        // Where a container of it stands, everything that it took to make it was there.
        var made = replicas.Select(replica => (replica.Service, replica.Fingerprint)).ToHashSet();
        var fingerprints = wanted.Stack.Services.ToDictionary(service => service.Name, service => service.Fingerprint, StringComparer.Ordinal);
        var services = wanted.Rendered.Compose.Services.Where(service => !made.Contains((service.Name, fingerprints[service.Name])) && !IsKnown(service)).ToList();
        if (services.Count == 0)
        {
            return [.. wanted.Rendered.Compose.Services.Select(service => service.Name)];
        }

        var labels = ContainerMapping.OwnLabels(place).Select(label => $"{label.Key}={label.Value}").ToList();
        var networks = (await engine.Client.Networks.ListAsync(labels, cancellationToken)).GroupBy(network => network.Name).ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);
        var volumes = (await engine.Client.Volumes.ListAsync(labels, cancellationToken)).ToDictionary(volume => volume.Name, StringComparer.Ordinal);
        var missing = await Task.WhenAll(services.Select(async service =>
            places.AreThere(place, wanted.Rendered.Compose, service, networks, volumes)
            && await HasImageAsync(engine, place.Tenant, service, wanted.Rendered.Images[service.Name], cancellationToken)
                ? null
                : service));
        if (prepared.Count > MostKnown)
        {
            prepared.Clear();
        }

        foreach (var service in services.Except(missing.OfType<ServiceSpec>()))
        {
            prepared[Key(service)] = clock.GetTimestamp();
        }

        return [.. wanted.Rendered.Compose.Services.Except(missing.OfType<ServiceSpec>()).Select(service => service.Name)];

        (Guid, Guid, string, string) Key(ServiceSpec service) => (place.Environment, place.StackId, service.Name, fingerprints[service.Name]);

        bool IsKnown(ServiceSpec service) => prepared.TryGetValue(Key(service), out var at) && clock.GetElapsedTime(at) < KnownFor;
    }

    /// <summary>That it lies on the host is not enough: it may lie there for somebody else, and only a registry says who may have it.</summary>
    private async Task<bool> HasImageAsync(EngineHost engine, Guid tenant, ServiceSpec service, ImageChoice choice, CancellationToken cancellationToken)
    {
        var image = ContainerMapping.Image(choice);
        return await engine.Client.Images.FindAsync(image.ToString(), cancellationToken) is not null
            && (EngineSteps.IsHere(service, choice) || await book.HadAsync(tenant, engine.Host.Id, image, cancellationToken));
    }
}
