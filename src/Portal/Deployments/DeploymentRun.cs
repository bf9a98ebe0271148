using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Audit;
using Portal.Deployments.Scaling;
using Portal.Docker;
using Portal.Gateway;
using Portal.Redaction;
using Portal.Store;

namespace Portal.Deployments;

/// <summary>
/// Carries one deployment to its end: towards its revision and, turned back, towards the former one. Nothing of its progress has to be
/// remembered, so a worker killed anywhere is taken over by the next. Both ways have a deadline.
/// </summary>
public sealed class DeploymentRun(
    PortalDbFactory databases, Changes changes, WantedRevisions revisions, IRuntime runtime, Redactor redactor, IOptions<DeploymentOptions> options, TimeProvider clock, ILogger<DeploymentRun> log)
{
    /// <summary>How the log says that the worker before this one ended: whatever it was doing, it does no more.</summary>
    internal const string TakenOver = "Taken over: ";
    private static readonly Actor Worker = Actor.System("deployment worker");

    /// <param name="again">The database was away, and this same worker begins once more.</param>
    public async Task ExecuteAsync(LeaseKeeper keeper, bool again, CancellationToken cancellationToken)
    {
        var lease = keeper.Lease;
        var (deployment, place) = await LoadAsync(lease, cancellationToken);
        if (deployment.Ended)
        {
            return;
        }

        using var working = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, keeper.Lost);
        await using var lines = new DeploymentLog(databases, redactor, clock, log, lease.Tenant, lease.Deployment);
        try
        {
            if (again || lease.Token > 1)
            {
                await lines.LineAsync(again ? "The database was away and answers again." : $"{TakenOver}the worker before ended half-way.", working.Token);
            }

            if (deployment.TurnedBackAt is null && !await ForwardAsync(keeper, deployment, place, lines, working.Token))
            {
                return;
            }

            await BackAsync(keeper, place, lines, working.Token);
        }
        catch (LeaseLostException error)
        {
            log.LogWarning(error, "Deployment {Deployment} goes on elsewhere", lease.Deployment);
        }
        catch (OperationCanceledException) when (keeper.Lost.IsCancellationRequested)
        {
            log.LogWarning("Deployment {Deployment} goes on elsewhere", lease.Deployment);
        }
    }

    /// <returns>True when it has to be taken back.</returns>
    private async Task<bool> ForwardAsync(LeaseKeeper keeper, Deployment deployment, StackPlace place, DeploymentLog lines, CancellationToken cancellationToken)
    {
        var lease = keeper.Lease;
        // Cancelling or passing the deadline interrupts a step that waits.
        using var interrupt = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watch = WatchAsync(lease, deployment.Deadline!.Value, interrupt);
        try
        {
            var runOnce = deployment.Force || !await HasSucceededAsync(deployment, interrupt.Token);
            var wanted = await revisions.ReadAsync(lease.Tenant, place.StackId, deployment.RevisionId, runOnce, deployment.Scale, interrupt.Token);
            await new GoalSeeker(runtime, keeper, place, lines, clock).ReachAsync(wanted, options.Value.Patience, interrupt.Token);
            var wrong = await runtime.VerifyAsync(place, wanted, lines, interrupt.Token);
            if (wrong.Count > 0)
            {
                throw new DeploymentException(DeploymentReason.DigestDiffers, string.Join("; ", wrong));
            }

            await EndAsync(lease, DeploymentState.Succeeded, DeploymentReason.None, null, lines, cancellationToken);
            return false;
        }
        catch (DeploymentException failure)
        {
            await TurnBackAsync(lease, failure.Reason, failure.Message, lines, cancellationToken);
        }
        catch (InvalidDataException error)
        {
            await TurnBackAsync(lease, DeploymentReason.DefinitionUnusable, error.Message, lines, cancellationToken);
        }
        catch (EngineException error)
        {
            await TurnBackAsync(lease, error.Error.IsTransient ? DeploymentReason.EngineUnavailable : DeploymentReason.EngineRefused, error.Message, lines, cancellationToken);
        }
        catch (GatewayException error)
        {
            await TurnBackAsync(lease, DeploymentReason.GatewayUnavailable, error.Message, lines, cancellationToken);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            var (reason, text) = await InterruptionAsync(lease, cancellationToken);
            await TurnBackAsync(lease, reason, text, lines, cancellationToken);
        }
        finally
        {
            await interrupt.CancelAsync();
            await watch;
        }

        return true;
    }

    /// <summary>What runs once for a revision has run then, also where its container is long gone.</summary>
    private async Task<bool> HasSucceededAsync(Deployment deployment, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(deployment.TenantId);
        return await db.Deployments.AnyAsync(
            other => other.StackId == deployment.StackId && other.EnvironmentId == deployment.EnvironmentId && other.RevisionId == deployment.RevisionId && other.State == DeploymentState.Succeeded, cancellationToken);
    }

    /// <summary>How far what ran before was scaled down: it is still written there.</summary>
    private async Task<int?> ScaleThereAsync(Deployment deployment, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(deployment.TenantId);
        return await db.ScaleAsync(deployment.EnvironmentId, deployment.StackId, cancellationToken);
    }

    private async Task BackAsync(LeaseKeeper keeper, StackPlace place, DeploymentLog lines, CancellationToken cancellationToken)
    {
        var lease = keeper.Lease;
        var (deployment, _) = await LoadAsync(lease, cancellationToken);
        var limit = deployment.TurnedBackAt!.Value + options.Value.BackLimit;
        using var interrupt = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watch = WatchAsync(lease, limit, interrupt);
        try
        {
            var former = deployment.FormerRevisionId is { } revision
                ? await revisions.ReadAsync(lease.Tenant, place.StackId, revision, runOnce: false, await ScaleThereAsync(deployment, interrupt.Token), interrupt.Token)
                : null;
            await lines.LineAsync(former is null ? "Nothing ran here before: what was begun is taken away." : $"Going back to revision {former.Number}.", interrupt.Token);
            await new GoalSeeker(runtime, keeper, place, lines, clock).ReachAsync(former, options.Value.BackLimit, interrupt.Token);
            var end = deployment.Reason == DeploymentReason.CancelledByPerson ? DeploymentState.Cancelled
                : former is null ? DeploymentState.Failed
                : DeploymentState.RolledBack;
            await EndAsync(lease, end, deployment.Reason, deployment.ReasonText, lines, cancellationToken);
        }
        catch (Exception error) when (error is DeploymentException or EngineException or GatewayException or InvalidDataException)
        {
            await FailAsync(error.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            await FailAsync($"it had not finished by {limit:u}.");
        }
        finally
        {
            await interrupt.CancelAsync();
            await watch;
        }

        // The reconcile loop goes on from here; the deployment itself is over, and says that the way back failed too.
        async Task FailAsync(string problem)
        {
            await lines.FailedAsync(problem, cancellationToken);
            await EndAsync(lease, DeploymentState.Failed, deployment.Reason, $"{deployment.ReasonText} Going back failed too: {problem}", lines, cancellationToken);
        }
    }

    /// <summary>Interrupts at the deadline, at once where it has passed already, or when a person cancels.</summary>
    private async Task WatchAsync(Lease lease, DateTimeOffset deadline, CancellationTokenSource interrupt)
    {
        using var ticks = new PeriodicTimer(TimeSpan.FromSeconds(1), clock);
        try
        {
            do
            {
                if (clock.GetUtcNow() > deadline || await IsCancelledAsync(lease, interrupt.Token))
                {
                    await interrupt.CancelAsync();
                }
            }
            while (await ticks.WaitForNextTickAsync(interrupt.Token));
        }
        catch (OperationCanceledException) when (interrupt.IsCancellationRequested)
        {
            return;
        }
    }

    /// <summary>False where the database cannot say: the next tick asks again.</summary>
    private async Task<bool> IsCancelledAsync(Lease lease, CancellationToken cancellationToken)
    {
        try
        {
            await using var db = databases.Tenant(lease.Tenant);
            return await db.Deployments.AnyAsync(deployment => deployment.Id == lease.Deployment && deployment.TurnedBackAt == null && deployment.CancelRequestedAt != null, cancellationToken);
        }
        catch (Exception error) when (StoreFaults.MayPass(error))
        {
            log.LogDebug(error, "Whether deployment {Deployment} was cancelled cannot be asked now", lease.Deployment);
            return false;
        }
    }

    private async Task<(DeploymentReason Reason, string Text)> InterruptionAsync(Lease lease, CancellationToken cancellationToken)
    {
        var (deployment, _) = await LoadAsync(lease, cancellationToken);
        return deployment.CancelRequestedAt is not null
            ? (DeploymentReason.CancelledByPerson, "Cancelled.")
            : (DeploymentReason.DeadlinePassed, $"It had not finished by {deployment.Deadline:u}.");
    }

    private async Task TurnBackAsync(Lease lease, DeploymentReason reason, string text, DeploymentLog lines, CancellationToken cancellationToken)
    {
        await lines.LineAsync($"Turning back: {text}", cancellationToken);
        await ChangeAsync(lease, deployment => deployment.TurnBack(reason, text, clock.GetUtcNow()), "deployment.turned-back", cancellationToken);
    }

    private async Task EndAsync(Lease lease, DeploymentState state, DeploymentReason reason, string? text, DeploymentLog lines, CancellationToken cancellationToken)
    {
        // Whoever sees the end sees all that was said before it.
        await lines.FlushAsync(cancellationToken);
        await ChangeAsync(lease, deployment => deployment.End(state, clock.GetUtcNow(), reason, text), "deployment.ended", cancellationToken);
    }

    private Task ChangeAsync(Lease lease, Action<Deployment> change, string action, CancellationToken cancellationToken) =>
        changes.RunAsync<bool>(Worker.Demand(Permission.DeployLive, lease.Tenant), async db =>
        {
            var deployment = await db.Deployments.SingleAsync(row => row.Id == lease.Deployment, cancellationToken);
            if (deployment.LeaseToken != lease.Token || deployment.Ended)
            {
                throw new LeaseLostException();
            }

            change(deployment);
            if (deployment.State == DeploymentState.Succeeded)
            {
                await PlaceAsync(db, deployment, cancellationToken);
            }

            var stack = await db.Stacks.Where(row => row.Id == deployment.StackId).Select(row => new { row.Name, row.Outside }).SingleAsync(cancellationToken);
            var revision = await db.Revisions.Where(row => row.Id == deployment.RevisionId).Select(row => row.Number).SingleAsync(cancellationToken);
            return (true, new AuditLine(action, "stack", stack.Name)
            {
                Result = deployment.State == DeploymentState.Succeeded ? "ok" : $"{SnakeCase.Of(deployment.State.ToString())}: {deployment.ReasonText}",
                After = new { deployment = deployment.Id, state = deployment.State, reason = deployment.Reason, revision, environment = deployment.Colour.Text(stack.Outside), scaledTo = deployment.Scale, askedBy = deployment.Actor, seconds = (deployment.EndedAt - deployment.StartedAt)?.TotalSeconds },
                Correlation = deployment.Id,
                Notes = [new ChangeNote(lease.Tenant, "deployment", deployment.Id), new ChangeNote(lease.Tenant, "stack", deployment.StackId)],
            });
        }, cancellationToken);

    private async Task PlaceAsync(PortalDb db, Deployment deployment, CancellationToken cancellationToken)
    {
        var placement = await db.Placements.SingleOrDefaultAsync(row => row.StackId == deployment.StackId && row.EnvironmentId == deployment.EnvironmentId, cancellationToken);
        if (placement is null)
        {
            placement = new Placement { StackId = deployment.StackId, EnvironmentId = deployment.EnvironmentId, TenantId = deployment.TenantId, RevisionId = deployment.RevisionId, ChangedAt = clock.GetUtcNow() };
            db.Placements.Add(placement);
        }

        (placement.RevisionId, placement.Scale, placement.ScaleFor) = (deployment.RevisionId, deployment.Scale, deployment.ScaleFor);
        placement.ChangedAt = clock.GetUtcNow();
    }

    private async Task<(Deployment Deployment, StackPlace Place)> LoadAsync(Lease lease, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(lease.Tenant);
        var deployment = await db.Deployments.AsNoTracking().SingleAsync(row => row.Id == lease.Deployment, cancellationToken);
        var tenant = await db.Tenants.Where(row => row.Id == lease.Tenant).Select(row => row.Slug).SingleAsync(cancellationToken);
        var stack = await db.Stacks.Where(row => row.Id == deployment.StackId)
            .Select(row => new { row.Name, row.Outside, There = db.Stacks.Any(other => other.Outside && other.RemovedAt == null) }).SingleAsync(cancellationToken);
        return (deployment, new StackPlace(lease.Tenant, tenant, deployment.EnvironmentId, deployment.Colour, deployment.StackId, stack.Name, deployment.Id) { Outside = OutsideParts.Of(stack.Outside, stack.There) });
    }
}
