using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Deployments.Migrating;
using Portal.Deployments.Scaling;
using Portal.Stacks;
using Portal.Store;
using Portal.Tenants.Freezing;

namespace Portal.Deployments.Requests;

/// <summary>
/// Numbers revisions and queues deployments, stack by stack: of two requests at the same instant, the second sees the first's. Those that
/// come while one commit is under way share the next, so that a registry's burst costs a few transactions and not one for each call.
/// </summary>
public sealed class DeploymentQueue
{
    private const int Most = 32;
    private readonly Changes changes;
    private readonly RevisionWriter revisions;
    private readonly SwitchAndDeployGate gate;
    private readonly TimeProvider clock;
    private readonly Batches<(Guid Tenant, Guid Stack), QueueItem, RequestDeploymentResult?> batches;

    public DeploymentQueue(Changes changes, RevisionWriter revisions, SwitchAndDeployGate gate, TimeProvider clock)
    {
        (this.changes, this.revisions, this.gate, this.clock) = (changes, revisions, gate, clock);
        batches = new((stack, items) => changes.RunEachAsync(stack.Tenant, db => TakeAsync(db, stack.Stack, items), CancellationToken.None), Most);
    }

    /// <returns>Null: the tenant was switched since the request was made.</returns>
    /// <exception cref="ConflictException">A row that was added alongside exists already.</exception>
    public Task<RequestDeploymentResult?> AddAsync(QueueItem item) => batches.RunAsync((item.Stack.TenantId, item.Stack.Id), item);

    private async Task<ImmutableArray<(Permit, Changed<RequestDeploymentResult?>)>> TakeAsync(PortalDb db, Guid stack, ImmutableArray<QueueItem> items)
    {
        // From here to the commit nobody else queues for this stack, in this process or another.
        var shared = await db.Stacks.FromSql($"select * from stacks where id = {stack} for update").Select(row => row.Shared).SingleAsync();
        var standing = await db.Standings().SingleAsync();
        var queue = await OpenAsync(db, stack, await MigrationWords.ReadAsync(db, stack, !shared.IsEmpty, CancellationToken.None));
        var earlier = await EarlierAsync(db, stack, items);
        var taken = ImmutableArray.CreateBuilder<(Permit, Changed<RequestDeploymentResult?>)>(items.Length);
        var now = clock.GetUtcNow();
        foreach (var item in items)
        {
            // "The newest" is told by time: no two of one batch share theirs.
            now = now.AddMicroseconds(1);
            if (item.Live != standing.Live)
            {
                taken.Add((item.Permit, Changed.Nothing<RequestDeploymentResult?>(null)));
                continue;
            }

            if (gate.Deploy(standing, item.Sides, item.Request.GivesUpSwitchBack) is { } hold)
            {
                taken.Add((item.Permit, Changed.Nothing<RequestDeploymentResult?>(new RequestDeploymentResult.Held(hold))));
                continue;
            }

            if (item.Request.Scale is { } scale && (item.Colours.Contains(standing.Live) || !await db.IsIdleAsync(scale.Generation, now, CancellationToken.None)))
            {
                taken.Add((item.Permit, Changed.Nothing<RequestDeploymentResult?>(new RequestDeploymentResult.InUse())));
                continue;
            }

            var (result, line) = queue.Take(item, item.Request.Revision is { } number ? earlier.GetValueOrDefault(number) : null, now);
            if (result is RequestDeploymentResult.Accepted && gate.EndsWayBack(standing, item.Sides) && await db.OpenWindow(now).SingleOrDefaultAsync() is { } last)
            {
                line = line! with { Also = [.. line.Also, await SwitchBackWindow.GiveUpAsync(db, last, now, CancellationToken.None)] };
                standing = standing with { SwitchBackUntil = null };
            }

            taken.Add((item.Permit, new Changed<RequestDeploymentResult?>(result, line)));
        }

        return taken.ToImmutable();
    }

    private async Task<StackQueue> OpenAsync(PortalDb db, Guid stack, MigrationWords words)
    {
        var places = await db.Environments.AsNoTracking().ToDictionaryAsync(place => place.Colour, place => place.Id);
        var placed = await db.Placements.AsNoTracking().Where(row => row.StackId == stack && !db.Pairs.Any(pair => pair.Generation == row.ScaleFor)).ToDictionaryAsync(row => row.EnvironmentId, row => row.RevisionId);
        var latest = await db.Revisions.AsNoTracking().Where(revision => revision.StackId == stack).OrderByDescending(revision => revision.Number).FirstOrDefaultAsync();
        var newest = await (
            from place in db.Environments.AsNoTracking()
            from deployment in db.Deployments.AsNoTracking().Where(row => row.StackId == stack && row.EnvironmentId == place.Id).OrderByDescending(row => row.RequestedAt).Take(1)
            join revision in db.Revisions.AsNoTracking() on deployment.RevisionId equals revision.Id
            select new NewestDeployment(deployment, revision)).ToListAsync();
        // One that a worker is just taking is left out: it has begun.
        var waiting = await db.Deployments.FromSql($"select * from deployments where stack_id = {stack} and state = 'queued' for update skip locked").ToListAsync();
        return new StackQueue(db, revisions, words, places, placed, latest, newest, waiting);
    }

    private static async Task<IReadOnlyDictionary<int, Revision>> EarlierAsync(PortalDb db, Guid stack, ImmutableArray<QueueItem> items)
    {
        var numbers = items.Select(item => item.Request.Revision).OfType<int>().Distinct().ToList();
        return numbers.Count == 0
            ? ImmutableDictionary<int, Revision>.Empty
            : await db.Revisions.AsNoTracking().Where(revision => revision.StackId == stack && numbers.Contains(revision.Number)).ToDictionaryAsync(revision => revision.Number);
    }
}
