using Microsoft.EntityFrameworkCore;
using Portal.Store;

namespace Portal.Webhooks.Then;

public sealed class PlannedSwitchQueries(PortalDbFactory databases, ChangeFeed feed)
{
    /// <summary>The newest one that follows the deployment; null where none does.</summary>
    public async Task<PlannedSwitch?> FindAsync(Guid tenant, Guid deployment, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        return await db.PlannedSwitches.AsNoTracking().Where(plan => plan.DeploymentId == deployment).OrderByDescending(plan => plan.RequestedAt).FirstOrDefaultAsync(cancellationToken);
    }

    /// <summary>That one once it has ended, or as it is when the time is up.</summary>
    public async Task<PlannedSwitch?> WaitAsync(Guid tenant, Guid deployment, TimeSpan longest, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(longest);
        // Subscribed before the first look, so that an end between the two is not missed.
        var changed = new SemaphoreSlim(0);
        using var subscription = feed.Subscribe(note =>
        {
            if ((note.Tenant == tenant && note.Kind == PlannedSwitchLine.Note) || note.Kind == ChangeFeed.Resync.Kind)
            {
                changed.Release();
            }
        });
        while (true)
        {
            var plan = await FindAsync(tenant, deployment, cancellationToken);
            if (plan is not { State: PlannedSwitchState.Waiting } || limit.IsCancellationRequested)
            {
                return plan;
            }

            try
            {
                await changed.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return await FindAsync(tenant, deployment, cancellationToken);
            }
        }
    }
}
