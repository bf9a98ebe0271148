using Microsoft.Extensions.Options;
using Portal.Clusters;
using Portal.Clusters.Health;
using Portal.Compose;
using Portal.Deployments.Planning;
using Portal.Docker;

namespace Portal.Deployments.Engine;

/// <summary>The steps that are the engine's work. Each may be repeated after a crash: done already is done.</summary>
public sealed class EngineSteps(HealthBook health, HealthWatch watch, SecretFiles secrets, ImagePull pull, StackPlaces places, LimitsBook limits, IOptions<DeploymentOptions> options) : IDisposable
{
    private static readonly TimeSpan DefaultGrace = TimeSpan.FromSeconds(10);
    // Of two who ask at the same instant for a network of one name, an engine gives each its own.
    private readonly SemaphoreSlim door = new(1, 1);

    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(250);

    public void Dispose() => door.Dispose();

    public async Task PrepareAsync(EngineHost engine, StackPlace place, WantedRevision wanted, ServiceSpec service, StepLog log, CancellationToken cancellationToken)
    {
        await door.WaitAsync(cancellationToken);
        try
        {
            await places.PrepareAsync(engine, place, wanted.Rendered.Compose, service, log, cancellationToken);
        }
        finally
        {
            door.Release();
        }

        var choice = wanted.Rendered.Images[service.Name];
        if (!IsHere(service, choice))
        {
            await pull.RunAsync(engine, place.Tenant, choice, service.Platform, log, cancellationToken);
        }
        else if (await engine.Client.Images.FindAsync(ContainerMapping.Image(choice).ToString(), cancellationToken) is null)
        {
            throw new DeploymentException(DeploymentReason.ImageUnavailable, $"{choice.Reference} is not on the host any more, and the stack says that it is not pulled.");
        }
    }

    private async Task OutsideAsync(EngineHost engine, StackPlace place, StepLog log, CancellationToken cancellationToken)
    {
        await door.WaitAsync(cancellationToken);
        try
        {
            await StackPlaces.OutsideAsync(engine, place, log, cancellationToken);
        }
        finally
        {
            door.Release();
        }
    }

    /// <summary>Without a digest it exists on the host alone, and where the stack says so nothing is pulled either.</summary>
    internal static bool IsHere(ServiceSpec service, ImageChoice choice) => choice.Digest is null || service.PullPolicy.Mode == PullMode.Never;

    public async Task CreateAsync(EngineHost engine, StackPlace place, WantedRevision wanted, ServiceSpec service, int index, StepLog log, CancellationToken cancellationToken)
    {
        var name = ContainerMapping.Name(place, service.Name, index, wanted.Rendered.FingerprintOf(service));
        var spec = await secrets.AddAsync(engine, place, wanted.Rendered, service, name, ContainerMapping.Spec(place, wanted, service, index, engine.Host), cancellationToken);
        await OutsideAsync(engine, place, log, cancellationToken);
        try
        {
            var id = await MakeAsync();
            await ConfigFiles.PlaceAsync(engine, id, wanted.Rendered, service, cancellationToken);
            await log.LineAsync($"{service.Name} {index} created as {name} ({id[..12]})", cancellationToken);
        }
        catch (EngineException error) when (error.Kind == EngineErrorKind.Conflict)
        {
            // Made by a run that did not live to see it, perhaps without its configs: the next look finds it, if it is ours.
            var found = await engine.Client.Containers.InspectAsync(name, cancellationToken);
            if (ReplicaLabels.Read(found.Labels)?.Tenant != place.Tenant)
            {
                throw new DeploymentException(DeploymentReason.EngineRefused, $"The name {name} is taken by a container that is not the portal's.", error);
            }

            await ConfigFiles.PlaceAsync(engine, found.Id, wanted.Rendered, service, cancellationToken);
        }

        async Task<string> MakeAsync()
        {
            try
            {
                return await engine.Client.Containers.CreateAsync(name, spec, cancellationToken);
            }
            catch (EngineException error) when (error.Kind == EngineErrorKind.NotFound)
            {
                // Somebody has cleared away what was there a moment ago: an image that nothing used yet, or a network.
                await log.LineAsync($"{error.Message} Once more.", cancellationToken);
                await PrepareAsync(engine, place, wanted, service, log, cancellationToken);
                await OutsideAsync(engine, place, log, cancellationToken);
                return await engine.Client.Containers.CreateAsync(name, spec, cancellationToken);
            }
        }
    }

