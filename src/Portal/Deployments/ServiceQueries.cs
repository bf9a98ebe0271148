using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Clusters;
using Portal.Clusters.Health;
using Portal.Docker;
using Portal.Stacks;
using Portal.Store;

namespace Portal.Deployments;

public enum ReplicaCondition { Healthy, Starting, Failed, Unknown }

/// <param name="Said">The last probe's answer or the container's state, for people.</param>
/// <param name="Revision">The revision that made the container; a later one that changes nothing for it keeps it.</param>
public sealed record ReplicaView(string Container, int Index, int Revision, ReplicaCondition Condition, string Said, DateTimeOffset Created);

/// <summary>A service on one side of the pair: what is wanted there and what was last seen.</summary>
/// <param name="Revision">The one wanted there; null while only a first deployment's containers are there.</param>
public sealed record ServiceSide(int? Revision, int Wanted, ImageChoice? Image, ImmutableArray<ReplicaView> Replicas)
{
    /// <summary>How many there were to be, were the side not scaled down; null: as many as wanted.</summary>
    public int? ScaledFrom { get; init; }

    /// <summary>Where it is made anew again and again: how often, why, and when next; for people.</summary>
    public string? Healing { get; init; }

    public int Count(ReplicaCondition condition) => Replicas.Count(replica => replica.Condition == condition);

    public bool Well => Count(ReplicaCondition.Healthy) >= Wanted && Wanted > 0;
}

/// <param name="Blue">Null where the service neither runs nor is wanted.</param>
public sealed record ServiceView(string Name, bool Routed, ServiceSide? Blue, ServiceSide? Green)
{
    public ServiceSide? On(Colour colour) => colour == Colour.Blue ? Blue : Green;

    /// <summary>Of a stack outside the pair: where it runs.</summary>
    public ServiceSide? Once => On(Requests.StackTarget.Outside);

    /// <summary>The sides run, or lack, different images.</summary>
    public bool Differs => (Blue?.Image?.Digest ?? Blue?.Image?.Reference) != (Green?.Image?.Digest ?? Green?.Image?.Reference);
}

public sealed record StackServices(Guid TenantId, Guid StackId, string Stack, ImmutableArray<ServiceView> Services)
{
    /// <summary>It runs once for the tenant, beside the pair: <see cref="ServiceView.Once"/>.</summary>
    public bool Outside { get; init; }
}

/// <summary>What runs where, wanted beside seen. Reads database and inventory, and waits for no engine.</summary>
public sealed class ServiceQueries(PortalDbFactory databases, RevisionReader revisions, Inventory inventory, HealingBook healing)
{
    public async Task<IReadOnlyList<StackServices>> ListAsync(Guid tenant, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        return await ReadAsync(db, [tenant], cancellationToken);
    }

    /// <summary>Of several tenants at once, for those who see them.</summary>
    public async Task<ILookup<Guid, StackServices>> ListAsync(Actor actor, IEnumerable<Guid> tenants, CancellationToken cancellationToken)
    {
        var seen = tenants.Where(actor.Sees).ToArray();
        await using var db = databases.Platform();
        return (await ReadAsync(db, seen, cancellationToken)).ToLookup(stack => stack.TenantId);
    }

