using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Audit;
using Portal.Store;
using Portal.Switching;
using Portal.Tenants;

namespace Portal.Webhooks.Then;

/// <summary>Takes a planned switch as far as it goes now: to its end, or to nothing yet. May be called again at any time, after any crash.</summary>
public sealed class SettlePlannedSwitch(
    PortalDbFactory databases, Changes changes, TenantQueries tenants, RequestSwitch request, IOptions<WebhookOptions> options, TimeProvider clock)
{
    /// <summary>When each was first tried in vain. After a restart the inventory is empty at first: patience begins anew.</summary>
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> tried = new();

    public async Task ExecuteAsync(PlannedSwitch plan, CancellationToken cancellationToken)
    {
        var (seen, hook, tenant, image) = await LookAsync(plan, cancellationToken);
        // Exactly what this one act needs, in the webhook's name.
        var actor = new Actor(ActorKind.Webhook, hook, plan.Source, false, ImmutableDictionary<Guid, TenantGrant>.Empty.Add(plan.TenantId, new TenantGrant(Role.Operator, DeployLive: false)));
        switch (PlannedSwitchRule.Decide(seen, clock.GetUtcNow(), options.Value.SwitchLimit))
        {
            case PlannedSwitchVerdict.Later:
                return;
            case PlannedSwitchVerdict.End end:
                await EndAsync(actor, hook, plan, end, cancellationToken);
                return;
            case PlannedSwitchVerdict.Go:
                await SwitchAsync(actor, hook, tenant, plan, image);
                return;
            case var other:
                throw new InvalidOperationException($"A verdict without a consequence: {other}.");
        }
    }

    // Without a caller's token: a switch that has begun is finished, and what came of it written.
    private async Task SwitchAsync(Actor actor, string hook, string slug, PlannedSwitch plan, string? image)
    {
        if (await tenants.FindAsync(actor, slug, CancellationToken.None) is not { } tenant)
        {
            await EndAsync(actor, hook, plan, new(PlannedSwitchState.GivenUp, "The tenant is not there any more."), CancellationToken.None);
            return;
        }

        var reason = $"Webhook {hook}, delivery {plan.DeliveryId}: {Short(image)} succeeded on standby.";
        PlannedSwitchVerdict.End? end = await request.ExecuteAsync(actor, tenant, new SwitchRequest(reason, Delivery: plan.DeliveryId), CancellationToken.None) switch
        {
            SwitchResult.Applied applied => new(PlannedSwitchState.Applied, $"Switched to {applied.To.Text()}.", applied.SwitchId),
            SwitchResult.Blocked when Patient(plan.Id) => null,
            SwitchResult.Blocked blocked => new(PlannedSwitchState.Failed, $"Standby cannot take the traffic: {blocked.Report.Obstacle}."),
            SwitchResult.Held held => new(PlannedSwitchState.Failed, held.Why.Sentence),
            // Looked at again: it was this delivery's own, or somebody else's, and then it is given up.
            SwitchResult.AnotherIsOpen => null,
            SwitchResult.GatewayFailed failed => new(PlannedSwitchState.Failed, $"The gateway did not switch, and traffic flows as before: {failed.Problem}"),
            var other => throw new InvalidOperationException($"An outcome without words: {other}."),
        };
        if (end is not null)
        {
            await EndAsync(actor, hook, plan, end, CancellationToken.None);
        }
    }

    private bool Patient(Guid plan)
    {
        var now = clock.GetUtcNow();
        return now - tried.GetOrAdd(plan, now) < options.Value.SwitchPatience;
    }

    private async Task EndAsync(Actor actor, string hook, PlannedSwitch plan, PlannedSwitchVerdict.End end, CancellationToken cancellationToken)
    {
        await changes.RunAsync<bool>(actor.Demand(Permission.Switch, plan.TenantId), async db =>
        {
            var row = await db.PlannedSwitches.SingleAsync(candidate => candidate.Id == plan.Id, cancellationToken);
            if (row.State != PlannedSwitchState.Waiting)
            {
                return Changed.Nothing(false);
            }

            row.End(end.State, end.Reason, clock.GetUtcNow(), end.Switch);
            return (true, new AuditLine("switch.plan-ended", "webhook", hook)
            {
                Result = end.State is PlannedSwitchState.Applied or PlannedSwitchState.AlreadyLive ? "ok" : end.Reason,
                After = new { state = end.State, end.Reason, @switch = end.Switch, delivery = plan.DeliveryId, deployment = plan.DeploymentId },
                Correlation = plan.DeploymentId,
                Notes = [new ChangeNote(plan.TenantId, PlannedSwitchLine.Note, plan.Id), new ChangeNote(plan.TenantId, "delivery", plan.DeliveryId)],
            });
        }, cancellationToken);
        tried.TryRemove(plan.Id, out _);
    }

    private async Task<(PlannedSwitchSight Seen, string Hook, string Tenant, string? Image)> LookAsync(PlannedSwitch plan, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(plan.TenantId);
        var found = await (
            from deployment in db.Deployments.AsNoTracking()
            where deployment.Id == plan.DeploymentId
            join hook in db.Webhooks on plan.WebhookId equals hook.Id
            join delivery in db.Deliveries on plan.DeliveryId equals delivery.Id
            join tenant in db.Tenants on deployment.TenantId equals tenant.Id
            join pair in db.Pairs on deployment.TenantId equals pair.TenantId
            select new { Deployment = deployment, Hook = hook.Name, Open = hook.Enabled && hook.ThenSwitch, Tenant = tenant.Slug, pair.Live, delivery.Image }).SingleAsync(cancellationToken);
        var ran = found.Deployment;
        var liveRunsIt = await (
            from placement in db.Placements
            join environment in db.Environments on placement.EnvironmentId equals environment.Id
            where placement.StackId == ran.StackId && environment.Colour == found.Live
            select placement.RevisionId).AnyAsync(revision => revision == ran.RevisionId, cancellationToken);
        var newer = await db.Deployments
            .Where(other => other.StackId == ran.StackId && other.EnvironmentId == ran.EnvironmentId && other.RequestedAt > ran.RequestedAt && other.RevisionId != ran.RevisionId
                && (other.State == DeploymentState.Queued || other.State == DeploymentState.Running || other.State == DeploymentState.Succeeded))
            .OrderBy(other => other.RequestedAt).Select(other => (Guid?)other.Id).FirstOrDefaultAsync(cancellationToken);
        var since = await db.Switches
            .Where(row => row.RequestedAt > plan.RequestedAt && row.DeliveryId != plan.DeliveryId && (row.State == SwitchState.Applied || row.State == SwitchState.Undone))
            .OrderBy(row => row.RequestedAt).Select(row => row.Actor).FirstOrDefaultAsync(cancellationToken);
        var own = await db.Switches.Where(row => row.DeliveryId == plan.DeliveryId && row.State != SwitchState.Failed).Select(row => new OwnSwitch(row.Id, row.State)).SingleOrDefaultAsync(cancellationToken);
        return (new PlannedSwitchSight(ran.State, ran.ReasonText, ran.EndedAt, ran.Colour, found.Live, liveRunsIt, newer, since, found.Open, own), found.Hook, found.Tenant, found.Image);
    }

    /// <summary>A reason has room for 500 characters.</summary>
    private static string Short(string? image) => image is null ? "what it brought" : image.Length > 200 ? image[..200] + "…" : image;
}
