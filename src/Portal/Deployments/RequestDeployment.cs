using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Clusters;
using Portal.Compose;
using Portal.Docker;
using Portal.Stacks;
using Portal.Store;

namespace Portal.Deployments;

/// <param name="Images">Service → reference to run instead of the last one.</param>
/// <param name="Revision">An earlier revision's number, to run exactly that again; then images are not looked at.</param>
/// <param name="Force">Replace containers although nothing differs.</param>
/// <param name="Delivery">The webhook delivery that asks.</param>
/// <param name="CoalesceWithin">Where the newest deployment there is no older, would run the same and has not failed: no other, but that one.</param>
public sealed record DeploymentRequest(
    DeployTarget Target,
    ImmutableSortedDictionary<string, string> Images,
    int? Revision = null,
    bool Force = false,
    DeploymentTrigger Trigger = DeploymentTrigger.Api,
    Guid? Delivery = null,
    TimeSpan? CoalesceWithin = null);

public abstract record RequestDeploymentResult
{
    /// <param name="Deployments">One for each environment, standby first.</param>
    /// <param name="Unchanged">The revision runs there already; the deployment will find nothing to do.</param>
    public sealed record Accepted(ImmutableArray<Guid> Deployments, Guid RevisionId, int Revision, bool Unchanged) : RequestDeploymentResult;

    /// <summary>What was asked for is on its way, or has just arrived.</summary>
    /// <param name="Deployments">As in <see cref="Accepted"/>.</param>
    public sealed record Coalesced(ImmutableArray<Guid> Deployments, Guid RevisionId, int Revision) : RequestDeploymentResult;

    public sealed record NoSuchStack : RequestDeploymentResult;

    public sealed record NoSuchRevision(int Number) : RequestDeploymentResult;

    public sealed record Refused(DraftResult Why) : RequestDeploymentResult;

    public sealed record EngineUnavailable(string Problem) : RequestDeploymentResult;
}

/// <summary>What a caller writes in the same commit as its deployment: it adds rows and gives the audit lines that go with them.</summary>
/// <param name="outcome">Accepted or Coalesced.</param>
/// <param name="revision">What will run.</param>
public delegate IReadOnlyList<AuditLine> AlongsideDeployment(PortalDb db, RequestDeploymentResult outcome, Revision revision);

/// <summary>The one way to ask for a deployment: page, API and webhook come through here.</summary>
public sealed class RequestDeployment(PortalDbFactory databases, Changes changes, DraftRevision drafts, RevisionWriter revisions, Engines engines, TimeProvider clock)
{
    public Task<RequestDeploymentResult> ExecuteAsync(Actor actor, Guid tenant, string stackName, DeploymentRequest request, CancellationToken cancellationToken) =>
        ExecuteAsync(actor, tenant, stackName, request, (_, _, _) => [], cancellationToken);

    /// <param name="alongside">Called once, inside the transaction, when there is a deployment to point to.</param>
    /// <exception cref="ConflictException">A row that was added alongside exists already; nothing was changed.</exception>
    public async Task<RequestDeploymentResult> ExecuteAsync(
        Actor actor, Guid tenant, string stackName, DeploymentRequest request, AlongsideDeployment alongside, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        // Before anything is said about what exists: the target decides which permission is asked for.
        var live = actor.Sees(tenant) ? await db.Pairs.Select(pair => (Colour?)pair.Live).SingleOrDefaultAsync(cancellationToken) : null;
        var colours = request.Target.Resolve(live ?? Colour.Blue);
        var permit = actor.Demand(live is { } side && colours.Contains(side) ? Permission.DeployLive : Permission.DeployStandby, tenant);

        var stack = await db.Stacks.AsNoTracking().SingleOrDefaultAsync(stack => stack.Name == stackName && stack.RemovedAt == null, cancellationToken);
        if (stack is null)
        {
            return new RequestDeploymentResult.NoSuchStack();
        }

        RevisionDraft? draft = null;
        if (request.Revision is null)
        {
            var environment = await db.Environments.AsNoTracking().SingleAsync(place => place.Colour == colours[0], cancellationToken);
            DraftResult result;
            try
            {
                var engine = await engines.OfEnvironmentAsync(environment.Id, cancellationToken);
                result = await drafts.ExecuteAsync(stack, new DraftRequest(request.Images, request.Force), engine.Client, cancellationToken);
            }
            catch (EngineException error)
            {
                return new RequestDeploymentResult.EngineUnavailable(error.Message);
            }

            if (result is not DraftResult.Ready ready)
            {
                return new RequestDeploymentResult.Refused(result);
            }

            draft = ready.Draft;
        }

        return await changes.RunAsync(permit, inner => QueueAsync(inner, permit, stack, colours, draft, request, alongside, cancellationToken), cancellationToken);
    }

