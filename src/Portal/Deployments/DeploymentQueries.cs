using Microsoft.EntityFrameworkCore;
using Portal.Store;

namespace Portal.Deployments;

/// <param name="Environment">Colour.</param>
/// <param name="Live">Whether the environment is live now.</param>
/// <param name="WasLive">Whether it was when this was asked for.</param>
/// <param name="After">The one that this one waits for.</param>
public sealed record DeploymentView(
    Guid Id,
    Guid TenantId,
    string Tenant,
    string Stack,
    int Revision,
    int? FormerRevision,
    Colour Environment,
    bool Live,
    bool WasLive,
    DeploymentState State,
    DeploymentReason Reason,
    string? ReasonText,
    DeploymentTrigger Trigger,
    string Actor,
    string Source,
    Guid? DeliveryId,
    Guid? SupersededBy,
    Guid? After,
    DateTimeOffset? TurnedBackAt,
    DateTimeOffset? CancelRequestedAt,
    DateTimeOffset RequestedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    DateTimeOffset? Deadline)
{
    /// <summary>Of a stack outside the pair: its environment is no side, and what it deploys is always live.</summary>
    public bool Outside { get; init; }

    /// <summary>It changes what both sides share.</summary>
    public bool Migration { get; init; }

    public bool WordNeeded { get; init; }

    /// <summary>That it is backward compatible; null: nobody has said so.</summary>
    public CompatibleWord? Word { get; init; }

    /// <summary>It begins once somebody says that it is backward compatible.</summary>
    public bool WaitsForWord => State == DeploymentState.Queued && WordNeeded && Word is null;

    /// <summary>It scales a standby that nobody needs down to so many of each service; null: the full size.</summary>
    public int? Scale { get; init; }

    public bool Ended => State is not (DeploymentState.Queued or DeploymentState.Running);
}

public sealed class DeploymentQueries(PortalDbFactory databases, ChangeFeed feed)
{
    /// <summary>By id alone, as links carry it. Null where there is none, or it is of a tenant that the actor has no part in.</summary>
    public async Task<DeploymentView?> FindAsync(Actor actor, Guid id, CancellationToken cancellationToken)
    {
        await using var db = databases.Platform();
        var view = await Views(db, db.Deployments.Where(row => row.Id == id)).SingleOrDefaultAsync(cancellationToken);
        return view is not null && actor.Sees(view.TenantId) ? view : null;
    }

    public async Task<IReadOnlyList<DeploymentView>> ListAsync(Guid tenant, string? stack, int most, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        var rows = stack is null ? db.Deployments : db.Deployments.Where(row => db.Stacks.Any(named => named.Id == row.StackId && named.Name == stack && named.RemovedAt == null));
        var newest = rows.OrderByDescending(row => row.RequestedAt).ThenByDescending(row => row.Id).Take(most);
        // A join may lose the rows' order; of two that were asked for at once the one that waits comes later.
        return [.. (await Views(db, newest).ToListAsync(cancellationToken)).OrderByDescending(view => view.RequestedAt).ThenByDescending(view => view.After is not null).ThenByDescending(view => view.Id)];
    }

    /// <summary>Each tenant's newest, of those that the actor sees.</summary>
    public async Task<IReadOnlyDictionary<Guid, DeploymentView>> LatestAsync(Actor actor, IEnumerable<Guid> tenants, CancellationToken cancellationToken)
    {
        var seen = tenants.Where(actor.Sees).ToArray();
        await using var db = databases.Platform();
        var newest = db.Deployments.Where(row => seen.Contains(row.TenantId) && !db.Deployments.Any(later => later.TenantId == row.TenantId && later.RequestedAt > row.RequestedAt));
        var views = await Views(db, newest).ToListAsync(cancellationToken);
        // Both of one request for two environments were asked for at the same moment.
        return views.GroupBy(view => view.TenantId).ToDictionary(group => group.Key, group => group.MaxBy(view => view.EndedAt ?? DateTimeOffset.MaxValue)!);
    }

    /// <summary>The one that waits for this one to succeed; null where none does.</summary>
    public async Task<Guid?> NextAsync(Guid tenant, Guid id, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        return await db.Deployments.Where(row => row.AfterDeploymentId == id).Select(row => (Guid?)row.Id).FirstOrDefaultAsync(cancellationToken);
    }

    /// <summary>Lines after the given one, oldest first.</summary>
    public async Task<IReadOnlyList<DeploymentLogLine>> LogAsync(Guid tenant, Guid id, long after, int most, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        return await db.DeploymentLog.AsNoTracking().Where(line => line.DeploymentId == id && line.Id > after).OrderBy(line => line.Id).Take(most).ToListAsync(cancellationToken);
    }

    /// <summary>The deployment once it has ended, or as it is when the time is up. Null as in <see cref="FindAsync"/>.</summary>
    public async Task<DeploymentView?> WaitAsync(Actor actor, Guid id, TimeSpan longest, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(longest);
        // Subscribed before the first look, so that an end between the two is not missed.
        var changed = new SemaphoreSlim(0);
        using var subscription = feed.Subscribe(note =>
        {
            if (note.Id == id || note.Kind == ChangeFeed.Resync.Kind)
            {
                changed.Release();
            }
        });
        while (true)
        {
            var view = await FindAsync(actor, id, cancellationToken);
            if (view is null || view.Ended || limit.IsCancellationRequested)
            {
                return view;
            }

            try
            {
                await changed.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return await FindAsync(actor, id, cancellationToken);
            }
        }
    }

    private static IQueryable<DeploymentView> Views(PortalDb db, IQueryable<Deployment> rows) =>
        from row in rows.AsNoTracking()
        join tenant in db.Tenants on row.TenantId equals tenant.Id
        join pair in db.Pairs on row.TenantId equals pair.TenantId
        join stack in db.Stacks on row.StackId equals stack.Id
        join revision in db.Revisions on row.RevisionId equals revision.Id
        join former in db.Revisions on row.FormerRevisionId equals former.Id into formers
        from former in formers.DefaultIfEmpty()
        select new DeploymentView(
            row.Id, row.TenantId, tenant.Slug, stack.Name, revision.Number, former == null ? null : former.Number, row.Colour, stack.Outside || row.Colour == pair.Live,
            stack.Outside || (row.Colour == pair.Live) == (db.Switches.Count(later => later.TenantId == row.TenantId && later.AppliedAt > row.RequestedAt) % 2 == 0),
            row.State, row.Reason, row.ReasonText, row.Trigger, row.Actor, row.Source, row.DeliveryId, row.SupersededBy, row.AfterDeploymentId, row.TurnedBackAt, row.CancelRequestedAt,
            row.RequestedAt, row.StartedAt, row.EndedAt, row.Deadline)
        {
            Outside = stack.Outside,
            Scale = row.Scale,
            Migration = row.Migration,
            WordNeeded = row.WordNeeded,
            Word = row.WordAt == null ? null : new CompatibleWord(row.WordReason!, row.WordBy!, row.WordAt!.Value),
        };
}
