using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Clusters;
using Portal.Gateway;
using Portal.Store;
using Portal.Tenants;

namespace Portal.Switching.Automatic;

/// <summary>A tenant that may be switched by itself, and what it is judged by.</summary>
/// <param name="Last">When that was last done; null: never.</param>
public sealed record GuardedTenant(TenantKey Key, Colour Live, long Generation, FailoverRule Rule, DateTimeOffset? Last, ImmutableArray<GuardedService> Services);

/// <param name="Hosts">Where it runs on live.</param>
/// <param name="Backend">Where the gateway sends its requests on live.</param>
/// <param name="Deploying">A deployment works on it, which has a deadline and a way back of its own.</param>
public sealed record GuardedService(LiveService Service, ImmutableArray<Guid> Hosts, BackendKey Backend, bool Deploying);

/// <summary>What failover looks at: rules, routes and placements from the database, health from the inventory.</summary>
public sealed class OutageQueries(PortalDbFactory databases, Inventory inventory, AddressWitness witness)
{
    public async Task<IReadOnlyList<GuardedTenant>> TenantsAsync(CancellationToken cancellationToken)
    {
        await using var db = databases.Platform();
        var tenants = await (
            from rules in db.SwitchRules.AsNoTracking()
            where rules.Failover != null
            join tenant in db.Tenants on rules.TenantId equals tenant.Id
            where tenant.ArchivedAt == null
            join pair in db.Pairs on tenant.Id equals pair.TenantId
            select new
            {
                tenant.Id,
                tenant.Slug,
                pair.Live,
                pair.Generation,
                rules.Failover,
                Last = db.Switches.Where(row => row.TenantId == tenant.Id && row.Cause == SwitchCause.Failover && row.AppliedAt != null).Max(row => row.AppliedAt),
            }).ToListAsync(cancellationToken);
        if (tenants.Count == 0)
        {
            return [];
        }

        var ids = tenants.Select(tenant => tenant.Id).ToList();
        var services = await (
            from route in db.Routes.AsNoTracking()
            where ids.Contains(route.TenantId)
            join stack in db.Stacks on route.StackId equals stack.Id
            where stack.RemovedAt == null
            join placement in db.Placements on stack.Id equals placement.StackId
            join environment in db.Environments on placement.EnvironmentId equals environment.Id
            join pair in db.Pairs on route.TenantId equals pair.TenantId
            where environment.Colour == pair.Live
            select new
            {
                route.TenantId,
                Stack = stack.Name,
                route.Service,
                route.Port,
                environment.ClusterId,
                Deploying = db.Deployments.Any(deployment => deployment.StackId == stack.Id && deployment.Colour == pair.Live && deployment.State == DeploymentState.Running),
            }).Distinct().ToListAsync(cancellationToken);
        var hosts = (await db.Hosts.AsNoTracking().Where(host => host.Enabled).Select(host => new { host.Id, host.ClusterId }).ToListAsync(cancellationToken)).ToLookup(host => host.ClusterId, host => host.Id);
        var byTenant = services.ToLookup(service => service.TenantId);
        return
        [
            .. tenants.Select(tenant => new GuardedTenant(
                new TenantKey(tenant.Id, tenant.Slug), tenant.Live, tenant.Generation, tenant.Failover!, tenant.Last,
                [
                    .. byTenant[tenant.Id].DistinctBy(service => (service.Stack, service.Service)).Select(service => new GuardedService(
                        new LiveService(tenant.Id, tenant.Live, service.Stack, service.Service),
                        [.. hosts[service.ClusterId]],
                        new BackendKey(tenant.Slug, service.Stack, service.Service, service.Port, tenant.Live),
                        service.Deploying)),
                ])),
        ];
    }

    /// <exception cref="GatewayException">An engine does not answer, and neither does the gateway.</exception>
    public async Task<LiveState> StateAsync(GuardedService guarded, CancellationToken cancellationToken)
    {
        var service = guarded.Service;
        var replicas = inventory.Of(service.Tenant, service.Live, service.Stack).Where(replica => replica.Labels.Service == service.Service).ToList();
        if (replicas.Any(replica => replica.Healthy))
        {
            return LiveState.Up;
        }

        if (guarded.Deploying || guarded.Hosts.Any(host => inventory.Host(host) is null))
        {
            return LiveState.Unknown;
        }

        if (guarded.Hosts.Any(host => inventory.Host(host) is { Reachable: false }))
        {
            return await witness.AnswersAsync(guarded.Backend, cancellationToken) ? LiveState.Unknown : LiveState.Down;
        }

        return replicas.Any(replica => replica.Status == Docker.ContainerStatus.Running && replica.Health is null) ? LiveState.Unknown : LiveState.Down;
    }
}
