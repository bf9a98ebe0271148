using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Store;

namespace Portal.Deployments;

public enum CancelOutcome { Requested, EndedAlready, NoSuchDeployment }

/// <summary>Asks a deployment to stop. It always means: what ran before runs on.</summary>
public sealed class CancelDeployment(Changes changes, TimeProvider clock)
{
    public Task<CancelOutcome> ExecuteAsync(Actor actor, Guid tenant, Guid id, CancellationToken cancellationToken)
    {
        var permit = actor.Demand(Permission.DeployStandby, tenant);
        return changes.RunAsync(permit, async db =>
        {
            // Held until the commit: a worker that is just taking it takes it before or after, and the cancel is heard either way.
            var deployment = await db.Deployments.FromSql($"select * from deployments where id = {id} for update").SingleOrDefaultAsync(cancellationToken);
            if (deployment is null)
            {
                return Changed.Nothing(CancelOutcome.NoSuchDeployment);
            }

            if (deployment.Ended || deployment.TurnedBackAt is not null || deployment.CancelRequestedAt is not null)
            {
                return Changed.Nothing(CancelOutcome.EndedAlready);
            }

            var live = await db.Pairs.Select(pair => pair.Live).SingleAsync(cancellationToken);
            var stack = await db.Stacks.Where(row => row.Id == deployment.StackId).Select(row => new { row.Name, row.Outside }).SingleAsync(cancellationToken);
            actor.Demand(stack.Outside || deployment.Colour == live ? Permission.DeployLive : Permission.DeployStandby, tenant);
            deployment.CancelRequestedAt = clock.GetUtcNow();
            return (CancelOutcome.Requested, new AuditLine("deployment.cancelled", "stack", stack.Name)
            {
                Before = new { state = deployment.State },
                After = new { deployment = id, environment = deployment.Colour.Text(stack.Outside) },
                Correlation = id,
                Notes = [new ChangeNote(tenant, "deployment", id)],
            });
        }, cancellationToken);
    }
}
