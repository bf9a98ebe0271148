using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Portal.Deployments.Planning;
using Portal.Docker;
using Portal.Store;

namespace Portal.Deployments;

/// <summary>
/// Holds every environment to the revision that it is wanted to run: what died or was removed by hand is made anew. One
/// portal leads; where a deployment is open for a stack, or its healing is switched off, the loop keeps its hands off.
/// </summary>
public sealed class ReconcileLoop(
    PortalDbFactory databases, StoreLocks locks, WantedRevisions revisions, IRuntime runtime, ChangeFeed feed, TimeProvider clock, ILogger<ReconcileLoop> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(2);
    private const int AtOnce = 8;
    private readonly ConcurrentDictionary<(Guid Environment, Guid Stack), Rested> rests = new();

    /// <param name="Whole">Nothing at all is done before then, and not only nothing new made.</param>
    private readonly record struct Rested(int Times, DateTimeOffset NotBefore, bool Whole);

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

    private async Task PassAsync(CancellationToken cancellationToken) =>
        await Parallel.ForEachAsync(await PlacesAsync(cancellationToken), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (place, token) =>
        {
            var rest = rests.GetValueOrDefault((place.Environment, place.StackId));
            if (clock.GetUtcNow() < rest.NotBefore && rest.Whole)
            {
                return;
            }

            try
            {
                await HealAsync(place, rest, token);
            }
            catch (Exception error) when (error is DeploymentException or EngineException or InvalidDataException or Gateway.GatewayException)
            {
                var until = Rest(place, rest, whole: true);
                log.LogWarning("{Tenant} {Colour} {Stack} cannot be healed: {Problem} Trying again at {Until:u}", place.TenantSlug, place.Colour, place.Stack, error.Message, until);
            }
        });

    private async Task HealAsync(StackPlace place, Rested rest, CancellationToken cancellationToken)
    {
        await using var hands = await locks.TryTakeAsync(DeploymentLeases.LockName(place.Environment, place.StackId), cancellationToken);
        if (hands is null || await IsDeployingAsync(place, cancellationToken))
        {
            return;
        }

        // Asked only now: a pass takes its time, and a deployment may have begun and ended since it started.
        var wanted = await revisions.ReadAsync(place.Tenant, place.StackId, await RevisionAsync(place, cancellationToken), runOnce: false, cancellationToken);
        var lines = new HealingLog(log, place);
        var resting = clock.GetUtcNow() < rest.NotBefore;
        var made = false;
        while (!await IsDeployingAsync(place, cancellationToken))
        {
            var plan = Planner.Plan(wanted.Stack, await runtime.ObserveAsync(place, wanted, cancellationToken));
            if (plan.Reached)
            {
                rests.TryRemove((place.Environment, place.StackId), out _);
                return;
            }

            // What only time can do is looked at again in the next pass: nobody's deployment waits for a healing that waits.
            if (plan.Ready.FirstOrDefault(step => step is not (Step.AwaitHealthy or Step.AwaitCompletion or Step.Pause) && !(resting && step is Step.Create)) is not { } step)
            {
                break;
            }

            log.LogInformation("Healing {Tenant} {Colour} {Stack}: {Step}", place.TenantSlug, place.Colour, place.Stack, step.Title());
            made |= step is Step.Create;
            await runtime.ApplyAsync(place, wanted, step, lines, cancellationToken);
            feed.Publish(new ChangeNote(place.Tenant, "inventory", place.Environment));
        }

        if (made)
        {
            // What dies again and again is made anew more and more seldom.
            Rest(place, rest, whole: false);
        }
    }

    private DateTimeOffset Rest(StackPlace place, Rested rest, bool whole)
    {
        var pause = TimeSpan.FromSeconds(Math.Min(LongestRest.TotalSeconds, Math.Pow(2, rest.Times + 1)));
        var until = clock.GetUtcNow() + pause;
        rests[(place.Environment, place.StackId)] = new Rested(rest.Times + 1, until, whole);
        return until;
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
            where stack.RemovedAt == null && stack.Healing
            select new { Tenant = tenant.Id, tenant.Slug, Environment = environment.Id, environment.Colour, Stack = stack.Id, stack.Name }).ToListAsync(cancellationToken);
        return [.. rows.Select(row => new StackPlace(row.Tenant, row.Slug, row.Environment, row.Colour, row.Stack, row.Name, Guid.Empty))];
    }
}
