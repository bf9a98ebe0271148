using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Deployments;
using Portal.Deployments.Scaling;
using Portal.Stacks;
using Portal.Store;
using Portal.Switching.Automatic;

namespace Portal.Switching.Window;

/// <summary>
/// Where an owner has said so, scales the old side down once its switch-back window has ended, each stack once after each switch; and brings
/// the rest of it up again as soon as somebody deploys there. What was done stands in the deployments: one portal leads, and none has to
/// remember anything.
/// </summary>
public sealed class ScaleDownWorker(
    PortalDbFactory databases, RequestDeployment request, BringUpStandby bring, RevisionReader revisions, StoreLocks locks, ChangeFeed feed, TimeProvider clock, ILogger<ScaleDownWorker> log) : BackgroundService
{
    private static readonly Actor Worker = Actor.System("scale down");
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(250);

    /// <summary>Revisions that are no larger than they would be scaled to.</summary>
    private readonly HashSet<(Guid Revision, int Most)> small = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var wake = new Wake(clock);
        using var subscription = feed.Subscribe(note =>
        {
            if (note.Kind is "switch" or "switchrules" or "deployment" or "resync")
            {
                wake.Up();
            }
        });
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var lead = await locks.TryTakeAsync("scale down", stoppingToken);
                if (lead is not null)
                {
                    await BringUpAsync(stoppingToken);
                    await ScaleDownAsync(stoppingToken);
                }
            }
            catch (Exception error) when (StoreFaults.MayPass(error) && !stoppingToken.IsCancellationRequested)
            {
                log.LogWarning("Which side nobody needs cannot be told now; trying again: {Problem}", error.Message);
            }

            await wake.WaitAsync(Pause, stoppingToken);
            await Task.Delay(BetweenLooks, clock, stoppingToken);
        }
    }

    private async Task ScaleDownAsync(CancellationToken cancellationToken)
    {
        foreach (var stack in await DueAsync(cancellationToken))
        {
            if (await IsSmallAsync(stack, cancellationToken))
            {
                continue;
            }

            var wanted = new DeploymentRequest(stack.Side == Colour.Blue ? DeployTarget.Blue : DeployTarget.Green, ImmutableSortedDictionary<string, string>.Empty, stack.Number, Trigger: DeploymentTrigger.System)
            {
                Scale = new SideScale(stack.Most, stack.Generation),
                PlansItself = true,
            };
            var result = await request.ExecuteAsync(Worker, stack.Tenant, stack.Stack, wanted, cancellationToken);
            if (result is RequestDeploymentResult.Accepted)
            {
                log.LogInformation("{Stack} on {Side} of tenant {Tenant} is scaled down to {Most} of each service", stack.Stack, stack.Side, stack.Tenant, stack.Most);
            }
            else
            {
                // A lock, a time of quiet, somebody who came first: looked at again.
                log.LogDebug("{Stack} on {Side} of tenant {Tenant} is not scaled down now: {Result}", stack.Stack, stack.Side, stack.Tenant, result);
            }
        }
    }

    private async Task<bool> IsSmallAsync(DueStack stack, CancellationToken cancellationToken)
    {
        if (small.Contains((stack.Revision, stack.Most)))
        {
            return true;
        }

        try
        {
            var rendered = await revisions.ReadAsync(stack.Tenant, stack.Revision, cancellationToken) with { Most = stack.Most };
            if (rendered.Compose.Services.Any(service => rendered.FullOf(service) > rendered.ReplicasOf(service)))
            {
                return false;
            }
        }
        catch (InvalidDataException error)
        {
            log.LogWarning("{Stack} on {Side} of tenant {Tenant} is left as it is: {Problem}", stack.Stack, stack.Side, stack.Tenant, error.Message);
        }

        small.Add((stack.Revision, stack.Most));
        return true;
    }

    /// <summary>Of sides that were left for good by an ordinary switch, and that nobody has deployed to since.</summary>
    private async Task<List<DueStack>> DueAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = databases.Platform();
        return await (
            from rules in db.SwitchRules.AsNoTracking()
            where rules.ScaleDown != null
            join tenant in db.Tenants on rules.TenantId equals tenant.Id
            where tenant.ArchivedAt == null
            join pair in db.Pairs on tenant.Id equals pair.TenantId
            where pair.SwitchBackUntil == null || pair.SwitchBackUntil <= now
            join done in db.Switches on new { pair.TenantId, pair.Generation } equals new { done.TenantId, done.Generation }
            where done.State == SwitchState.Applied && done.UndoOf == null && done.SwitchBackUntil <= now
            join side in db.Environments on new { done.TenantId, Colour = done.From } equals new { side.TenantId, side.Colour }
            where !db.Deployments.Any(other => other.EnvironmentId == side.Id && other.Scale == null && !db.Stacks.Any(apart => apart.Id == other.StackId && apart.Outside) && (other.RequestedAt > done.AppliedAt || other.State == DeploymentState.Queued || other.State == DeploymentState.Running))
            join placement in db.Placements on side.Id equals placement.EnvironmentId
            join stack in db.Stacks on placement.StackId equals stack.Id
            where stack.RemovedAt == null && !stack.Outside && !db.Deployments.Any(once => once.StackId == stack.Id && once.ScaleFor == pair.Generation)
            join revision in db.Revisions on placement.RevisionId equals revision.Id
            orderby tenant.Id, stack.Name
            select new DueStack(tenant.Id, pair.Generation, side.Colour, stack.Name, revision.Id, revision.Number, rules.ScaleDown!.Value)).ToListAsync(cancellationToken);
    }

    /// <summary>Half a side at its full size is no use to anybody: what else there is follows, once.</summary>
    private async Task BringUpAsync(CancellationToken cancellationToken)
    {
        List<ScaledRest> rest;
        await using (var db = databases.Platform())
        {
            rest = await (
                from placement in db.Placements.AsNoTracking()
                where placement.Scale != null && db.Pairs.Any(pair => pair.TenantId == placement.TenantId && pair.Generation == placement.ScaleFor)
                let left = db.Switches.Where(done => done.TenantId == placement.TenantId && done.Generation == placement.ScaleFor && done.State == SwitchState.Applied).Max(done => done.AppliedAt)
                let since = db.Deployments.Where(scaled => scaled.StackId == placement.StackId && scaled.EnvironmentId == placement.EnvironmentId && scaled.ScaleFor == placement.ScaleFor).Max(scaled => scaled.RequestedAt)
                where db.Deployments.Any(other => other.EnvironmentId == placement.EnvironmentId && other.StackId != placement.StackId && other.Scale == null && other.RequestedAt > left && !db.Stacks.Any(apart => apart.Id == other.StackId && apart.Outside))
                    && !db.Deployments.Any(own => own.EnvironmentId == placement.EnvironmentId && own.StackId == placement.StackId && own.Scale == null && own.RequestedAt > since)
                join side in db.Environments on placement.EnvironmentId equals side.Id
                join stack in db.Stacks on placement.StackId equals stack.Id
                where stack.RemovedAt == null
                join revision in db.Revisions on placement.RevisionId equals revision.Id
                select new ScaledRest(placement.TenantId, side.Colour, stack.Name, revision.Number)).ToListAsync(cancellationToken);
        }

        foreach (var one in rest)
        {
            var brought = await bring.OneAsync(Worker, one.Tenant, one.Side, one.Stack, one.Revision, DeploymentTrigger.System, cancellationToken);
            // What a lock or a time of quiet holds is looked at again.
            log.Log(brought.Refused is null ? LogLevel.Information : LogLevel.Debug, "{Stack} on {Side} of tenant {Tenant} follows what was deployed there to its full size: {Outcome}", one.Stack, one.Side, one.Tenant, brought.Refused ?? "asked for");
        }
    }

    private sealed record DueStack(Guid Tenant, long Generation, Colour Side, string Stack, Guid Revision, int Number, int Most);

    private sealed record ScaledRest(Guid Tenant, Colour Side, string Stack, int Revision);
}
