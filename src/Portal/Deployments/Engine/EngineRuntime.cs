using System.Collections.Concurrent;
using System.Collections.Immutable;
using Portal.Clusters;
using Portal.Clusters.Health;
using Portal.Compose;
using Portal.Deployments.Planning;
using Portal.Docker;
using Portal.Gateway;

namespace Portal.Deployments.Engine;

/// <summary>Runs stacks on one plain Docker engine.</summary>
public sealed class EngineRuntime(Engines engines, EngineObserver observer, EngineSteps steps, GatewaySteps gateway, TimeProvider clock) : IRuntime
{
    /// <summary>A look follows every step; where a host is does not change so fast.</summary>
    private static readonly TimeSpan KnownFor = TimeSpan.FromSeconds(2);
    private readonly ConcurrentDictionary<Guid, (long At, EngineHost Engine)> known = new();

    public async Task<ObservedStack> ObserveAsync(StackPlace place, WantedRevision? wanted, CancellationToken cancellationToken)
    {
        var engine = await EngineAsync(place.Environment, cancellationToken);
        return await observer.ObserveAsync(engine, place, wanted, cancellationToken);
    }

    public async Task ApplyAsync(StackPlace place, WantedRevision? wanted, Step step, StepLog log, CancellationToken cancellationToken)
    {
        var engine = await EngineAsync(place.Environment, cancellationToken);
        switch (step)
        {
            case Step.Prepare prepare:
                await steps.PrepareAsync(engine, place, wanted!, Service(wanted!, prepare.Service), log, cancellationToken);
                break;
            case Step.Pause pause:
                await Task.Delay(pause.Left, clock, cancellationToken);
                break;
            case Step.Create create:
                await steps.CreateAsync(engine, place, wanted!, Service(wanted!, create.Service), create.Index, log, cancellationToken);
                break;
            case Step.Start start:
                await steps.StartAsync(engine, place, wanted!, Service(wanted!, start.Service), start.Replica, log, cancellationToken);
                break;
            case Step.Mend mend:
                await steps.MendAsync(engine, place, wanted!, Service(wanted!, mend.Service), mend.Replica, log, cancellationToken);
                break;
            case Step.AwaitHealthy wait:
                await steps.AwaitHealthyAsync(engine, wait.Replica, log, cancellationToken);
                break;
            case Step.AwaitCompletion wait:
                await steps.AwaitCompletionAsync(engine, wait.Replica, log, cancellationToken);
                break;
            case Step.Admit admit:
                await gateway.AdmitAsync(engine, place, admit.Replica, log, cancellationToken);
                break;
            case Step.Drain drain:
                await gateway.DrainAsync(engine, place, drain.Replica, log, cancellationToken);
                break;
            case Step.Stop stop:
                await steps.StopAsync(engine, stop.Replica, log, cancellationToken);
                break;
            case Step.Remove remove:
                await steps.RemoveAsync(engine, remove.Replica, log, cancellationToken);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(step), step, "An engine knows no such step.");
        }
    }

    public async Task<IReadOnlyList<string>> VerifyAsync(StackPlace place, WantedRevision wanted, StepLog log, CancellationToken cancellationToken)
    {
        var engine = await EngineAsync(place.Environment, cancellationToken);
        var containers = await observer.ListAsync(engine, place, cancellationToken);
        var restarts = steps.RequireSteadyAsync(engine, containers.Where(one => one.Labels.Deployment == place.Deployment).Select(one => (one.Container.Id, one.Labels)), log, cancellationToken);
        var names = containers.Select(one => ContainerMapping.Image(wanted.Rendered.Images[one.Labels.Service]).ToString()).Distinct().ToList();
        var images = await Task.WhenAll(names.Select(name => engine.Client.Images.InspectAsync(name, cancellationToken)));
        await restarts;
        var ids = names.Zip(images).ToDictionary(pair => pair.First, pair => pair.Second.Id, StringComparer.Ordinal);
        return
        [
            .. from one in containers
               let named = ids[ContainerMapping.Image(wanted.Rendered.Images[one.Labels.Service]).ToString()]
               where named != one.Container.ImageId
               select $"{one.Labels.Service} {one.Labels.Index} runs {one.Container.ImageId}, not {named}, which the revision's digest names",
        ];
    }

    private async Task<EngineHost> EngineAsync(Guid environment, CancellationToken cancellationToken)
    {
        if (known.TryGetValue(environment, out var before) && clock.GetElapsedTime(before.At) < KnownFor)
        {
            return before.Engine;
        }

        var engine = await engines.OfEnvironmentAsync(environment, cancellationToken);
        known[environment] = (clock.GetTimestamp(), engine);
        return engine;
    }

    private static ServiceSpec Service(WantedRevision wanted, string name) =>
        wanted.Rendered.Compose.Services.Single(service => service.Name == name);
}
