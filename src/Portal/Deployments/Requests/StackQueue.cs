using System.Collections.Immutable;
using Portal.Audit;
using Portal.Deployments.Migrating;
using Portal.Stacks;
using Portal.Store;

namespace Portal.Deployments.Requests;

/// <summary>A request on its way to the queue.</summary>
/// <param name="Live">The tenant's live side when the permission was asked for.</param>
/// <param name="Colours">Standby first.</param>
/// <param name="Draft">Null: an earlier revision runs again.</param>
public sealed record QueueItem(
    Permit Permit, Stack Stack, Colour Live, IReadOnlyList<Colour> Colours, RevisionDraft? Draft, DeploymentRequest Request, AlongsideDeployment Alongside)
{
    /// <summary>The sides of the pair that it is about: none for a stack outside the pair.</summary>
    public IReadOnlyList<Colour> Sides => StackTarget.Sides(Stack, Colours);
}

/// <summary>The newest deployment of an environment with what it runs.</summary>
internal sealed record NewestDeployment(Deployment Deployment, Revision Revision);

/// <summary>
/// What runs, waits and was numbered last of one stack, as the transaction that holds its lock sees it. Takes requests one after another;
/// reads nothing and writes nothing but rows into <paramref name="db"/>.
/// </summary>
/// <param name="places">Side → environment.</param>
/// <param name="placed">Environment → revision that it is wanted to run, at its full size.</param>
/// <param name="waiting">Queued and begun by nobody; tracked by <paramref name="db"/>.</param>
internal sealed class StackQueue(
    PortalDb db,
    RevisionWriter revisions,
    MigrationWords words,
    IReadOnlyDictionary<Colour, Guid> places,
    IReadOnlyDictionary<Guid, Guid> placed,
    Revision? latest,
    IEnumerable<NewestDeployment> newest,
    IEnumerable<Deployment> waiting)
{
    private readonly Dictionary<Guid, NewestDeployment> newest = newest.ToDictionary(one => one.Deployment.EnvironmentId);
    private readonly List<Deployment> waiting = [.. waiting];
    private Revision? latest = latest;

    /// <param name="earlier">The revision that the request names by its number.</param>
    /// <param name="now">Later than that of the request before.</param>
    public Changed<RequestDeploymentResult> Take(QueueItem item, Revision? earlier, DateTimeOffset now)
    {
        var environments = item.Colours.Select(colour => places[colour]).ToList();
        if (item.Request.Yields && environments.Exists(environment => newest.GetValueOrDefault(environment)?.Deployment is { Ended: false, Scale: null }))
        {
            return Changed.Nothing<RequestDeploymentResult>(new RequestDeploymentResult.InUse());
        }

        if (item.Draft is not null && item.Request.CoalesceWithin is { } window
            && (Same(item.Draft, environments, now - window) ?? (item.Request.CoalesceWithLive ? Same(item.Draft, [places[item.Live]], DateTimeOffset.MinValue) : null)) is { } same
            // What is told of as a migration only now has to be heard, too.
            && (!item.Request.Migration || same.TrueForAll(one => one.Deployment.Migration)))
        {
            return Fold(item, same);
        }

        var revision = earlier;
        if (item.Draft is not null)
        {
            (revision, var fresh) = revisions.Next(item.Stack, item.Draft, latest, item.Permit.Actor.Name, now);
            if (fresh)
            {
                db.Revisions.Add(revision);
            }

            latest = revision;
        }

        return revision is null
            ? Changed.Nothing<RequestDeploymentResult>(new RequestDeploymentResult.NoSuchRevision(item.Request.Revision!.Value))
            : Accept(item, revision, environments, now);
    }

    private Changed<RequestDeploymentResult> Fold(QueueItem item, IReadOnlyList<NewestDeployment> same)
    {
        var revision = same[^1].Revision;
        var folded = new RequestDeploymentResult.Coalesced([.. same.Select(one => one.Deployment.Id)], revision.Id, revision.Number);
        return item.Alongside(db, folded, revision) is [var first, ..] lines
            ? (folded, first with { Also = [.. lines.Skip(1)] })
            : Changed.Nothing<RequestDeploymentResult>(folded);
    }

    private Changed<RequestDeploymentResult> Accept(QueueItem item, Revision revision, List<Guid> environments, DateTimeOffset now)
    {
        var (stack, request) = (item.Stack, item.Request);
        var (needed, word) = words.Of(revision, request.Migration);
        if (GiveWord.Reason(request.Compatible) is { } reason)
        {
            word = new CompatibleWord(reason, item.Permit.Actor.Name, now);
        }

        if (needed)
        {
            words.Add(revision, word);
        }

        List<Deployment> queued = [];
        List<AuditLine> also = [];
        foreach (var (colour, environment) in item.Colours.Zip(environments))
        {
            var deployment = new Deployment
            {
                Id = Guid.CreateVersion7(now),
                TenantId = stack.TenantId,
                StackId = stack.Id,
                EnvironmentId = environment,
                Colour = colour,
                RevisionId = revision.Id,
                AfterDeploymentId = queued.LastOrDefault()?.Id,
                Trigger = request.Trigger,
                ActorKind = item.Permit.Actor.Kind,
                Actor = item.Permit.Actor.Name,
                Source = item.Permit.Actor.Source,
                DeliveryId = request.Delivery,
                Force = request.Force,
                Scale = request.Scale?.Most,
                ScaleFor = request.Scale?.Generation,
                Migration = request.Migration || needed,
                WordNeeded = needed,
                RequestedAt = now,
            };
            if (word is not null)
            {
                deployment.Vouch(word);
            }

            also.AddRange(Supersede(stack, deployment, now));
            db.Deployments.Add(deployment);
            waiting.Add(deployment);
            newest[environment] = new NewestDeployment(deployment, revision);
            queued.Add(deployment);
        }

        var unchanged = environments.TrueForAll(environment => placed.GetValueOrDefault(environment) == revision.Id);
        var accepted = new RequestDeploymentResult.Accepted([.. queued.Select(deployment => deployment.Id)], revision.Id, revision.Number, unchanged) { WaitsForWord = needed && word is null };
        also.AddRange(item.Alongside(db, accepted, revision));
        if (!request.PlansItself && PlannedSwitchLine.Follows(stack, item.Sides, item.Live, placed.GetValueOrDefault(places[item.Live]) == revision.Id))
        {
            var plan = PlannedSwitchLine.Plan(stack, queued[0], now);
            db.PlannedSwitches.Add(plan);
            also.Add(PlannedSwitchLine.Of("stack", stack.Name, stack.Name, plan));
        }

        return (accepted, new AuditLine("deployment.requested", "stack", stack.Name)
        {
            After = new
            {
                stack = stack.Name,
                revision = revision.Number,
                target = stack.Outside ? "outside" : request.Target.Text(),
                environments = item.Colours.Select(colour => colour.Text(stack.Outside)),
                images = revision.Images.ToDictionary(image => image.Key, image => $"{image.Value.Reference}@{image.Value.Digest}"),
                replicas = request.Replicas.IsEmpty ? null : request.Replicas,
                request.Force,
                scaledTo = request.Scale?.Most,
                migration = request.Migration || needed ? new { flagged = request.Migration, wordNeeded = needed, compatible = word } : null,
                trigger = request.Trigger,
            },
            Correlation = queued[0].Id,
            Notes = [.. queued.Select(deployment => new ChangeNote(stack.TenantId, "deployment", deployment.Id)), new ChangeNote(stack.TenantId, "stack", stack.Id)],
            Also = also,
        });
    }

    /// <summary>The newest deployments, where each would run the same as the draft and has not failed.</summary>
    private List<NewestDeployment>? Same(RevisionDraft draft, List<Guid> environments, DateTimeOffset since)
    {
        var fingerprint = revisions.Settle(draft, latest).Fingerprint();
        var same = environments
            .Select(newest.GetValueOrDefault)
            .OfType<NewestDeployment>()
            .Where(one => one.Deployment.RequestedAt >= since && one.Deployment.Scale is null && one.Revision.Fingerprint == fingerprint && one.Revision.Compose == draft.Definition.Compose && IsGood(one.Deployment))
            .ToList();
        return same.Count == environments.Count ? same : null;
    }

    private static bool IsGood(Deployment deployment) =>
        deployment.State == DeploymentState.Succeeded
        || (!deployment.Ended && deployment.TurnedBackAt is null && deployment.CancelRequestedAt is null);

    /// <summary>Older requests of the same stack and environment that nobody has begun make way, and say for whom.</summary>
    private List<AuditLine> Supersede(Stack stack, Deployment newer, DateTimeOffset now)
    {
        var older = waiting.FindAll(deployment => deployment.EnvironmentId == newer.EnvironmentId);
        waiting.RemoveAll(older.Contains);
        foreach (var deployment in older)
        {
            deployment.End(DeploymentState.Superseded, now, DeploymentReason.SupersededByNewer, $"A newer request for {newer.Colour.Text(stack.Outside)} came before this one began.", newer.Id);
        }

        return [.. older.Select(deployment => new AuditLine("deployment.superseded", "stack", stack.Name)
        {
            After = new { deployment = deployment.Id, by = newer.Id },
            Correlation = deployment.Id,
            Notes = [new ChangeNote(stack.TenantId, "deployment", deployment.Id)],
        })];
    }
}
