using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Audit;
using Portal.Store;

namespace Portal.Deployments;

/// <summary>
/// Ends queued deployments that will never begin: the one they wait for (standby first, then live) did not succeed, they were cancelled, or
/// they have waited too long.
/// </summary>
public sealed class OrphanedDeployments(PortalDbFactory databases, Changes changes, IOptions<DeploymentOptions> options, TimeProvider clock)
{
    private static readonly Actor Worker = Actor.System("deployment worker");

    public async Task EndAsync(CancellationToken cancellationToken)
    {
        await using var db = databases.Platform();
        var tooLong = clock.GetUtcNow() - options.Value.QueueLimit;
        var orphans = await db.Deployments.FromSql($"""
            select waiting.* from deployments waiting
            left join deployments first on first.id = waiting.after_deployment_id
            where waiting.state = 'queued'
              and (waiting.cancel_requested_at is not null or first.state in ('failed', 'rolled_back', 'cancelled', 'superseded') or waiting.requested_at < {tooLong})
            """).AsNoTracking().Select(deployment => new { deployment.Id, deployment.TenantId }).ToListAsync(cancellationToken);
        foreach (var orphan in orphans)
        {
            await EndAsync(orphan.TenantId, orphan.Id, cancellationToken);
        }
    }

    private Task EndAsync(Guid tenant, Guid id, CancellationToken cancellationToken) =>
        changes.RunAsync<bool>(Worker.Demand(Permission.DeployStandby, tenant), async db =>
        {
            var deployment = await db.Deployments.FromSql($"select * from deployments where id = {id} and state = 'queued' for update skip locked").SingleOrDefaultAsync(cancellationToken);
            if (deployment is null)
            {
                return Changed.Nothing(false);
            }

            var (reason, text) = deployment.CancelRequestedAt is not null
                ? (DeploymentReason.CancelledByPerson, "Cancelled before it began.")
                : deployment.RequestedAt < clock.GetUtcNow() - options.Value.QueueLimit
                ? (DeploymentReason.DeadlinePassed, $"It waited since {deployment.RequestedAt:u} and could not begin: {await ObstacleAsync(db, deployment, cancellationToken)} What runs was not touched.")
                : (DeploymentReason.OtherTargetFailed, "The deployment to standby, which comes first, did not succeed; live was not touched.");
            deployment.End(DeploymentState.Cancelled, clock.GetUtcNow(), reason, text);
            var stack = await db.Stacks.Where(row => row.Id == deployment.StackId).Select(row => row.Name).SingleAsync(cancellationToken);
            return (true, new AuditLine("deployment.ended", "stack", stack)
            {
                Result = text,
                After = new { deployment = id, state = deployment.State, reason },
                Correlation = id,
                Notes = [new ChangeNote(tenant, "deployment", id)],
            });
        }, cancellationToken);

    private static async Task<string> ObstacleAsync(PortalDb db, Deployment deployment, CancellationToken cancellationToken) =>
        await db.Deployments.AnyAsync(other => other.StackId == deployment.StackId && other.EnvironmentId == deployment.EnvironmentId && other.State == DeploymentState.Running, cancellationToken)
            ? "another deployment of this stack was running."
            : deployment.AfterDeploymentId is not null
                ? "the deployment to standby, which comes first, had not ended."
                : "every worker was busy, or none ran.";
}