    public async Task StartAsync(EngineHost engine, StackPlace place, WantedRevision wanted, ServiceSpec service, ObservedReplica replica, StepLog log, CancellationToken cancellationToken)
    {
        // Once more: one that was made by a run that died may be without its files.
        await secrets.RestoreAsync(engine, place, wanted.Rendered, service, replica.ContainerId, cancellationToken);
        await ConfigFiles.PlaceAsync(engine, replica.ContainerId, wanted.Rendered, service, cancellationToken);
        try
        {
            await engine.Client.Containers.StartAsync(replica.ContainerId, cancellationToken);
        }
        catch (EngineException error) when (IsHalfStarted(error))
        {
            await log.LineAsync($"{replica.Service} {replica.Index}: the engine was killed while it started this one, and cannot start it any more. It is made anew.", cancellationToken);
            await engine.Client.Containers.RemoveAsync(replica.ContainerId, force: true, volumes: true, cancellationToken);
            return;
        }
        catch (EngineException)
        {
            await RequireHomeAsync(engine, replica, log, cancellationToken);
            throw;
        }

        await log.LineAsync($"{replica.Service} {replica.Index} started ({replica.ContainerId[..12]})", cancellationToken);
    }

    /// <summary>One that lives in another's network cannot be started once that one has ended, and the engine's words for it say nothing of that.</summary>
    /// <exception cref="DeploymentException">That one has, with its last words in the log.</exception>
    private async Task RequireHomeAsync(EngineHost engine, ObservedReplica replica, StepLog log, CancellationToken cancellationToken)
    {
        if (await engine.Client.Containers.FindAsync(replica.ContainerId, cancellationToken) is { Definition.NetworkMode: { } mode } && mode.StartsWith(ContainerParts.OtherContainer, StringComparison.Ordinal)
            && await engine.Client.Containers.FindAsync(mode[ContainerParts.OtherContainer.Length..], cancellationToken) is { State.Running: false } home
            && ReplicaLabels.Read(home.Labels) is { } labels)
        {
            await ThrowEndedAsync(engine, labels.Service, labels.Index, home, log, cancellationToken);
        }
    }

    // The engine has no code for it; these are containerd's words for a process that it has and the engine forgot.
    private static bool IsHalfStarted(EngineException error) =>
        error.Message.StartsWith("task ", StringComparison.Ordinal) && error.Message.Contains("already exists", StringComparison.Ordinal);

    /// <summary>Back into what the stack says of it: running, under its name, in its networks.</summary>
    public async Task MendAsync(EngineHost engine, StackPlace place, WantedRevision wanted, ServiceSpec service, ObservedReplica replica, StepLog log, CancellationToken cancellationToken)
    {
        var details = await engine.Client.Containers.InspectAsync(replica.ContainerId, cancellationToken);
        if (details.State.Status == ContainerStatus.Paused)
        {
            await engine.Client.Containers.UnpauseAsync(replica.ContainerId, cancellationToken);
            await log.LineAsync($"{replica.Service} {replica.Index} was paused and runs again", cancellationToken);
        }

        var name = ContainerMapping.Name(place, replica.Service, replica.Index, replica.Fingerprint);
        if (details.Name != name)
        {
            await engine.Client.Containers.RenameAsync(replica.ContainerId, name, cancellationToken);
            await log.LineAsync($"{replica.Service} {replica.Index} was called {details.Name} and is {name} again", cancellationToken);
        }

        foreach (var (network, attachment) in ContainerMapping.Networks(place, wanted.Rendered.Compose, service).Where(network => !details.Networks.ContainsKey(network.Key)))
        {
            if (OutsideNetwork.Is(network))
            {
                await OutsideAsync(engine, place, log, cancellationToken);
            }

            await engine.Client.Networks.ConnectAsync(network, replica.ContainerId, attachment.Aliases, attachment.Ipv4Address, cancellationToken);
            await log.LineAsync(OutsideNetwork.Is(network)
                ? $"{replica.Service} {replica.Index} is in the network {network} now, with the stacks outside the pair"
                : $"{replica.Service} {replica.Index} was taken out of the network {network} and is in it again", cancellationToken);
        }

        var should = ContainerLimits.Of(ContainerMapping.Spec(place, wanted, service, replica.Index, engine.Host));
        if (limits.CapacityOf(engine.Host.Id) is { } capacity && capacity.Differs(should, ContainerLimits.Of(details.Definition)))
        {
            await engine.Client.Containers.UpdateAsync(replica.ContainerId, should, ContainerLimits.Of(details.Definition), capacity, cancellationToken);
            // Whoever looks next need not wait for the engine's own word of it.
            limits.Note(engine.Host.Id, replica.ContainerId, should);
            await log.LineAsync($"{replica.Service} {replica.Index} was given other limits and has its own again", cancellationToken);
        }
    }

    /// <summary>What has ended once, and was started again by its engine, is not what anybody wants to go on with.</summary>
    /// <exception cref="DeploymentException">Such a one, with its last words in the log.</exception>
    public Task RequireSteadyAsync(EngineHost engine, IEnumerable<(string Container, ReplicaLabels Labels)> replicas, StepLog log, CancellationToken cancellationToken) =>
        Task.WhenAll(replicas.Select(async replica =>
        {
            var details = await engine.Client.Containers.InspectAsync(replica.Container, cancellationToken);
            if (details.RestartCount > 0)
            {
                await ThrowEndedAsync(engine, replica.Labels.Service, replica.Labels.Index, details, log, cancellationToken);
            }
        }));