    private async Task<IReadOnlyList<StackServices>> ReadAsync(PortalDb db, Guid[] tenants, CancellationToken cancellationToken)
    {
        var stacks = await db.Stacks.AsNoTracking().Where(stack => tenants.Contains(stack.TenantId) && stack.RemovedAt == null)
            .OrderBy(stack => stack.Name).Select(stack => new { stack.Id, stack.TenantId, stack.Name, stack.Outside }).ToListAsync(cancellationToken);
        var placed = await (
            from placement in db.Placements.AsNoTracking()
            where tenants.Contains(placement.TenantId)
            join environment in db.Environments on placement.EnvironmentId equals environment.Id
            join revision in db.Revisions on placement.RevisionId equals revision.Id
            select new { placement.StackId, placement.EnvironmentId, environment.Colour, placement.RevisionId, revision.Number, Scale = db.Pairs.Any(pair => pair.TenantId == placement.TenantId && pair.Generation == placement.ScaleFor) ? placement.Scale : null }).ToListAsync(cancellationToken);
        var routed = (await db.Routes.AsNoTracking().Where(route => tenants.Contains(route.TenantId)).Select(route => new { route.StackId, route.Service }).ToListAsync(cancellationToken))
            .Select(route => (route.StackId, route.Service)).ToHashSet();
        var replicas = tenants.SelectMany(tenant => inventory.Of(tenant)).ToLookup(replica => (replica.Labels.Tenant, replica.Labels.Stack));
        List<StackServices> result = [];
        foreach (var stack in stacks)
        {
            var sides = new Dictionary<Colour, IReadOnlyDictionary<string, ServiceSide>>();
            foreach (var colour in Enum.GetValues<Colour>())
            {
                var wanted = placed.SingleOrDefault(row => row.StackId == stack.Id && row.Colour == colour);
                var rendered = wanted is null ? null : await RenderedAsync(stack.TenantId, wanted.RevisionId, wanted.Scale, cancellationToken);
                sides[colour] = Side(wanted?.Number, rendered, replicas[(stack.TenantId, stack.Name)].Where(replica => replica.Labels.Colour == colour), service => Healing(wanted?.EnvironmentId, stack.Id, service));
            }

            var names = sides.Values.SelectMany(side => side.Keys).Distinct().Order(StringComparer.Ordinal);
            result.Add(new StackServices(stack.TenantId, stack.Id, stack.Name,
            [
                .. names.Select(name => new ServiceView(
                    name, routed.Contains((stack.Id, name)), sides[Colour.Blue].GetValueOrDefault(name), sides[Colour.Green].GetValueOrDefault(name))),
            ]) { Outside = stack.Outside });
        }

        return result;
    }

    /// <summary>Null where the stored text cannot be read any more: what runs of it is shown all the same.</summary>
    private async Task<RenderedStack?> RenderedAsync(Guid tenant, Guid revision, int? scale, CancellationToken cancellationToken)
    {
        try
        {
            return await revisions.ReadAsync(tenant, revision, cancellationToken) with { Most = scale };
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private Dictionary<string, ServiceSide> Side(int? revision, RenderedStack? rendered, IEnumerable<InventoryReplica> seen, Func<string, string?> healingOf)
    {
        var byService = seen.ToLookup(replica => replica.Labels.Service, StringComparer.Ordinal);
        var specs = rendered?.Compose.Services.ToDictionary(service => service.Name, StringComparer.Ordinal) ?? [];
        return specs.Keys.Union(byService.Select(group => group.Key), StringComparer.Ordinal).ToDictionary(name => name, name =>
        {
            var spec = specs.GetValueOrDefault(name);
            return new ServiceSide(
                spec is null ? null : revision,
                spec is null ? 0 : rendered!.ReplicasOf(spec),
                rendered?.Images.GetValueOrDefault(name),
                [.. byService[name].Select(replica => View(replica, spec?.IsOneShot == true))])
            {
                ScaledFrom = spec is not null && rendered!.FullOf(spec) is var full && full > rendered.ReplicasOf(spec) ? full : null,
                Healing = healingOf(name),
            };
        }, StringComparer.Ordinal);
    }

    /// <summary>Its own, or the whole stack's.</summary>
    private string? Healing(Guid? environment, Guid stack, string service) => environment is not { } place ? null
        : healing[new HealingPlace(place, stack, service)] is { Times: > 1 } own ? own.Text
        : healing[new HealingPlace(place, stack, "")]?.Whole;

    private ReplicaView View(InventoryReplica replica, bool oneShot)
    {
        var (condition, said) = replica switch
        {
            _ when inventory.Host(replica.HostId) is { Reachable: false } => (ReplicaCondition.Unknown, "its host does not answer"),
            { Status: ContainerStatus.Exited } when oneShot => (ReplicaCondition.Healthy, "finished"),
            { Status: ContainerStatus.Running, Health.State: HealthState.Healthy } => (ReplicaCondition.Healthy, replica.Health.Answer),
            { Status: ContainerStatus.Running, Health.State: HealthState.Unhealthy } => (ReplicaCondition.Failed, replica.Health.Answer),
            { Status: ContainerStatus.Running } => (ReplicaCondition.Starting, replica.Health?.Answer ?? "not probed yet"),
            { Status: ContainerStatus.Created or ContainerStatus.Restarting } => (ReplicaCondition.Starting, replica.Status.ToString().ToLowerInvariant()),
            _ => (ReplicaCondition.Failed, replica.Status.ToString().ToLowerInvariant()),
        };
        return new ReplicaView(replica.ContainerId, replica.Labels.Index, replica.Labels.Revision, condition, said, replica.Created);
    }
}
