using Microsoft.EntityFrameworkCore;
using Portal.Deployments.Requests;
using Portal.Store;

namespace Portal.Switching.Planned;

public sealed class PlannedSwitchQueries(PortalDbFactory databases, ChangeFeed feed)
{
    /// <summary>Those that wait, and the newest of the others, newest first.</summary>
    public async Task<IReadOnlyList<PlannedSwitchView>> ListAsync(Guid tenant, int most, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        var newest = db.PlannedSwitches.OrderByDescending(plan => plan.RequestedAt).Take(most).Select(plan => plan.Id);
        return await PlannedSwitchView.Of(db, db.PlannedSwitches.AsNoTracking().Where(plan => plan.State == PlannedSwitchState.Waiting || newest.Contains(plan.Id))).ToListAsync(cancellationToken);
    }

    public async Task<PlannedSwitchView?> FindAsync(Guid tenant, Guid id, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        return await PlannedSwitchView.Of(db, db.PlannedSwitches.AsNoTracking().Where(plan => plan.Id == id)).SingleOrDefaultAsync(cancellationToken);
    }

    /// <summary>The newest one that follows the deployment; null where none does.</summary>
    public async Task<PlannedSwitch?> FollowingAsync(Guid tenant, Guid deployment, CancellationToken cancellationToken)
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
            var plan = await FollowingAsync(tenant, deployment, cancellationToken);
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
                return await FollowingAsync(tenant, deployment, cancellationToken);
            }
        }
    }
}
