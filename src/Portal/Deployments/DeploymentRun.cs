using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Deployments.Planning;
using Portal.Docker;
using Portal.Store;

namespace Portal.Deployments;

/// <summary>
/// Carries one deployment to its end: look, plan, do the first step, look again. Turned back, it does the same towards the
/// former revision. Nothing of its progress has to be remembered, so a worker killed anywhere is taken over by the next.
/// </summary>
public sealed class DeploymentRun(
    PortalDbFactory databases, Changes changes, DeploymentLeases leases, WantedRevisions revisions, IRuntime runtime, Redaction.Redactor redactor, TimeProvider clock, ILogger<DeploymentRun> log)
{
    /// <summary>How the log says that the worker before this one ended: whatever it was doing, it does no more.</summary>
    internal const string TakenOver = "Taken over: ";

    /// <summary>An engine does no more than its disk lets it, and others deploy too.</summary>
    private const int MostAtOnce = 8;
    private static readonly Actor Worker = Actor.System("deployment worker");

    public async Task ExecuteAsync(Lease lease, CancellationToken cancellationToken)
    {
        var (deployment, place) = await LoadAsync(lease, cancellationToken);
        var lines = new DeploymentLog(databases, redactor, clock, lease.Tenant, lease.Deployment);
        try
        {
            if (lease.Token > 1)
            {
                await lines.LineAsync($"{TakenOver}the worker before ended half-way.", cancellationToken);
            }

            if (deployment.TurnedBackAt is null && !await ForwardAsync(lease, deployment, place, lines, cancellationToken))
            {
                return;
            }

            await BackAsync(lease, place, lines, cancellationToken);
        }
        catch (LeaseLostException error)
        {
            log.LogWarning(error, "Deployment {Deployment} goes on elsewhere", lease.Deployment);
        }
    }

    /// <returns>True when it has to be taken back.</returns>
    private async Task<bool> ForwardAsync(Lease lease, Deployment deployment, StackPlace place, DeploymentLog lines, CancellationToken cancellationToken)
    {
        // Cancelling or passing the deadline interrupts a step that waits.
        using var interrupt = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watch = WatchAsync(lease, deployment.Deadline!.Value, interrupt, cancellationToken);
        try
        {
            var wanted = await revisions.ReadAsync(lease.Tenant, place.StackId, deployment.RevisionId, runOnce: true, interrupt.Token);
            await ReachAsync(lease, place, wanted, lines, interrupt.Token);
            var wrong = await runtime.VerifyAsync(place, wanted, interrupt.Token);
            if (wrong.Count > 0)
            {
                throw new DeploymentException(DeploymentReason.DigestDiffers, string.Join("; ", wrong));
            }

            await EndAsync(lease, DeploymentState.Succeeded, DeploymentReason.None, null, cancellationToken);
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

    private async Task BackAsync(Lease lease, StackPlace place, DeploymentLog lines, CancellationToken cancellationToken)
    {
        var (deployment, _) = await LoadAsync(lease, cancellationToken);
        var former = deployment.FormerRevisionId is { } revision
            ? await revisions.ReadAsync(lease.Tenant, place.StackId, revision, runOnce: false, cancellationToken)
            : null;
        using var renewal = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watch = WatchAsync(lease, DateTimeOffset.MaxValue, renewal, cancellationToken);
        try
        {
            await lines.LineAsync(former is null ? "Nothing ran here before: what was begun is taken away." : $"Going back to revision {former.Number}.", cancellationToken);
            await ReachAsync(lease, place, former, lines, renewal.Token);
            var end = deployment.Reason == DeploymentReason.CancelledByPerson ? DeploymentState.Cancelled
                : former is null ? DeploymentState.Failed
                : DeploymentState.RolledBack;
            await EndAsync(lease, end, deployment.Reason, deployment.ReasonText, cancellationToken);
        }
        catch (Exception error) when (error is DeploymentException or EngineException)
        {
            // The reconcile loop goes on from here; the deployment itself is over, and says that the way back failed too.
            await lines.FailedAsync(error.Message, cancellationToken);
            await EndAsync(lease, DeploymentState.Failed, deployment.Reason, $"{deployment.ReasonText} Going back failed too: {error.Message}", cancellationToken);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new LeaseLostException();
        }
        finally
        {
            await renewal.CancelAsync();
            await watch;
        }
    }

    /// <summary>Until the plan is empty: whatever may be done side by side is, and after each step comes another look.</summary>
    private async Task ReachAsync(Lease lease, StackPlace place, WantedRevision? wanted, DeploymentLog lines, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = new Dictionary<string, Task>(StringComparer.Ordinal);
        try
        {
            // A container on its way out counts as gone before its removal has ended.
            while (await NextAsync(lease, place, wanted, running, cancellationToken) is var plan && (!plan.Steps.IsEmpty || running.Count > 0))
            {
                foreach (var step in plan.Ready.Where(step => !running.ContainsKey(step.Subject) && !running.ContainsKey(step.Place)).Take(MostAtOnce - running.Count).ToList())
                {
                    running[step.Subject] = StepAsync(place, wanted, step, plan, lines.For(step.Title()), stop.Token);
                }

                if (running.Count == 0)
                {
                    throw new DeploymentException(DeploymentReason.DefinitionUnusable, $"Services wait for each other: {string.Join(", ", plan.Steps.Select(step => step.Service).Distinct())}.");
                }

                await Task.WhenAny(running.Values);
                foreach (var (subject, step) in running.Where(one => one.Value.IsCompleted).ToList())
                {
                    running.Remove(subject);
                    await step;
                }
            }
        }
        finally
        {
            // No step outlives the decision to turn back.
            await stop.CancelAsync();
            await Task.WhenAll(running.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<Plan> NextAsync(Lease lease, StackPlace place, WantedRevision? wanted, IReadOnlyDictionary<string, Task> running, CancellationToken cancellationToken)
    {
        await leases.RenewAsync(lease, cancellationToken);
        var plan = Planner.Plan(wanted?.Stack ?? WantedStack.Nothing, await runtime.ObserveAsync(place, wanted, cancellationToken));
        if (plan.Failed is { } dead && running.GetValueOrDefault(dead.ContainerId) is { } waiting)
        {
            // The step that waits for it sees the same, and has its last words.
            await waiting;
        }

        return plan.Failed is not { } failed ? plan
            : failed.State == ReplicaState.Exited ? throw new DeploymentException(DeploymentReason.ContainerExited, $"{failed.Service} {failed.Index} exited with {failed.ExitCode}.")
            : throw new DeploymentException(DeploymentReason.NeverHealthy, $"{failed.Service} {failed.Index} is unhealthy.");
    }

    private async Task StepAsync(StackPlace place, WantedRevision? wanted, Step step, Plan plan, DeploymentLog lines, CancellationToken cancellationToken)
    {
        await lines.BeginAsync(plan.Steps.Where(other => other != step).Select(StepTitles.Title), cancellationToken);
        var started = clock.GetTimestamp();
        try
        {
            await runtime.ApplyAsync(place, wanted, step, lines, cancellationToken);
        }
        catch (Exception error) when (error is DeploymentException or EngineException)
        {
            await lines.FailedAsync(error.Message, cancellationToken);
            throw;
        }

        await lines.DoneAsync($"{clock.GetElapsedTime(started).TotalSeconds:0.0} s", cancellationToken);
    }

    /// <summary>Keeps the lease while a step takes long; interrupts when it was lost, at the deadline, or when a person cancels.</summary>
    private async Task WatchAsync(Lease lease, DateTimeOffset deadline, CancellationTokenSource interrupt, CancellationToken cancellationToken)
    {
        using var ticks = new PeriodicTimer(TimeSpan.FromSeconds(1), clock);
        try
        {
            while (await ticks.WaitForNextTickAsync(interrupt.Token))
            {
                await leases.RenewAsync(lease, cancellationToken);
                if (clock.GetUtcNow() > deadline || await IsCancelledAsync(lease, cancellationToken))
                {
                    await interrupt.CancelAsync();
                }
            }
        }
        catch (OperationCanceledException) when (interrupt.IsCancellationRequested)
        {
            return;
        }
        catch (LeaseLostException)
        {
            await interrupt.CancelAsync();
        }
    }

    private async Task<bool> IsCancelledAsync(Lease lease, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(lease.Tenant);
        return await db.Deployments.AnyAsync(deployment => deployment.Id == lease.Deployment && deployment.TurnedBackAt == null && deployment.CancelRequestedAt != null, cancellationToken);
    }

    private async Task<(DeploymentReason Reason, string Text)> InterruptionAsync(Lease lease, CancellationToken cancellationToken)
    {
        await leases.RenewAsync(lease, cancellationToken);
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

    private Task EndAsync(Lease lease, DeploymentState state, DeploymentReason reason, string? text, CancellationToken cancellationToken) =>
        ChangeAsync(lease, deployment => deployment.End(state, clock.GetUtcNow(), reason, text), "deployment.ended", cancellationToken);

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

            var stack = await db.Stacks.Where(row => row.Id == deployment.StackId).Select(row => row.Name).SingleAsync(cancellationToken);
            var revision = await db.Revisions.Where(row => row.Id == deployment.RevisionId).Select(row => row.Number).SingleAsync(cancellationToken);
            return (true, new AuditLine(action, "stack", stack)
            {
                Result = deployment.State == DeploymentState.Succeeded ? "ok" : $"{SnakeCase.Of(deployment.State.ToString())}: {deployment.ReasonText}",
                After = new { deployment = deployment.Id, state = deployment.State, reason = deployment.Reason, revision, environment = deployment.Colour.Text(), askedBy = deployment.Actor, seconds = (deployment.EndedAt - deployment.StartedAt)?.TotalSeconds },
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

        placement.RevisionId = deployment.RevisionId;
        placement.ChangedAt = clock.GetUtcNow();
    }

    private async Task<(Deployment Deployment, StackPlace Place)> LoadAsync(Lease lease, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(lease.Tenant);
        var deployment = await db.Deployments.AsNoTracking().SingleAsync(row => row.Id == lease.Deployment, cancellationToken);
        var tenant = await db.Tenants.Where(row => row.Id == lease.Tenant).Select(row => row.Slug).SingleAsync(cancellationToken);
        var stack = await db.Stacks.Where(row => row.Id == deployment.StackId).Select(row => row.Name).SingleAsync(cancellationToken);
        return (deployment, new StackPlace(lease.Tenant, tenant, deployment.EnvironmentId, deployment.Colour, deployment.StackId, stack, deployment.Id));
    }
}
