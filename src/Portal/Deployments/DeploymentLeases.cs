using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Deployments.Scaling;
using Portal.Store;

namespace Portal.Deployments;

/// <summary>Proof of being the one who works on a deployment, until somebody else leases it.</summary>
public sealed record Lease(Guid Tenant, Guid Deployment, long Token);

/// <summary>The lease was taken by another worker; this one stops at once and writes nothing more.</summary>
public sealed class LeaseLostException() : Exception("Another worker has taken this deployment over.");

/// <summary>Hands out deployments: one worker each, one running for each stack and environment.</summary>
public sealed class DeploymentLeases(PortalDbFactory databases, PortalInstance instance, IOptions<DeploymentOptions> options, TimeProvider clock)
{
    /// <summary>How long a worker that went silent keeps its deployment.</summary>
    public TimeSpan Length => options.Value.Lease;

    /// <summary>
    /// One whose worker went silent; else one that may begin: first of the tenant that has the fewest running, then of the one that was
    /// served longest ago, then the oldest. So a tenant with many waits behind itself and not before others. Null when there is none.
    /// </summary>
    /// <param name="held">Those that this process works on: however late it was to renew, it does not take them from itself.</param>
    public async Task<Lease?> TakeAsync(IReadOnlyCollection<Guid> held, CancellationToken cancellationToken)
    {
        var mine = held.ToArray();
        await using var db = databases.Platform();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // Two portals that count at the same instant would both find room for one more.
        await db.Database.ExecuteAsync($"select pg_advisory_xact_lock(hashtextextended('deployment leases', 0))", cancellationToken);
        var now = clock.GetUtcNow();
        // A lease of this very instant that this process does not hold was left by the process before it.
        var deployment = await db.Deployments.FromSql($"""
            select candidate.* from deployments candidate
            join environments place on place.id = candidate.environment_id
            where (candidate.state = 'running' and not (candidate.id = any({mine})) and (candidate.lease_until < {now} or (candidate.lease_owner like {instance.Id + "/%"} and candidate.lease_owner <> {instance.Owner})))
               or (candidate.state = 'queued' and (not candidate.word_needed or candidate.word_at is not null)
                   and (candidate.scale is null
                        or (exists (select 1 from pairs pair where pair.tenant_id = candidate.tenant_id and pair.generation = candidate.scale_for)
                            and not exists (select 1 from switches open where open.tenant_id = candidate.tenant_id and open.state = 'requested')
                            and not exists (select 1 from gradual_switches gradual where gradual.tenant_id = candidate.tenant_id and gradual.state = 'running')))
                   and not exists (select 1 from deployments busy where busy.environment_id = candidate.environment_id and busy.stack_id = candidate.stack_id and busy.state = 'running')
                   and (candidate.after_deployment_id is null or exists (select 1 from deployments first where first.id = candidate.after_deployment_id and first.state = 'succeeded'))
                   and (select count(*) from deployments busy join environments near on near.id = busy.environment_id where busy.state = 'running' and near.cluster_id = place.cluster_id) < {options.Value.ParallelPerHost})
            order by candidate.state = 'running' desc,
                     (select count(*) from deployments busy where busy.tenant_id = candidate.tenant_id and busy.state = 'running'),
                     (select max(served.started_at) from deployments served where served.tenant_id = candidate.tenant_id) nulls first,
                     candidate.requested_at, candidate.id
            for update of candidate skip locked
            limit 1
            """).FirstOrDefaultAsync(cancellationToken);
        if (deployment is null)
        {
            return null;
        }

        if (deployment is { State: DeploymentState.Queued, Scale: not null } && !await db.MayScaleAsync(deployment, cancellationToken))
        {
            // A switch has begun since the statement above: the next look passes it over.
            return null;
        }

        var former = await db.Placements.Where(placement => placement.StackId == deployment.StackId && placement.EnvironmentId == deployment.EnvironmentId).Select(placement => (Guid?)placement.RevisionId).SingleOrDefaultAsync(cancellationToken);
        deployment.Lease(instance.Owner, now, options.Value.Lease, options.Value.Limit, former);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new Lease(deployment.TenantId, deployment.Id, deployment.LeaseToken);
    }

    /// <summary>Whoever changes containers of a stack in an environment holds this lock: a run, or the loop that heals.</summary>
    public static string LockName(Guid environment, Guid stack) => $"place/{environment}/{stack}";

    public async Task<string> LockNameAsync(Lease lease, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(lease.Tenant);
        var place = await db.Deployments.Where(row => row.Id == lease.Deployment).Select(row => new { row.EnvironmentId, row.StackId }).SingleAsync(cancellationToken);
        return LockName(place.EnvironmentId, place.StackId);
    }

    /// <exception cref="LeaseLostException">Another worker has it.</exception>
    public async Task RenewAsync(Lease lease, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(lease.Tenant);
        var until = clock.GetUtcNow() + options.Value.Lease;
        var rows = await db.Deployments
            .Where(deployment => deployment.Id == lease.Deployment && deployment.LeaseToken == lease.Token && deployment.State == DeploymentState.Running)
            .ExecuteUpdateAsync(row => row.SetProperty(deployment => deployment.LeaseUntil, until), cancellationToken);
        if (rows == 0)
        {
            throw new LeaseLostException();
        }
    }
}
