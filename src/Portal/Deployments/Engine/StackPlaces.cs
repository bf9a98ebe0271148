using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using Portal.Clusters;
using Portal.Compose;
using Portal.Docker;

namespace Portal.Deployments.Engine;

/// <summary>
/// The networks and volumes of a stack on a host: made where they are missing. One that is there and was made otherwise is told about once
/// in a deployment: a network is made anew where nothing is in it, and a volume is never touched.
/// </summary>
public sealed class StackPlaces(TimeProvider clock)
{
    private static readonly TimeSpan Told = TimeSpan.FromHours(1);
    private readonly ConcurrentDictionary<(string Name, string Digest, Guid Deployment), long> told = new();

    /// <summary>Whether all that the service needs is there, and whatever is to be said of it has been said.</summary>
    internal bool AreThere(
        StackPlace place, ComposeStack stack, ServiceSpec service, IReadOnlyDictionary<string, NetworkDetails> networks, IReadOnlyDictionary<string, VolumeDetails> volumes) =>
        service.Networks.Where(network => StackResources.IsOwn(stack, network)).Select(network => StackResources.Definition(place, stack, network))
            .All(network => networks.TryGetValue(network.Name, out var there) && (IsSame(there.Labels, network.Labels![StackResources.DefinitionKey]) || IsTold(place, network.Name, network.Labels![StackResources.DefinitionKey])))
        && StackResources.Volumes(place, stack, service)
            .All(volume => volumes.TryGetValue(volume.Name, out var there) && (IsSame(there.Labels, volume.Digest) || IsTold(place, volume.Name, volume.Digest)));

    /// <summary>May be repeated.</summary>
    /// <exception cref="DeploymentException">The host has no room for a network, or somebody else has its addresses.</exception>
    internal async Task PrepareAsync(EngineHost engine, StackPlace place, ComposeStack stack, ServiceSpec service, StepLog log, CancellationToken cancellationToken)
    {
        foreach (var network in service.Networks.Where(network => StackResources.IsOwn(stack, network)))
        {
            await NetworkAsync(engine, place, StackResources.Definition(place, stack, network), log, cancellationToken);
        }

        foreach (var (name, volume, digest) in StackResources.Volumes(place, stack, service))
        {
            var labels = volume.Labels.SetItems(ContainerMapping.OwnLabels(place)).SetItem(StackResources.DefinitionKey, digest);
            // One that is there comes back as it is.
            var there = await engine.Client.Volumes.CreateAsync(name, labels, volume.Driver, volume.DriverOptions.IsEmpty ? null : volume.DriverOptions, cancellationToken);
            if (!IsSame(there.Labels, digest) && Tell(place, name, digest))
            {
                await log.LineAsync($"The volume {volume.Name} is defined otherwise than when it was made. It stays as it was: a volume is never made anew, for what is in it would be lost. Give it another name to have a new one.", cancellationToken);
            }
        }
    }

    /// <summary>The network in which the tenant's stacks outside the pair are found, where it has any. May be repeated.</summary>
    /// <exception cref="DeploymentException">The host has no room for it, or somebody else has made one of its name.</exception>
    internal static async Task OutsideAsync(EngineHost engine, StackPlace place, StepLog log, CancellationToken cancellationToken)
    {
        if (place.Outside == OutsidePart.None)
        {
            return;
        }

        var network = StackResources.Outside(place);
        try
        {
            await MakeAsync(engine, place, network, log, cancellationToken);
        }
        catch (EngineException error) when (error.Kind == EngineErrorKind.Conflict)
        {
            var there = await engine.Client.Networks.InspectAsync(network.Name, cancellationToken);
            if (there.Labels.GetValueOrDefault(ReplicaLabels.TenantKey) != place.Tenant.ToString() || !there.Internal)
            {
                throw new DeploymentException(DeploymentReason.EngineRefused, $"The network {network.Name} on {engine.Host.Name} was not made by the portal. Remove it, and it is made as it should be.", error);
            }
        }
    }

