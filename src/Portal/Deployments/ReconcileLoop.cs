using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Portal.Clusters;
using Portal.Deployments.Planning;
using Portal.Docker;
using Portal.Store;

namespace Portal.Deployments;

/// <summary>
/// Holds every environment to the revision that it is wanted to run: what died or was changed by hand is put right. Woken by what the
/// hosts say, and looks every few seconds anyway. One portal leads; where a deployment is open for a stack and waits for nobody's word, or
/// its healing is switched off, the loop keeps its hands off.
/// </summary>
public sealed class ReconcileLoop(
    PortalDbFactory databases, StoreLocks locks, WantedRevisions revisions, IRuntime runtime, HealingBook book, Inventory inventory, ChangeFeed feed, TimeProvider clock, ILogger<ReconcileLoop> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);

    /// <summary>What comes in a burst is looked at once.</summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(500);
    private const int AtOnce = 8;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var touched = Channel.CreateUnbounded<IReadOnlySet<StackOnSide>>(new UnboundedChannelOptions { SingleReader = true });
        inventory.Changed += OnChanged;
        try
        {
            await RunAsync(touched.Reader, stoppingToken);
        }
        finally
        {
            inventory.Changed -= OnChanged;
        }

        void OnChanged(IReadOnlySet<StackOnSide> stacks) => touched.Writer.TryWrite(stacks);
    }

    private async Task RunAsync(ChannelReader<IReadOnlySet<StackOnSide>> touched, CancellationToken stoppingToken)
    {
        var nextWhole = clock.GetUtcNow();
        while (true)
        {
            await Task.Delay(BetweenLooks, clock, stoppingToken);
            var stacks = await TouchedAsync(touched, nextWhole, stoppingToken);
            if (stacks.Count == 0)
            {
                nextWhole = clock.GetUtcNow() + Pause;
            }

            try
            {
                await using var lead = await locks.TryTakeAsync("reconcile", stoppingToken);
                if (lead is not null)
                {
                    await PassAsync(stacks, stoppingToken);
                }
            }
            catch (Exception error) when (error is Npgsql.NpgsqlException or InvalidOperationException && !stoppingToken.IsCancellationRequested)
            {
                log.LogError(error, "A pass over the environments failed; the next one tries again");
            }
        }
    }

    /// <returns>Those whose containers have changed; none where it is time to look at all.</returns>
    private async Task<IReadOnlySet<StackOnSide>> TouchedAsync(ChannelReader<IReadOnlySet<StackOnSide>> touched, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var stacks = new HashSet<StackOnSide>();
        var left = until - clock.GetUtcNow();
        if (left > TimeSpan.Zero)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(left);
            try
            {
                await touched.WaitToReadAsync(limit.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return stacks;
            }
        }

        while (touched.TryRead(out var changed))
        {
            stacks.UnionWith(changed);
        }

        // Asked here and not before: a stream of events must not put off the look at all.
        return clock.GetUtcNow() >= until ? new HashSet<StackOnSide>() : stacks;
    }

    private async Task PassAsync(IReadOnlySet<StackOnSide> stacks, CancellationToken cancellationToken) =>
        await Parallel.ForEachAsync(await PlacesAsync(stacks, cancellationToken), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (place, token) =>
        {
            if (book.IsResting(At(place, ""), clock.GetUtcNow()))
            {
                return;
            }

            try
            {
                await HealAsync(place, token);
            }
            catch (Exception error) when (Away.Is(error))
            {
                // Its host or the gateway is away, which is said elsewhere; once it is back, nobody should have to wait.
                log.LogDebug(error, "{Tenant} {Colour} {Stack} cannot be looked at now", place.TenantSlug, place.Colour, place.Stack);
            }
            catch (Exception error) when (error is DeploymentException or EngineException or InvalidDataException)
            {
                var note = Rest(place, "", $"it cannot be healed: {error.Message.TrimEnd('.')}");
                log.LogWarning("{Tenant} {Colour} {Stack} cannot be healed: {Problem} Trying again at {Until:u}", place.TenantSlug, place.Colour, place.Stack, error.Message, note.NotBefore);
            }
        });

    private async Task HealAsync(StackPlace place, CancellationToken cancellationToken)
    {
        await using var hands = await locks.TryTakeAsync(DeploymentLeases.LockName(place.Environment, place.StackId), cancellationToken);
        if (hands is null || await IsDeployingAsync(place, cancellationToken))
        {
            return;
        }

        // Asked only now: a pass takes its time, and a deployment may have begun and ended since it started.
        var wanted = await RevisionAsync(place, cancellationToken) is { } revision
            ? await revisions.ReadAsync(place.Tenant, place.StackId, revision.Id, runOnce: false, revision.Scale, cancellationToken)
            : null;
        var lines = new HealingLog(log, place);
        var made = new Dictionary<string, string>(StringComparer.Ordinal);
        var wrong = new Dictionary<string, string>(StringComparer.Ordinal);
        while (!await IsDeployingAsync(place, cancellationToken))
        {
            var observed = await runtime.ObserveAsync(place, wanted, cancellationToken);
            var plan = Planner.Plan(wanted?.Stack ?? WantedStack.Nothing, observed);
            if (plan.Reached)
            {
                if (book.Well(place.Environment, place.StackId, clock.GetUtcNow()))
                {
                    Tell(place);
                }

                break;
            }

            foreach (var replica in observed.Replicas.Where(replica => replica.State == ReplicaState.Exited || replica.Health == ReplicaHealth.Unhealthy))
            {
                wrong[replica.Service] = replica.State == ReplicaState.Exited ? $"{replica.Service} {replica.Index} exited with {replica.ExitCode}" : $"{replica.Service} {replica.Index} was unhealthy";
            }

            // What only time can do is looked at again in the next pass: nobody's deployment waits for a healing that waits.
            if (plan.Ready.FirstOrDefault(step => !Waits(step) && !IsResting(place, step)) is not { } step)
            {
                break;
            }

            log.LogInformation("Healing {Tenant} {Colour} {Stack}: {Step}", place.TenantSlug, place.Colour, place.Stack, step.Title());
            if (step is Step.Create)
            {
                made[step.Service] = wrong.GetValueOrDefault(step.Service, $"{step.Service} was gone");
            }

            await runtime.ApplyAsync(place, wanted, step, lines, cancellationToken);
            Tell(place);
        }

        foreach (var (service, why) in made)
        {
            var note = Rest(place, service, why);
            if (note.Times > 1)
            {
                log.LogWarning("{Tenant} {Colour} {Stack} {Service} was {Note}", place.TenantSlug, place.Colour, place.Stack, service, note.Text);
            }
        }
    }

    private static bool Waits(Step step) => step is Step.AwaitHealthy or Step.AwaitCompletion or Step.Pause;

    /// <summary>What was made anew a moment ago is left as it is for a while, however ill: only its way in and out of the gateway is kept.</summary>
    private bool IsResting(StackPlace place, Step step) =>
        step is not (Step.Drain or Step.Admit or Step.Mend or Step.Start) && book.IsResting(At(place, step.Service), clock.GetUtcNow());

    private HealingNote Rest(StackPlace place, string service, string why)
    {
        var note = book.Rest(At(place, service), why, clock.GetUtcNow());
        Tell(place);
        return note;
    }

    /// <summary>Pages that show the environment read it again. Without a tenant: it is not news of the host's, to be healed again.</summary>
    private void Tell(StackPlace place) => feed.Publish(new ChangeNote(null, "inventory", place.Environment));

    private static HealingPlace At(StackPlace place, string service) => new(place.Environment, place.StackId, service);

    private async Task<bool> IsDeployingAsync(StackPlace place, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(place.Tenant);
        return await db.Deployments.AnyAsync(row => row.EnvironmentId == place.Environment && row.StackId == place.StackId && (row.State == DeploymentState.Running || (row.State == DeploymentState.Queued && (!row.WordNeeded || row.WordAt != null))), cancellationToken);
    }

    /// <summary>Null where nothing is wanted.</summary>
    private async Task<(Guid Id, int? Scale)?> RevisionAsync(StackPlace place, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(place.Tenant);
        var found = await db.Placements.Where(row => row.EnvironmentId == place.Environment && row.StackId == place.StackId)
            .Select(row => new { row.RevisionId, Scale = db.Pairs.Any(pair => pair.Generation == row.ScaleFor) ? row.Scale : null }).SingleOrDefaultAsync(cancellationToken);
        return found is null ? null : (found.RevisionId, found.Scale);
    }

    /// <param name="stacks">Of these alone; of all where there are none.</param>
    private async Task<IReadOnlyList<StackPlace>> PlacesAsync(IReadOnlySet<StackOnSide> stacks, CancellationToken cancellationToken)
    {
        var some = stacks.Select(one => one.Tenant).Distinct().ToArray();
        await using var db = databases.Platform();
        var rows = await (
            from placement in db.Placements.AsNoTracking()
            join stack in db.Stacks on placement.StackId equals stack.Id
            join environment in db.Environments on placement.EnvironmentId equals environment.Id
            join tenant in db.Tenants on placement.TenantId equals tenant.Id
            where stack.RemovedAt == null && stack.Healing && (some.Length == 0 || some.Contains(placement.TenantId))
                && !db.Deployments.Any(row => row.EnvironmentId == placement.EnvironmentId && row.StackId == placement.StackId && (row.State == DeploymentState.Running || (row.State == DeploymentState.Queued && (!row.WordNeeded || row.WordAt != null))))
            select new { Tenant = tenant.Id, tenant.Slug, Environment = environment.Id, environment.Colour, Stack = stack.Id, stack.Name, stack.Outside, There = db.Stacks.Any(other => other.TenantId == tenant.Id && other.Outside && other.RemovedAt == null) }).ToListAsync(cancellationToken);
        return
        [
            .. rows.Where(row => stacks.Count == 0 || stacks.Contains(new StackOnSide(row.Tenant, row.Colour, row.Name))).Select(row => new StackPlace(row.Tenant, row.Slug, row.Environment, row.Colour, row.Stack, row.Name, Guid.Empty) { Outside = OutsideParts.Of(row.Outside, row.There) }),
            .. await LeftoversAsync(db, (stacks.Count == 0 ? inventory.Stacks() : stacks).Except(rows.Select(row => new StackOnSide(row.Tenant, row.Colour, row.Name))), cancellationToken),
        ];
    }

    /// <summary>A first deployment that failed and could not take away what it had begun leaves containers where nothing is wanted.</summary>
    private static async Task<IReadOnlyList<StackPlace>> LeftoversAsync(PortalDb db, IEnumerable<StackOnSide> seen, CancellationToken cancellationToken)
    {
        List<StackPlace> places = [];
        foreach (var (tenant, colour, name) in seen)
        {
            var left = await (
                from stack in db.Stacks.AsNoTracking()
                join environment in db.Environments on stack.TenantId equals environment.TenantId
                join owner in db.Tenants on stack.TenantId equals owner.Id
                where stack.TenantId == tenant && stack.Name == name && stack.RemovedAt == null && stack.Healing && environment.Colour == colour
                    && !db.Placements.Any(row => row.EnvironmentId == environment.Id && row.StackId == stack.Id)
                    && db.Deployments.Any(row => row.EnvironmentId == environment.Id && row.StackId == stack.Id && row.State == DeploymentState.Failed)
                    && !db.Deployments.Any(row => row.EnvironmentId == environment.Id && row.StackId == stack.Id && (row.State == DeploymentState.Running || (row.State == DeploymentState.Queued && (!row.WordNeeded || row.WordAt != null))))
                select new { owner.Slug, Environment = environment.Id, Stack = stack.Id }).SingleOrDefaultAsync(cancellationToken);
            if (left is not null)
            {
                places.Add(new StackPlace(tenant, left.Slug, left.Environment, colour, left.Stack, name, Guid.Empty));
            }
        }

        return places;
    }
}