    private async Task<Changed<RequestDeploymentResult>> QueueAsync(
        PortalDb db, Permit permit, Stack stack, IReadOnlyList<Colour> colours, RevisionDraft? draft, DeploymentRequest request, AlongsideDeployment alongside, CancellationToken cancellationToken)
    {
        // From here to the commit nobody else queues for this stack: of two at the same instant, the second sees the first's.
        await revisions.LockAsync(db, stack, cancellationToken);
        var now = clock.GetUtcNow();
        var environments = await db.Environments.AsNoTracking().ToDictionaryAsync(place => place.Colour, place => place.Id, cancellationToken);
        if (draft is not null
            && request.CoalesceWithin is { } window
            && await FindSameAsync(db, stack, [.. colours.Select(colour => environments[colour])], draft, now - window, cancellationToken) is { } same)
        {
            var folded = new RequestDeploymentResult.Coalesced(same.Deployments, same.Revision.Id, same.Revision.Number);
            return alongside(db, folded, same.Revision) is [var first, ..] lines
                ? (folded, first with { Also = [.. lines.Skip(1)] })
                : Changed.Nothing<RequestDeploymentResult>(folded);
        }

        Revision? revision;
        if (draft is null)
        {
            revision = await db.Revisions.AsNoTracking().SingleOrDefaultAsync(candidate => candidate.StackId == stack.Id && candidate.Number == request.Revision, cancellationToken);
            if (revision is null)
            {
                return Changed.Nothing<RequestDeploymentResult>(new RequestDeploymentResult.NoSuchRevision(request.Revision!.Value));
            }
        }
        else
        {
            (revision, _) = await revisions.WriteAsync(db, stack, draft, permit.Actor.Name, cancellationToken);
        }

        var placed = await db.Placements.AsNoTracking().Where(placement => placement.StackId == stack.Id).ToDictionaryAsync(placement => placement.EnvironmentId, placement => placement.RevisionId, cancellationToken);
        List<Deployment> queued = [];
        List<AuditLine> also = [];
        foreach (var colour in colours)
        {
            var deployment = new Deployment
            {
                Id = Guid.CreateVersion7(now),
                TenantId = stack.TenantId,
                StackId = stack.Id,
                EnvironmentId = environments[colour],
                Colour = colour,
                RevisionId = revision.Id,
                AfterDeploymentId = queued.LastOrDefault()?.Id,
                Trigger = request.Trigger,
                ActorKind = permit.Actor.Kind,
                Actor = permit.Actor.Name,
                Source = permit.Actor.Source,
                DeliveryId = request.Delivery,
                Force = request.Force,
                RequestedAt = now,
            };
            also.AddRange(await SupersedeAsync(db, stack, deployment, now, cancellationToken));
            db.Deployments.Add(deployment);
            queued.Add(deployment);
        }

        var unchanged = colours.All(colour => placed.GetValueOrDefault(environments[colour]) == revision.Id);
        var accepted = new RequestDeploymentResult.Accepted([.. queued.Select(deployment => deployment.Id)], revision.Id, revision.Number, unchanged);
        also.AddRange(alongside(db, accepted, revision));
        return (accepted, new AuditLine("deployment.requested", "stack", stack.Name)
        {
            After = new
            {
                stack = stack.Name,
                revision = revision.Number,
                target = request.Target.Text(),
                environments = colours.Select(colour => colour.Text()),
                images = revision.Images.ToDictionary(image => image.Key, image => $"{image.Value.Reference}@{image.Value.Digest}"),
                request.Force,
                trigger = request.Trigger,
            },
            Correlation = queued[0].Id,
            Notes = [.. queued.Select(deployment => new ChangeNote(stack.TenantId, "deployment", deployment.Id)), new ChangeNote(stack.TenantId, "stack", stack.Id)],
            Also = also,
        });
    }

    private static async Task<(ImmutableArray<Guid> Deployments, Revision Revision)?> FindSameAsync(
        PortalDb db, Stack stack, IReadOnlyList<Guid> environments, RevisionDraft draft, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var fingerprint = draft.Rendered.Fingerprint();
        List<Guid> found = [];
        Revision? revision = null;
        foreach (var environment in environments)
        {
            var newest = await (
                from deployment in db.Deployments.AsNoTracking()
                join candidate in db.Revisions.AsNoTracking() on deployment.RevisionId equals candidate.Id
                where deployment.StackId == stack.Id && deployment.EnvironmentId == environment
                orderby deployment.RequestedAt descending
                select new { deployment, candidate }).FirstOrDefaultAsync(cancellationToken);
            if (newest is null || newest.deployment.RequestedAt < since || newest.candidate.Fingerprint != fingerprint || newest.candidate.Compose != stack.Compose || !IsGood(newest.deployment))
            {
                return null;
            }

            found.Add(newest.deployment.Id);
            revision = newest.candidate;
        }

        return ([.. found], revision!);
    }

    private static bool IsGood(Deployment deployment) =>
        deployment.State == DeploymentState.Succeeded
        || (!deployment.Ended && deployment.TurnedBackAt is null && deployment.CancelRequestedAt is null);

    /// <summary>Older requests of the same stack and environment that nobody has begun make way, and say for whom.</summary>
    private static async Task<IReadOnlyList<AuditLine>> SupersedeAsync(PortalDb db, Stack stack, Deployment newer, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var older = await db.Deployments
            .FromSql($"select * from deployments where environment_id = {newer.EnvironmentId} and stack_id = {stack.Id} and state = 'queued' for update skip locked")
            .ToListAsync(cancellationToken);
        foreach (var deployment in older)
        {
            deployment.End(DeploymentState.Superseded, now, DeploymentReason.SupersededByNewer, $"A newer request for {newer.Colour.Text()} came before this one began.", newer.Id);
        }

        return [.. older.Select(deployment => new AuditLine("deployment.superseded", "stack", stack.Name)
        {
            After = new { deployment = deployment.Id, by = newer.Id },
            Correlation = deployment.Id,
            Notes = [new ChangeNote(stack.TenantId, "deployment", deployment.Id)],
        })];
    }
}
