using System.Collections.Concurrent;
using Portal.Docker;
using Portal.Redaction;

namespace Portal.Clusters.Health;

/// <summary>Probes every running replica, one small loop each, until the container is gone or stopped.</summary>
public sealed class HealthWatch(HealthBook book, Prober prober, Redactor redactor, TimeProvider clock, ILogger<HealthWatch> log) : IAsyncDisposable
{
    /// <summary>Until a replica was healthy once it is asked again so soon, then more and more seldom: a deployment waits for the answer.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan WhileStarting = TimeSpan.FromMilliseconds(200);

    private const string OtherContainer = "container:";

    private readonly ConcurrentDictionary<string, Task> loops = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource stopping = new();

    public int Watched => loops.Count;

    /// <summary>Begins to probe the container unless that is done already.</summary>
    public void Watch(EngineHost engine, string containerId, ProbeRule rule)
    {
        if (!stopping.IsCancellationRequested)
        {
            loops.GetOrAdd(containerId, id => Task.Run(() => LoopAsync(engine, id, rule, stopping.Token), stopping.Token));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await Task.WhenAll(loops.Values.Select(loop => loop.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default)));
        stopping.Dispose();
    }

    private async Task LoopAsync(EngineHost engine, string containerId, ProbeRule rule, CancellationToken cancellationToken)
    {
        var starting = Soon;
        try
        {
            while (await ProbeOnceAsync(engine, containerId, rule, cancellationToken))
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
    private async Task<bool> ProbeOnceAsync(EngineHost engine, string containerId, ProbeRule rule, CancellationToken cancellationToken)
    {
        var details = await engine.Client.Containers.InspectAsync(containerId, cancellationToken);
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
        book.Write(containerId, HealthJudge.Next(book[containerId], rule, passed, redactor.For(ReplicaLabels.Read(details.Labels)?.Tenant).Clean(answer), up, clock.GetUtcNow()));
        return true;
    }

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
}