    private async Task NetworkAsync(EngineHost engine, StackPlace place, NetworkDefinition network, StepLog log, CancellationToken cancellationToken)
    {
        var digest = network.Labels![StackResources.DefinitionKey];
        try
        {
            await MakeAsync(engine, place, network, log, cancellationToken);
        }
        catch (EngineException error) when (error.Kind == EngineErrorKind.Conflict)
        {
            // Another service of the stack, or a run before this one, has made it.
            var there = await engine.Client.Networks.InspectAsync(network.Name, cancellationToken);
            if (IsSame(there.Labels, digest))
            {
                return;
            }

            var inside = (await engine.Client.Containers.ListAsync(new ContainerFilter { All = true, Networks = [there.Id] }, cancellationToken)).Count;
            if (inside == 0)
            {
                await engine.Client.Networks.RemoveAsync(there.Id, cancellationToken);
                await MakeAsync(engine, place, network, log, cancellationToken);
                await log.LineAsync($"The network {network.Name} is defined otherwise than before, and nothing was in it: it was made anew.", cancellationToken);
            }
            else if (Tell(place, network.Name, digest))
            {
                await log.LineAsync($"The network {network.Name} is defined otherwise than when it was made. It stays as it was while containers are in it, {inside} now: set their replicas to 0 and deploy once more to have it made anew.", cancellationToken);
            }
        }
    }

    private static async Task MakeAsync(EngineHost engine, StackPlace place, NetworkDefinition network, StepLog log, CancellationToken cancellationToken)
    {
        try
        {
            await engine.Client.Networks.CreateAsync(network, cancellationToken);
        }
        catch (EngineException error) when (error.Kind is EngineErrorKind.Refused or EngineErrorKind.NotFound or EngineErrorKind.Other)
        {
            var others = await engine.Client.Networks.ListAsync(cancel: cancellationToken);
            throw new DeploymentException(DeploymentReason.EngineRefused, Why(place, network, others, error.Message), error);
        }

        if (network.Pools.Count == 0)
        {
            var info = await engine.Client.System.InfoAsync(cancellationToken);
            var room = AddressRoom.Of(info.AddressPools, await engine.Client.Networks.ListAsync(cancel: cancellationToken));
            if (room.IsScarce)
            {
                await log.LineAsync($"{engine.Host.Name} has room for {room.Left} more {(room.Left == 1 ? "network" : "networks")} of {room.All}, and each stack takes at least one on each side. Give its engine more under default-address-pools before they run out.", cancellationToken);
            }
        }
    }

    /// <summary>In words that say what to do; nothing of another tenant's.</summary>
    internal static string Why(StackPlace place, NetworkDefinition network, IReadOnlyList<NetworkDetails> others, string problem)
    {
        foreach (var (pool, other) in from pool in network.Pools from other in others where other.Name != network.Name select (pool, other))
        {
            if (other.Subnets.FirstOrDefault(subnet => AddressRoom.Overlap(subnet.Subnet, pool.Subnet)) is { } taken)
            {
                var whose = !other.Labels.TryGetValue(ReplicaLabels.TenantKey, out var tenant) || tenant != place.Tenant.ToString() ? "another network on the host"
                    : other.Labels.GetValueOrDefault(ReplicaLabels.StackKey) == place.Stack && other.Labels.GetValueOrDefault(ReplicaLabels.ColourKey) is { } side && side != place.Colour.Text()
                        ? $"the same network of this stack on {side}; both sides are on one host, and a fixed subnet can be there once"
                        : $"the network {other.Name}";
                return $"The network {network.Name} cannot have the subnet {pool.Subnet}: {taken.Subnet} is that of {whose}. Leave the subnet out, and the engine chooses a free one. Nothing was started.";
            }
        }

        return problem.Contains("non-overlapping", StringComparison.Ordinal)
            ? $"The host has no addresses left for the network {network.Name}: every stack takes a network on each side. Remove stacks that nobody needs, or give the engine more under default-address-pools. Nothing was started. ({problem})"
            : $"The network {network.Name} cannot be made: {problem}";
    }

    /// <summary>Those made before definitions were kept say nothing, and are left alone.</summary>
    private static bool IsSame(IReadOnlyDictionary<string, string> labels, string digest) =>
        !labels.TryGetValue(StackResources.DefinitionKey, out var made) || made == digest;

    private bool IsTold(StackPlace place, string name, string digest) => told.ContainsKey((name, digest, place.Deployment));

    private bool Tell(StackPlace place, string name, string digest)
    {
        foreach (var old in told.Where(one => clock.GetElapsedTime(one.Value) > Told && one.Key.Deployment != Guid.Empty).ToList())
        {
            told.TryRemove(old);
        }

        return told.TryAdd((name, digest, place.Deployment), clock.GetTimestamp());
    }
}
