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
public sealed record DeploymentRequest(
    DeployTarget Target,
    ImmutableSortedDictionary<string, string> Images,
    int? Revision = null,
    bool Force = false,
    DeploymentTrigger Trigger = DeploymentTrigger.Api,
    Guid? Delivery = null);

public abstract record RequestDeploymentResult
{
    /// <param name="Deployments">One for each environment, standby first.</param>
    /// <param name="Unchanged">The revision runs there already; the deployment will find nothing to do.</param>
    public sealed record Accepted(ImmutableArray<Guid> Deployments, Guid RevisionId, int Revision, bool Unchanged) : RequestDeploymentResult;

    public sealed record NoSuchStack : RequestDeploymentResult;

    public sealed record NoSuchRevision(int Number) : RequestDeploymentResult;

    public sealed record Refused(DraftResult Why) : RequestDeploymentResult;

    public sealed record EngineUnavailable(string Problem) : RequestDeploymentResult;
}

/// <summary>The one way to ask for a deployment: page, API and webhook come through here.</summary>
public sealed class RequestDeployment(PortalDbFactory databases, Changes changes, DraftRevision drafts, RevisionWriter revisions, Engines engines, TimeProvider clock)
{
    public async Task<RequestDeploymentResult> ExecuteAsync(Actor actor, Guid tenant, string stackName, DeploymentRequest request, CancellationToken cancellationToken)
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

        return await changes.RunAsync(permit, inner => QueueAsync(inner, permit, stack, colours, draft, request, cancellationToken), cancellationToken);
    }

    private async Task<Changed<RequestDeploymentResult>> QueueAsync(
        PortalDb db, Permit permit, Stack stack, IReadOnlyList<Colour> colours, RevisionDraft? draft, DeploymentRequest request, CancellationToken cancellationToken)
    {
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

        var now = clock.GetUtcNow();
        var environments = await db.Environments.AsNoTracking().ToDictionaryAsync(place => place.Colour, place => place.Id, cancellationToken);
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
        return (new RequestDeploymentResult.Accepted([.. queued.Select(deployment => deployment.Id)], revision.Id, revision.Number, unchanged), new AuditLine("deployment.requested", "stack", stack.Name)
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