    public async Task AwaitHealthyAsync(EngineHost engine, ObservedReplica replica, StepLog log, CancellationToken cancellationToken)
    {
        using var news = new SemaphoreSlim(0);
        health.Changed += OnChanged;
        try
        {
            await AwaitHealthyAsync(engine, replica, news, log, cancellationToken);
        }
        finally
        {
            health.Changed -= OnChanged;
        }

        void OnChanged(string container, HealthNote note)
        {
            if (container == replica.ContainerId)
            {
                news.Release();
            }
        }
    }

    private async Task AwaitHealthyAsync(EngineHost engine, ObservedReplica replica, SemaphoreSlim news, StepLog log, CancellationToken cancellationToken)
    {
        var said = "";
        while (true)
        {
            if (health[replica.ContainerId]?.State == HealthState.Healthy)
            {
                return;
            }

            var details = await engine.Client.Containers.InspectAsync(replica.ContainerId, cancellationToken);
            if (!details.State.Running || details.RestartCount > 0)
            {
                await ThrowEndedAsync(engine, replica.Service, replica.Index, details, log, cancellationToken);
            }

            watch.Watch(engine, replica.ContainerId, ReplicaLabels.Read(details.Labels)!.Probe);
            var note = health[replica.ContainerId];
            if (note is not null && note.Answer != said)
            {
                said = note.Answer;
                await log.ProgressAsync($"{said} ({note.Row} in a row)", null, cancellationToken);
            }

            switch (note?.State)
            {
                case HealthState.Healthy:
                    return;
                case HealthState.Unhealthy:
                    await TellLastLinesAsync(engine, replica.Service, replica.Index, replica.ContainerId, log, cancellationToken);
                    throw new DeploymentException(DeploymentReason.NeverHealthy, $"{replica.Service} {replica.Index} never became healthy: {note.Answer}.");
            }

            await news.WaitAsync(LookAgain, cancellationToken);
        }
    }

    private async Task ThrowEndedAsync(EngineHost engine, string service, int index, ContainerDetails details, StepLog log, CancellationToken cancellationToken)
    {
        await TellLastLinesAsync(engine, service, index, details.Id, log, cancellationToken);
        throw new DeploymentException(DeploymentReason.ContainerExited, $"{service} {index} {await LastExit.TellAsync(engine, details, cancellationToken)}.");
    }

    public async Task AwaitCompletionAsync(EngineHost engine, ObservedReplica replica, StepLog log, CancellationToken cancellationToken)
    {
        var code = await engine.Client.Containers.WaitAsync(replica.ContainerId, cancellationToken);
        if (code != 0)
        {
            await TellLastLinesAsync(engine, replica.Service, replica.Index, replica.ContainerId, log, cancellationToken);
            throw new DeploymentException(DeploymentReason.ContainerExited, $"{replica.Service} {replica.Index} exited with {code}.");
        }
    }

    public async Task StopAsync(EngineHost engine, ObservedReplica replica, StepLog log, CancellationToken cancellationToken)
    {
        try
        {
            var details = await engine.Client.Containers.InspectAsync(replica.ContainerId, cancellationToken);
            await engine.Client.Containers.StopAsync(replica.ContainerId, details.Definition.StopTimeout ?? DefaultGrace, cancellationToken);
            await log.LineAsync($"{replica.Service} {replica.Index} stopped ({replica.ContainerId[..12]})", cancellationToken);
        }
        catch (EngineException error) when (error.Kind == EngineErrorKind.NotFound)
        {
            await log.LineAsync($"{replica.Service} {replica.Index} was gone already", cancellationToken);
        }
    }

    public async Task RemoveAsync(EngineHost engine, ObservedReplica replica, StepLog log, CancellationToken cancellationToken)
    {
        try
        {
            await secrets.RemoveAsync(engine, replica.ContainerId, cancellationToken);
            // Anonymous volumes go with their container; named ones stay.
            await engine.Client.Containers.RemoveAsync(replica.ContainerId, force: true, volumes: true, cancellationToken);
        }
        catch (EngineException error) when (error.Kind is EngineErrorKind.NotFound or EngineErrorKind.Conflict)
        {
            // Gone, or on its way: somebody else's removal runs.
            await log.LineAsync($"{replica.Service} {replica.Index}: {error.Message}", cancellationToken);
        }
    }

    private async Task TellLastLinesAsync(EngineHost engine, string service, int index, string container, StepLog log, CancellationToken cancellationToken)
    {
        var last = new LogOptions { Tail = options.Value.FailureLogLines };
        await foreach (var line in engine.Client.Containers.LogsAsync(container, last, cancellationToken))
        {
            await log.LineAsync($"{service} {index} | {line.Text}", cancellationToken);
        }
    }
}
