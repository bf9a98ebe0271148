using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Audit;
using Portal.Deployments.Requests;
using Portal.Store;
using Portal.Tenants;

namespace Portal.Switching.Planned;

/// <summary>Takes a planned switch as far as it goes now: to its end, or to nothing yet. May be called again at any time, after any crash.</summary>
public sealed class SettlePlannedSwitch(
    PortalDbFactory databases, Changes changes, TenantQueries tenants, RequestSwitch request, IOptions<SwitchOptions> options, TimeProvider clock)
{
    /// <summary>When each was first tried in vain. After a restart the inventory is empty at first: patience begins anew.</summary>
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> tried = new();

    public async Task ExecuteAsync(PlannedSwitch plan, CancellationToken cancellationToken)
    {
        var (seen, by, askedBy) = await LookAsync(plan, cancellationToken);
        switch (PlannedSwitchRule.Decide(seen, clock.GetUtcNow(), options.Value.PlanLimit))
        {
            case PlannedSwitchVerdict.Later:
                return;
            case PlannedSwitchVerdict.Schedule schedule:
                await ScheduleAsync(by, plan, schedule.Due, cancellationToken);
                return;
            case PlannedSwitchVerdict.End end:
                await EndAsync(by, plan, end, cancellationToken);
                return;
            case PlannedSwitchVerdict.Go:
                await SwitchAsync(by, plan, askedBy);
                return;
            case var other:
                throw new InvalidOperationException($"A verdict without a consequence: {other}.");
        }
    }

    // Without a caller's token: a switch that has begun is finished, and what came of it written.
    private async Task SwitchAsync(PlannedBy by, PlannedSwitch plan, (ActorKind, string)? askedBy)
    {
        var actor = by.Actor(plan);
        if (await tenants.FindAsync(actor, by.Tenant, CancellationToken.None) is not { } tenant)
        {
            await EndAsync(by, plan, new(PlannedSwitchState.GivenUp, "The tenant is not there any more."), CancellationToken.None);
            return;
        }

        PlannedSwitchVerdict.End? end = await request.ExecuteAsync(actor, tenant, new SwitchRequest(by.Reason(plan), Delivery: plan.DeliveryId) { Plan = plan.Id, AskedBy = askedBy }, CancellationToken.None) switch
        {
            SwitchResult.Applied applied => new(PlannedSwitchState.Applied, $"Switched to {applied.To.Text()}.", applied.SwitchId),
            SwitchResult.Blocked when Patient(plan.Id) => null,
            SwitchResult.Blocked blocked => new(PlannedSwitchState.Failed, $"Standby cannot take the traffic: {blocked.Report.Obstacle}."),
            SwitchResult.Held held => new(PlannedSwitchState.Failed, held.Why.Sentence),
            // Decided by a second person, or in time: looked at again then.
            SwitchResult.Asked => null,
            SwitchResult.AskedAlready other => new(PlannedSwitchState.Failed, $"{other.By} has asked for a switch already, which waits for a second person."),
            // Looked at again: it was this plan's own, or stopped, or somebody else's, and then it is given up.
            SwitchResult.AnotherIsOpen => null,
            SwitchResult.GatewayFailed failed => new(PlannedSwitchState.Failed, $"The gateway did not switch, and traffic flows as before: {failed.Problem}"),
            var other => throw new InvalidOperationException($"An outcome without words: {other}."),
        };
        if (end is not null)
        {
            await EndAsync(by, plan, end, CancellationToken.None);
        }
    }

    private bool Patient(Guid plan)
    {
        var now = clock.GetUtcNow();
        return now - tried.GetOrAdd(plan, now) < options.Value.PlanPatience;
    }

    private Task ScheduleAsync(PlannedBy by, PlannedSwitch plan, DateTimeOffset due, CancellationToken cancellationToken) =>
        changes.RunAsync<bool>(by.Actor(plan).Demand(Permission.Switch, plan.TenantId), async db =>
        {
            if (await db.LockedAsync(plan.Id, cancellationToken) is not { State: PlannedSwitchState.Waiting, DueAt: null } row)
            {
                return Changed.Nothing(false);
            }

            row.Schedule(due);
            return (true, Line("switch.scheduled", by, plan) with { After = new { stack = by.Stack, at = due, deployment = plan.DeploymentId } });
        }, cancellationToken);

    private async Task EndAsync(PlannedBy by, PlannedSwitch plan, PlannedSwitchVerdict.End end, CancellationToken cancellationToken)
    {
        await changes.RunAsync<bool>(by.Actor(plan).Demand(Permission.Switch, plan.TenantId), async db =>
        {
            if (await db.LockedAsync(plan.Id, cancellationToken) is not { State: PlannedSwitchState.Waiting } row)
            {
                return Changed.Nothing(false);
            }

            row.End(end.State, end.Reason, clock.GetUtcNow(), end.Switch);
            return (true, Line("switch.plan-ended", by, plan) with
            {
                Result = end.State is PlannedSwitchState.Applied or PlannedSwitchState.AlreadyLive ? "ok" : end.Reason,
                After = new { state = end.State, end.Reason, @switch = end.Switch, delivery = plan.DeliveryId, deployment = plan.DeploymentId },
            });
        }, cancellationToken);
        tried.TryRemove(plan.Id, out _);
    }

    private static AuditLine Line(string action, PlannedBy by, PlannedSwitch plan) => new(action, by.Kind, by.Name)
    {
        Correlation = plan.DeploymentId,
        Notes = [new ChangeNote(plan.TenantId, PlannedSwitchLine.Note, plan.Id), .. plan.DeliveryId is { } delivery ? [new ChangeNote(plan.TenantId, "delivery", delivery)] : Array.Empty<ChangeNote>()],
    };

    private async Task<(PlannedSwitchSight Seen, PlannedBy By, (ActorKind, string)? AskedBy)> LookAsync(PlannedSwitch plan, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(plan.TenantId);
        var found = await (
            from deployment in db.Deployments.AsNoTracking()
            where deployment.Id == plan.DeploymentId
            join stack in db.Stacks on deployment.StackId equals stack.Id
            join revision in db.Revisions on deployment.RevisionId equals revision.Id
            join tenant in db.Tenants on deployment.TenantId equals tenant.Id
            join pair in db.Pairs on deployment.TenantId equals pair.TenantId
            select new
            {
                Deployment = deployment,
                Stack = stack.Name,
                Automatic = stack.SwitchAfter != null && stack.RemovedAt == null,
                Hook = db.Webhooks.Where(hook => hook.Id == plan.WebhookId).Select(hook => new { hook.Name, Open = hook.Enabled && hook.ThenSwitch }).FirstOrDefault(),
                Image = db.Deliveries.Where(delivery => delivery.Id == plan.DeliveryId).Select(delivery => delivery.Image).FirstOrDefault(),
                Revision = revision.Number,
                Tenant = tenant.Slug,
                pair.Live,
            }).SingleAsync(cancellationToken);
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
            .Where(row => row.RequestedAt > plan.RequestedAt && row.PlanId != plan.Id && (plan.DeliveryId == null || row.DeliveryId != plan.DeliveryId) && (row.State == SwitchState.Applied || row.State == SwitchState.Undone))
            .OrderBy(row => row.RequestedAt).Select(row => row.Actor).FirstOrDefaultAsync(cancellationToken);
        var own = await db.Switches.Where(row => (row.PlanId == plan.Id || (plan.DeliveryId != null && row.DeliveryId == plan.DeliveryId)) && row.State != SwitchState.Failed).Select(row => new OwnSwitch(row.Id, row.State)).SingleOrDefaultAsync(cancellationToken);
        var asked = await db.AskedSwitches.Where(row => row.PlanId == plan.Id).OrderByDescending(row => row.AskedAt).Select(row => new AskedForIt(row.State, row.DecidedBy, row.DecidedReason)).FirstOrDefaultAsync(cancellationToken);
        var closed = found.Hook is { Open: false } ? "The webhook was disabled meanwhile." : found.Hook is null && !found.Automatic ? "The stack was set to manual meanwhile." : null;
        return (
            new PlannedSwitchSight(ran.State, ran.ReasonText, ran.EndedAt, ran.Colour, found.Live, liveRunsIt, newer, since, closed, own) { After = plan.After, DueAt = plan.DueAt, Asked = asked },
            new PlannedBy(found.Hook?.Name, found.Stack, found.Tenant, found.Image ?? (found.Hook is null ? $"r{found.Revision}, asked for by {ran.Actor}," : "what it brought")),
            ran.ActorKind == ActorKind.Person ? (ran.ActorKind, ran.Actor) : null);
    }
}
