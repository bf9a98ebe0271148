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
    public async Task<ObservedStack> ObserveAsync(StackPlace place, WantedRevision? wanted, CancellationToken cancellationToken)
    {
        var engine = await engines.OfEnvironmentAsync(place.Environment, cancellationToken);
        return await observer.ObserveAsync(engine, place, wanted, cancellationToken);
    }

    public async Task ApplyAsync(StackPlace place, WantedRevision? wanted, Step step, StepLog log, CancellationToken cancellationToken)
    {
        var engine = await engines.OfEnvironmentAsync(place.Environment, cancellationToken);
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

    public async Task<IReadOnlyList<string>> VerifyAsync(StackPlace place, WantedRevision wanted, CancellationToken cancellationToken)
    {
        var engine = await engines.OfEnvironmentAsync(place.Environment, cancellationToken);
        var containers = await observer.ListAsync(engine, place, cancellationToken);
        List<string> wrong = [];
        foreach (var (container, labels) in containers)
        {
            var image = await engine.Client.Images.InspectAsync(ContainerMapping.Image(wanted.Rendered.Images[labels.Service]).ToString(), cancellationToken);
            if (image.Id != container.ImageId)
            {
                wrong.Add($"{labels.Service} {labels.Index} runs {container.ImageId}, not {image.Id}, which the revision's digest names");
            }
        }

        return wrong;
    }

    private static ServiceSpec Service(WantedRevision wanted, string name) =>
        wanted.Rendered.Compose.Services.Single(service => service.Name == name);
}
