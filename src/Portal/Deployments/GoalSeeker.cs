using Portal.Deployments.Planning;
using Portal.Docker;
using Portal.Store;

namespace Portal.Deployments;

/// <summary>
/// Look, plan, do what is ready, look again, until nothing is left to do. An engine, a gateway or a database that is away for a while is
/// waited for; whatever happened meanwhile, the next look finds it.
/// </summary>
internal sealed class GoalSeeker(IRuntime runtime, LeaseKeeper keeper, StackPlace place, DeploymentLog lines, TimeProvider clock)
{
    /// <summary>An engine does no more than its disk lets it, and others deploy too.</summary>
    private const int MostAtOnce = 8;
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(500);
    private const int TitlesAhead = 40;

    /// <summary>Since when nothing has worked; null while things do.</summary>
    private long? stuckSince;

    /// <summary>The engine was away: what died meanwhile did not die by itself.</summary>
    private bool shaken;

    /// <param name="wanted">Null: nothing is to run.</param>
    /// <param name="patience">How long an engine or gateway that does not answer is waited for.</param>
    public async Task ReachAsync(WantedRevision? wanted, TimeSpan patience, CancellationToken cancellationToken)
    {
        var said = "";
        while (true)
        {
            try
            {
                await TowardsAsync(wanted, cancellationToken);
                return;
            }
            catch (Exception error) when (MayPass(error) && !cancellationToken.IsCancellationRequested)
            {
                shaken |= error is EngineException;
                stuckSince ??= clock.GetTimestamp();
                // Without a database nothing can be decided, not even to turn back.
                if (!StoreFaults.MayPass(error) && clock.GetElapsedTime(stuckSince.Value) > patience)
                {
                    throw;
                }

                if (said != error.Message)
                {
                    said = error.Message;
                    await lines.LineAsync($"{error.Message} Waiting for it.", cancellationToken);
                }

                await Task.Delay(LookAgain, clock, cancellationToken);
            }
        }
    }

    private static bool MayPass(Exception error) => Away.Is(error) || StoreFaults.MayPass(error);

    /// <summary>Until the plan is empty: whatever may be done side by side is, and after each step comes another look.</summary>
    private async Task TowardsAsync(WantedRevision? wanted, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = new Dictionary<string, Task>(StringComparer.Ordinal);
        try
        {
            // A container on its way out counts as gone before its removal has ended.
            while (await NextAsync(wanted, running, cancellationToken) is var plan && (!plan.Steps.IsEmpty || running.Count > 0))
            {
                foreach (var step in plan.Ready.Where(step => !running.ContainsKey(step.Subject) && !running.ContainsKey(step.Place)).Take(MostAtOnce - running.Count).ToList())
                {
                    running[step.Subject] = StepAsync(wanted, step, plan, lines.For(step.Title()), stop.Token);
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
                    stuckSince = null;
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

    private async Task<Plan> NextAsync(WantedRevision? wanted, IReadOnlyDictionary<string, Task> running, CancellationToken cancellationToken)
    {
        await keeper.ConfirmAsync(cancellationToken);
        var observed = await runtime.ObserveAsync(place, wanted, cancellationToken);
        var plan = Planner.Plan(wanted?.Stack ?? WantedStack.Nothing, shaken ? Forgive(wanted, observed) : observed);
        if (plan.Failed is { } dead && running.GetValueOrDefault(dead.ContainerId) is { } waiting)
        {
            // The step that waits for it sees the same, and has its last words.
            await waiting;
        }

        return plan.Failed is not { } failed ? plan
            : failed.State == ReplicaState.Exited ? throw new DeploymentException(DeploymentReason.ContainerExited, $"{failed.Service} {failed.Index} exited with {failed.ExitCode}.")
            : throw new DeploymentException(DeploymentReason.NeverHealthy, $"{failed.Service} {failed.Index} is unhealthy.");
    }

    /// <summary>What its engine took along is made anew. Not what runs once: nobody knows how far it had come.</summary>
    private static ObservedStack Forgive(WantedRevision? wanted, ObservedStack observed)
    {
        var once = wanted?.Stack.Services.Where(service => service.OneShot).Select(service => service.Name).ToHashSet(StringComparer.Ordinal) ?? [];
        return observed with { Replicas = [.. observed.Replicas.Select(replica => replica.State == ReplicaState.Exited && !once.Contains(replica.Service) ? replica with { Mine = false } : replica)] };
    }

    private async Task StepAsync(WantedRevision? wanted, Step step, Plan plan, DeploymentLog said, CancellationToken cancellationToken)
    {
        await said.BeginAsync(plan.Steps.Where(other => other != step).Take(TitlesAhead).Select(StepTitles.Title), cancellationToken);
        var started = clock.GetTimestamp();
        try
        {
            await runtime.ApplyAsync(place, wanted, step, said, cancellationToken);
        }
        catch (Exception error) when (error is DeploymentException or EngineException)
        {
            await said.FailedAsync(error.Message, cancellationToken);
            throw;
        }

        await said.DoneAsync($"{clock.GetElapsedTime(started).TotalSeconds:0.0} s", cancellationToken);
    }
}
