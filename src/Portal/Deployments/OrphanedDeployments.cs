using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Audit;
using Portal.Store;

namespace Portal.Deployments;

/// <summary>
/// Ends queued deployments that will never begin: the one they wait for (standby first, then live) did not succeed, they were cancelled, or
/// they have waited too long. What waits for somebody's word may do so for longer, but not over a switch.
/// </summary>
public sealed class OrphanedDeployments(PortalDbFactory databases, Changes changes, IOptions<DeploymentOptions> options, TimeProvider clock)
{
    private static readonly Actor Worker = Actor.System("deployment worker");

    public async Task EndAsync(CancellationToken cancellationToken)
    {
        await using var db = databases.Platform();
        var now = clock.GetUtcNow();
        var (tooLong, unsaid) = (now - options.Value.QueueLimit, now - options.Value.WordLimit);
        var orphans = await db.Deployments.FromSql($"""
            select waiting.* from deployments waiting
            left join deployments first on first.id = waiting.after_deployment_id
            where waiting.state = 'queued'
              and (waiting.cancel_requested_at is not null or first.state in ('failed', 'rolled_back', 'cancelled', 'superseded') 
                or (waiting.scale is not null and not exists (select 1 from pairs pair where pair.tenant_id = waiting.tenant_id and pair.generation = waiting.scale_for))
                or case when waiting.word_needed and waiting.word_at is null
                     then waiting.requested_at < {unsaid} or exists (select 1 from switches moved where moved.tenant_id = waiting.tenant_id and moved.applied_at > waiting.requested_at)
                     else coalesce(waiting.word_at, waiting.requested_at) < {tooLong} end)
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

            (DeploymentReason Reason, string Text)? why = deployment.CancelRequestedAt is not null
                ? (DeploymentReason.CancelledByPerson, "Cancelled before it began.")
                : deployment.Scale is not null && !await db.Pairs.AnyAsync(pair => pair.Generation == deployment.ScaleFor, cancellationToken)
                ? (DeploymentReason.SwitchedMeanwhile, "The tenant was switched before it began: nothing is scaled down.")
                : deployment.WaitsForWord && deployment.RequestedAt < clock.GetUtcNow() - options.Value.WordLimit
                ? (DeploymentReason.WordMissing, $"Nobody said within {options.Value.WordLimit.TotalHours:0.#} hours that the migration is backward compatible. What runs was not touched.")
                : deployment.WaitsForWord && await db.Switches.AnyAsync(change => change.AppliedAt > deployment.RequestedAt, cancellationToken)
                ? (DeploymentReason.WordMissing, "The tenant was switched before anybody said that the migration is backward compatible: its side is another one now. What runs was not touched.")
                : (deployment.WordAt ?? deployment.RequestedAt) < clock.GetUtcNow() - options.Value.QueueLimit
                ? (DeploymentReason.DeadlinePassed, $"It waited since {deployment.WordAt ?? deployment.RequestedAt:u} and could not begin: {await ObstacleAsync(db, deployment, cancellationToken)} What runs was not touched.")
                : await db.Deployments.AnyAsync(first => first.Id == deployment.AfterDeploymentId && first.EndedAt != null && first.State != DeploymentState.Succeeded, cancellationToken)
                ? (DeploymentReason.OtherTargetFailed, "The deployment to standby, which comes first, did not succeed; live was not touched.")
                : null;
            if (why is not var (reason, text))
            {
                // The word that it waited for has come meanwhile.
                return Changed.Nothing(false);
            }

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
