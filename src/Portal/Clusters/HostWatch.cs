using System.Collections.Immutable;
using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Portal.Clusters.Health;
using Portal.Docker;
using Portal.Store;

namespace Portal.Clusters;

/// <summary>Feeds the inventory: each host's event stream, and a full look every so often in case an event was missed.</summary>
public sealed class HostWatch(
    PortalDbFactory databases, Engines engines, Inventory inventory, LimitsBook book, HealthWatch watch, HealthBook health, ChangeFeed feed, TimeProvider clock, ILogger<HostWatch> log) : BackgroundService
{
    private static readonly TimeSpan FullLook = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);
    /// <summary>
    /// After something has happened it is looked again so soon: an engine tells that a container has ended before its list shows it, and
    /// nothing follows that would have the list read once more.
    /// </summary>
    private static readonly TimeSpan[] Soon = [TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(1)];

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        using var subscription = feed.Subscribe(note =>
        {
            if (note.Kind is "host" or "resync")
            {
                changed.Writer.TryWrite(true);
            }
        });
        health.Changed += OnHealth;
        Dictionary<Guid, (Host Host, CancellationTokenSource Stop, Task Loop)> watched = [];
        try
        {
            while (true)
            {
                try
                {
                    await MatchAsync(watched, stoppingToken);
                    await changed.Reader.ReadAsync(stoppingToken);
                }
                catch (Exception error) when (StoreFaults.MayPass(error) && !stoppingToken.IsCancellationRequested)
                {
                    log.LogWarning("The list of hosts cannot be read; trying again: {Problem}", error.Message);
                    await Task.Delay(Retry, clock, stoppingToken);
                }
            }
        }
        finally
        {
            health.Changed -= OnHealth;
            await Task.WhenAll(watched.Values.Select(entry => EndAsync(entry.Stop, entry.Loop)));
        }
    }

    private void OnHealth(string containerId, HealthNote note) => feed.Publish(new ChangeNote(null, "inventory", Guid.Empty));

    private async Task MatchAsync(Dictionary<Guid, (Host Host, CancellationTokenSource Stop, Task Loop)> watched, CancellationToken cancellationToken)
    {
        await using var db = databases.Platform();
        var hosts = await db.Hosts.AsNoTracking().Where(host => host.Enabled).ToDictionaryAsync(host => host.Id, cancellationToken);
        foreach (var (id, entry) in watched.Where(entry => !hosts.TryGetValue(entry.Key, out var now) || now.Endpoint != entry.Value.Host.Endpoint).ToList())
        {
            await EndAsync(entry.Stop, entry.Loop);
            watched.Remove(id);
            inventory.Forget(id);
            book.Forget(id);
        }

        foreach (var host in hosts.Values.Where(host => !watched.ContainsKey(host.Id)))
        {
            var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            watched[host.Id] = (host, stop, Task.Run(() => WatchAsync(host, stop.Token), CancellationToken.None));
        }
    }

    private static async Task EndAsync(CancellationTokenSource stop, Task loop)
    {
        await stop.CancelAsync();
        await loop;
        stop.Dispose();
    }

    private async Task WatchAsync(Host host, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(engines.Of(host), cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (EngineException error)
            {
                if (inventory.Note(new HostStatus(host.Id, false, clock.GetUtcNow(), null, null, 0, 0, error.Message)))
                {
                    log.LogWarning("Host {Host} is not reachable: {Problem}", host.Name, error.Message);
                    feed.Publish(new ChangeNote(null, "inventory", host.Id));
                }
            }

            // Cancelled here is cancelled: the loop's condition ends it.
            await Task.Delay(Retry, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task FollowAsync(EngineHost engine, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var look = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        var limits = new LimitsWatch(engine, book);
        var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var events = ListenAsync(engine, limits, look.Writer, listening.SetResult, ended.Token);
        try
        {
            // What changes after this look is heard.
            await Task.WhenAny(listening.Task, events, Task.Delay(FullLook, clock, ended.Token));
            watch.LookAgainOn(engine.Host.Id);
            var calm = 0;
            while (!events.IsCompleted)
            {
                if (await LookAsync(engine, limits, cancellationToken))
                {
                    look.Writer.TryWrite(true);
                }

                // What comes in a burst, as from a deployment, is looked at some times a second.
                await Task.WhenAny(events, Task.Delay(BetweenLooks, clock, ended.Token));
                // Waited for and then taken: a read that nobody waits for any more would swallow the next event.
                await Task.WhenAny(look.Reader.WaitToReadAsync(ended.Token).AsTask(), events, Task.Delay(calm < Soon.Length ? Soon[calm] : FullLook, clock, ended.Token));
                calm = look.Reader.TryRead(out _) ? 0 : calm + 1;
            }

            await events;
        }
        finally
        {
            await ended.CancelAsync();
            await events.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private async Task ListenAsync(EngineHost engine, LimitsWatch limits, ChannelWriter<bool> look, Action connected, CancellationToken cancellationToken)
    {
        // A network's events carry no labels of the container that comes or goes.
        await foreach (var one in engine.Client.System.EventsAsync(new EventFilter { Types = ["container", "network"], Connected = connected }, cancellationToken))
        {
            var ours = one.Type == "network"
                ? one.Action is "connect" or "disconnect"
                : one.Attributes.ContainsKey(ReplicaLabels.TenantKey) && !one.Action.StartsWith("exec_", StringComparison.Ordinal);
            if (ours)
            {
                limits.Hear(one);
                watch.LookAgain(one.Type == "network" ? one.Attributes.GetValueOrDefault("container", "") : one.ActorId);
                look.TryWrite(true);
            }
        }

        throw new EngineException(new EngineError(EngineErrorKind.Unavailable, null, "The engine ended its event stream."));
    }

    /// <returns>Whether another look is to follow.</returns>
    private async Task<bool> LookAsync(EngineHost engine, LimitsWatch limits, CancellationToken cancellationToken)
    {
        var newcomer = inventory.Host(engine.Host.Id) is { Reachable: true } ? null : await engine.Client.System.InfoAsync(cancellationToken);
        if (newcomer is not null)
        {
            book.Note(engine.Host.Id, newcomer.Capacity);
        }

        var containers = await engine.Client.Containers.ListAsync(new ContainerFilter { All = true, Labels = [ReplicaLabels.TenantKey] }, cancellationToken);
        var more = await limits.ReadAsync(containers, cancellationToken);
        var seen = ImmutableArray.CreateBuilder<InventoryReplica>(containers.Count);
        foreach (var container in containers)
        {
            if (ReplicaLabels.Read(container.Labels) is not { } labels)
            {
                continue;
            }

            seen.Add(new InventoryReplica(engine.Host.Id, container.Id, container.Name, labels, container.Status, container.Image, container.Created, null) { Networks = string.Join(' ', container.Networks.Keys.Order(StringComparer.Ordinal)), Limits = book[container.Id] });
            if (container.Status == ContainerStatus.Running)
            {
                watch.Watch(engine, container.Id, labels.Probe);
            }
        }

        foreach (var tenant in inventory.Replace(engine.Host.Id, seen.ToImmutable()))
        {
            feed.Publish(new ChangeNote(tenant, "inventory", engine.Host.Id));
        }

        // Last: whoever finds the host reachable takes what the inventory has of it for all there is.
        if (newcomer is { } info)
        {
            inventory.Note(new HostStatus(engine.Host.Id, true, clock.GetUtcNow(), info.ServerVersion, info.KernelVersion, info.Cpus, info.MemoryBytes, null));
            log.LogInformation("Host {Host} answers: Docker {Version}", engine.Host.Name, info.ServerVersion);
            feed.Publish(new ChangeNote(null, "inventory", engine.Host.Id));
        }

        return more;
    }
}
