using System.Collections.Concurrent;
using Portal.Docker;
using Portal.Redaction;

namespace Portal.Clusters.Health;

/// <summary>
/// Probes every running replica, one small loop each, until the container is gone or stopped. Where it is found is asked of the engine only
/// where that may have changed: a probe a second of each of some hundred replicas would keep an engine busy with nothing else.
/// </summary>
public sealed class HealthWatch(HealthBook book, Prober prober, Redactor redactor, TimeProvider clock, ILogger<HealthWatch> log) : IAsyncDisposable
{
    /// <summary>Until a replica was healthy once it is asked again so soon, then more and more seldom: a deployment waits for the answer.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan WhileStarting = TimeSpan.FromMilliseconds(200);

    /// <summary>In case an event was missed.</summary>
    private static readonly TimeSpan LongestKnown = TimeSpan.FromSeconds(10);

    private const string OtherContainer = "container:";

    private readonly ConcurrentDictionary<string, Loop> loops = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource stopping = new();

    public int Watched => loops.Count;

    /// <summary>Begins to probe the container unless that is done already.</summary>
    public void Watch(EngineHost engine, string containerId, ProbeRule rule)
    {
        if (!stopping.IsCancellationRequested)
        {
            loops.GetOrAdd(containerId, id => new Loop(engine.Host.Id, loop => Task.Run(() => LoopAsync(engine, id, rule, loop, stopping.Token), stopping.Token)));
        }
    }

    /// <summary>Something has happened to the container, as a restart or another network: it may have ended, or have another address.</summary>
    public void LookAgain(string containerId) => loops.GetValueOrDefault(containerId)?.Forget();

    /// <summary>The same for all of a host, as when nobody has listened for a while.</summary>
    public void LookAgainOn(Guid host)
    {
        foreach (var loop in loops.Values.Where(loop => loop.Host == host))
        {
            loop.Forget();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await Task.WhenAll(loops.Values.Select(loop => loop.Task.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default)));
        stopping.Dispose();
    }

    private async Task LoopAsync(EngineHost engine, string containerId, ProbeRule rule, Loop loop, CancellationToken cancellationToken)
    {
        var starting = Soon;
        try
        {
            while (await ProbeOnceAsync(engine, containerId, rule, loop, cancellationToken))
            {
                await Task.Delay(book[containerId]?.State == HealthState.Starting ? Least(starting, rule.Interval) : rule.Interval, clock, cancellationToken);
                starting = Least(starting * 1.5, WhileStarting);
            }
        }
        catch (EngineException error) when (error.Kind == EngineErrorKind.NotFound)
        {
            log.LogDebug("Container {Container} is gone", containerId);
        }
        catch (EngineException error)
        {
            // The inventory notices when the engine is back, and asks for the watch again.
            log.LogWarning("Lost sight of container {Container}: {Problem}", containerId, error.Message);
        }
        finally
        {
            loops.TryRemove(containerId, out _);
            book.Forget(containerId);
        }
    }

    /// <returns>False when the container does not run any more.</returns>
    private async Task<bool> ProbeOnceAsync(EngineHost engine, string containerId, ProbeRule rule, Loop loop, CancellationToken cancellationToken)
    {
        var known = loop.Known;
        var asked = clock.GetTimestamp();
        var details = clock.GetElapsedTime(known.At) < LongestKnown && known.Details is { } told ? told : await engine.Client.Containers.InspectAsync(containerId, cancellationToken);
        if (!details.State.Running)
        {
            return false;
        }

        var up = clock.GetUtcNow() - (details.State.StartedAt ?? details.Created);
        var (passed, answer) = rule.Kind switch
        {
            ProbeKind.Engine => (details.State.Health.Status == HealthStatus.Healthy, $"{details.State.Health.Status}: {details.State.Health.LastLog?.Trim()}"),
            ProbeKind.Running => (up >= rule.StartPeriod, $"up for {up.TotalSeconds:0} s"),
            ProbeKind.Http or ProbeKind.Tcp => await FromOutsideAsync(engine.Host, await HomeAsync(engine, details, cancellationToken), rule, cancellationToken),
        };
        if (!ReferenceEquals(details, known.Details) || !passed)
        {
            loop.Learn(known, passed && Stays(details, rule) ? new Knowledge(details, asked) : Knowledge.None);
        }

        book.Write(containerId, HealthJudge.Next(book[containerId], rule, passed, redactor.For(ReplicaLabels.Read(details.Labels)?.Tenant).Clean(answer), up, clock.GetUtcNow()));
        return true;
    }

    /// <summary>What the engine finds out itself is asked anew each time, and so is a sidekick's home, of whose events it is told nothing.</summary>
    private static bool Stays(ContainerDetails details, ProbeRule rule) =>
        rule.Kind != ProbeKind.Engine && details.Definition.NetworkMode?.StartsWith(OtherContainer, StringComparison.Ordinal) != true;

    /// <summary>Whose network the container lives in: its own, or that of the one it is a sidekick of.</summary>
    private static async Task<ContainerDetails> HomeAsync(EngineHost engine, ContainerDetails details, CancellationToken cancellationToken) =>
        details.Definition.NetworkMode is { } mode && mode.StartsWith(OtherContainer, StringComparison.Ordinal)
            ? await engine.Client.Containers.InspectAsync(mode[OtherContainer.Length..], cancellationToken)
            : details;

    private async Task<(bool Passed, string Answer)> FromOutsideAsync(Host host, ContainerDetails details, ProbeRule rule, CancellationToken cancellationToken) =>
        ReplicaAddress.Of(host, details.Networks, details.Ports, rule.Port) is { } address
            ? await prober.ProbeAsync(rule, address.Address, address.Port, cancellationToken)
            : (false, $"port {rule.Port} is not reachable from outside the container");

    private static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;

    /// <summary>One container's, with what the engine said of it.</summary>
    private sealed class Loop
    {
        private Knowledge known = Knowledge.None;

        public Loop(Guid host, Func<Loop, Task> run)
        {
            Host = host;
            Task = run(this);
        }

        public Guid Host { get; }

        public Task Task { get; }

        public Knowledge Known => Volatile.Read(ref known);

        public void Forget() => Volatile.Write(ref known, new Knowledge(null, 0));

        /// <summary>Unless something has happened to it since <paramref name="before"/> was taken.</summary>
        public void Learn(Knowledge before, Knowledge now) => Interlocked.CompareExchange(ref known, now, before);
    }

    /// <param name="Details">Null: the engine is to be asked.</param>
    /// <param name="At">When it was asked, by the clock's timestamps.</param>
    private sealed record Knowledge(ContainerDetails? Details, long At)
    {
        public static Knowledge None { get; } = new(null, 0);
    }
}
