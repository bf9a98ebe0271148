using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Clusters;
using Portal.Deployments.Planning;
using Portal.Docker;
using Portal.Gateway;
using Portal.Store;

namespace Portal.Deployments.Engine;

/// <summary>The steps that are the gateway's work: letting a replica in, and taking it out without losing a request.</summary>
public sealed class GatewaySteps(PortalDbFactory databases, IGateway gateway, IOptions<DeploymentOptions> options, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(50);

    /// <summary>A look follows every step; a route that came meanwhile is found by the next.</summary>
    private static readonly TimeSpan KnownFor = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<Guid, (Guid Stack, long At, IReadOnlyList<BackendKey> Backends)> known = new();

    // Whoever lets a replica in says which others there are: between looking and saying, nobody else may let one in.
    private readonly SemaphoreSlim door = new(1, 1);

    public async Task<StackServers> ServersAsync(StackPlace place, CancellationToken cancellationToken)
    {
        var backends = await BackendsAsync(place, cancellationToken);
        Dictionary<BackendKey, IReadOnlyList<GatewayServer>> servers = [];
        foreach (var backend in backends)
        {
            servers[backend] = await gateway.ServersAsync(backend, cancellationToken);
        }

        return new StackServers(servers);
    }

    public async Task AdmitAsync(EngineHost engine, StackPlace place, ObservedReplica replica, StepLog log, CancellationToken cancellationToken)
    {
        await door.WaitAsync(cancellationToken);
        try
        {
            await LetInAsync(engine, place, replica, log, cancellationToken);
        }
        finally
        {
            door.Release();
        }
    }

    public void Dispose() => door.Dispose();

    private async Task LetInAsync(EngineHost engine, StackPlace place, ObservedReplica replica, StepLog log, CancellationToken cancellationToken)
    {
        var details = await engine.Client.Containers.InspectAsync(replica.ContainerId, cancellationToken);
        var others = await engine.Client.Containers.ListAsync(new ContainerFilter { Labels = [.. ContainerMapping.OwnLabels(place).Select(label => $"{label.Key}={label.Value}")] }, cancellationToken);
        foreach (var backend in await BackendsAsync(place, cancellationToken))
        {
            if (backend.Service != replica.Service)
            {
                continue;
            }

            var address = ReplicaAddress.Of(engine.Host, details.Networks, details.Ports, backend.Port)
                ?? throw new DeploymentException(DeploymentReason.GatewayUnavailable, $"{replica.Service} {replica.Index} offers no port {backend.Port} to the gateway.");
            var known = others.Select(other => ReplicaAddress.Of(engine.Host, other.Networks, other.Ports, backend.Port)).OfType<ReplicaAddress>().Select(other => (other.Address, other.Port)).ToList();
            await TellAsync(() => gateway.AdmitAsync(backend, address.Address, address.Port, known, cancellationToken));
            await log.LineAsync($"{replica.Service} {replica.Index} serves {backend.RouteKey} from {address.Address}:{address.Port}", cancellationToken);
        }
    }

    public async Task DrainAsync(EngineHost engine, StackPlace place, ObservedReplica replica, StepLog log, CancellationToken cancellationToken)
    {
        var details = await engine.Client.Containers.InspectAsync(replica.ContainerId, cancellationToken);
        foreach (var backend in await BackendsAsync(place, cancellationToken))
        {
            if (details.State.Running && backend.Service == replica.Service && ReplicaAddress.Of(engine.Host, details.Networks, details.Ports, backend.Port) is { } address)
            {
                await TellAsync(() => DrainAsync(backend, address, log, cancellationToken));
            }
        }
    }

    private async Task DrainAsync(BackendKey backend, ReplicaAddress address, StepLog log, CancellationToken cancellationToken)
    {
        await gateway.DrainAsync(backend, address.Address, address.Port, cancellationToken);
        var started = clock.GetTimestamp();
        while (await gateway.InFlightAsync(backend, address.Address, address.Port, cancellationToken) is var inFlight and > 0)
        {
            if (clock.GetElapsedTime(started) > options.Value.DrainLimit)
            {
                await log.LineAsync($"{inFlight} requests were still in flight after {options.Value.DrainLimit.TotalSeconds:0} s; not waiting longer", cancellationToken);
                break;
            }

            await log.ProgressAsync($"{inFlight} requests in flight", null, cancellationToken);
            await Task.Delay(LookAgain, clock, cancellationToken);
        }

        await gateway.RemoveAsync(backend, address.Address, address.Port, cancellationToken);
    }

    private async Task<IReadOnlyList<BackendKey>> BackendsAsync(StackPlace place, CancellationToken cancellationToken)
    {
        if (known.TryGetValue(place.Environment, out var before) && before.Stack == place.StackId && clock.GetElapsedTime(before.At) < KnownFor)
        {
            return before.Backends;
        }

        var backends = await ReadBackendsAsync(place, cancellationToken);
        known[place.Environment] = (place.StackId, clock.GetTimestamp(), backends);
        return backends;
    }

    private async Task<IReadOnlyList<BackendKey>> ReadBackendsAsync(StackPlace place, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(place.Tenant);
        var ports = await db.Routes.AsNoTracking().Where(route => route.StackId == place.StackId).Select(route => new { route.Service, route.Port, Tcp = route.ListenPort != null }).Distinct().ToListAsync(cancellationToken);
        return [.. ports.Select(port => new BackendKey(place.TenantSlug, place.Stack, port.Service, port.Port, place.Colour) { Tcp = port.Tcp })];
    }

    private static async Task TellAsync(Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (GatewayException error)
        {
            throw new DeploymentException(DeploymentReason.GatewayUnavailable, error.Message, error);
        }
    }
}

/// <summary>What the gateway does with a stack's replicas in one environment.</summary>
public sealed record StackServers(IReadOnlyDictionary<BackendKey, IReadOnlyList<GatewayServer>> ByBackend)
{
    /// <summary>In only where every port that is routed is in; draining where any is still known.</summary>
    public GatewayPlace PlaceOf(Host host, ContainerSummary container)
    {
        // One that an engine's crash took along still shows the port that it had, which may be another's by now.
        if (container.Status is not (ContainerStatus.Running or ContainerStatus.Paused))
        {
            return GatewayPlace.Out;
        }

        var service = ReplicaLabels.Read(container.Labels)!.Service;
        var places = ByBackend.Where(pair => pair.Key.Service == service).Select(pair =>
            ReplicaAddress.Of(host, container.Networks, container.Ports, pair.Key.Port) is { } address
                ? pair.Value.FirstOrDefault(server => server.Address == address.Address && server.Port == address.Port)?.Place
                : null).ToList();
        return places.Count > 0 && places.All(place => place == ServerPlace.In) ? GatewayPlace.In
            : places.Any(place => place is not null) ? GatewayPlace.Draining
            : GatewayPlace.Out;
    }
}
