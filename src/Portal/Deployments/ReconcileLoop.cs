using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Portal.Deployments.Planning;
using Portal.Docker;
using Portal.Store;

namespace Portal.Deployments;

/// <summary>
/// Holds every environment to the revision that it is wanted to run: what died or was removed by hand is made anew. One
/// portal leads; where a deployment is open for a stack, the loop keeps its hands off.
/// </summary>
public sealed class ReconcileLoop(
    PortalDbFactory databases, StoreLocks locks, WantedRevisions revisions, IRuntime runtime, ChangeFeed feed, TimeProvider clock, ILogger<ReconcileLoop> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromMinutes(2);
    private readonly ConcurrentDictionary<Guid, (int Failures, DateTimeOffset NotBefore)> backOff = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var ticks = new PeriodicTimer(Pause, clock);
        while (await ticks.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await using var lead = await locks.TryTakeAsync("reconcile", stoppingToken);
                if (lead is not null)
                {
                    await PassAsync(stoppingToken);
                }
            }
            catch (Exception error) when (error is Npgsql.NpgsqlException or InvalidOperationException && !stoppingToken.IsCancellationRequested)
            {
                log.LogError(error, "A pass over the environments failed; the next one tries again");
            }
        }
    }

    private async Task PassAsync(CancellationToken cancellationToken)
    {
        foreach (var place in await PlacesAsync(cancellationToken))
        {
            if (backOff.TryGetValue(place.StackId, out var wait) && clock.GetUtcNow() < wait.NotBefore)
            {
                continue;
            }

            try
            {
                await HealAsync(place, cancellationToken);
                backOff.TryRemove(place.StackId, out _);
            }
            catch (Exception error) when (error is DeploymentException or EngineException or InvalidDataException or Gateway.GatewayException)
            {
                var failures = wait.Failures + 1;
                var pause = TimeSpan.FromSeconds(Math.Min(LongestBackOff.TotalSeconds, Math.Pow(2, failures)));
                backOff[place.StackId] = (failures, clock.GetUtcNow() + pause);
                log.LogWarning("{Tenant} {Colour} {Stack} cannot be healed: {Problem} Trying again in {Seconds} s", place.TenantSlug, place.Colour, place.Stack, error.Message, pause.TotalSeconds);
            }
        }
    }

    private async Task HealAsync(StackPlace place, CancellationToken cancellationToken)
    {
        await using var hands = await locks.TryTakeAsync(DeploymentLeases.LockName(place.Environment, place.StackId), cancellationToken);
        if (hands is null || await IsDeployingAsync(place, cancellationToken))
        {
            return;
        }

        // Asked only now: a pass takes its time, and a deployment may have begun and ended since it started.
        var wanted = await revisions.ReadAsync(place.Tenant, place.StackId, await RevisionAsync(place, cancellationToken), cancellationToken);
        var lines = new HealingLog(log, place);
        while (!await IsDeployingAsync(place, cancellationToken))
        {
            var plan = Planner.Plan(wanted.Stack, await runtime.ObserveAsync(place, wanted, cancellationToken));
            if (plan.Steps is not [var step, ..])
            {
                break;
            }

            log.LogInformation("Healing {Tenant} {Colour} {Stack}: {Step}", place.TenantSlug, place.Colour, place.Stack, step.Title());
            await runtime.ApplyAsync(place, wanted, step, lines, cancellationToken);
            feed.Publish(new ChangeNote(place.Tenant, "inventory", place.Environment));
        }
    }

    private async Task<bool> IsDeployingAsync(StackPlace place, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(place.Tenant);
        return await db.Deployments.AnyAsync(row => row.EnvironmentId == place.Environment && row.StackId == place.StackId && (row.State == DeploymentState.Running || row.State == DeploymentState.Queued), cancellationToken);
    }

    private async Task<Guid> RevisionAsync(StackPlace place, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(place.Tenant);
        return await db.Placements.Where(row => row.EnvironmentId == place.Environment && row.StackId == place.StackId).Select(row => row.RevisionId).SingleAsync(cancellationToken);
    }

    private async Task<IReadOnlyList<StackPlace>> PlacesAsync(CancellationToken cancellationToken)
    {
        await using var db = databases.Platform();
        var rows = await (
            from placement in db.Placements.AsNoTracking()
            join stack in db.Stacks on placement.StackId equals stack.Id
            join environment in db.Environments on placement.EnvironmentId equals environment.Id
            join tenant in db.Tenants on placement.TenantId equals tenant.Id
            where stack.RemovedAt == null
            select new { Tenant = tenant.Id, tenant.Slug, Environment = environment.Id, environment.Colour, Stack = stack.Id, stack.Name }).ToListAsync(cancellationToken);
        return [.. rows.Select(row => new StackPlace(row.Tenant, row.Slug, row.Environment, row.Colour, row.Stack, row.Name, Guid.Empty))];
    }
}
