using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace Portal.HAProxy;

/// <summary>
/// Makes the gateway be what a model says, with the least disturbance: servers and live sides at run time, a reload only for what
/// needs one. The files always say what runs, so a restart of HAProxy comes back to it. One writer at a time.
/// </summary>
/// <remarks>
/// A replaced worker still answers on the connections it holds, so every change goes to it as well: otherwise a client with an old
/// connection would see the old side after a switch had been acknowledged.
/// </remarks>
/// <param name="name">Tells its counters from other gateways'.</param>
public sealed class GatewayDriver(HAProxyProcess process, TimeProvider? time = null, string name = "") : IDisposable
{
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan EndPause = TimeSpan.FromMilliseconds(20);

    private readonly SemaphoreSlim writer = new(1, 1);
    private readonly TimeProvider time = time ?? TimeProvider.System;

    /// <summary>What the last model left; null: none has yet, or the last one was not taken.</summary>
    private volatile Left? left;

    /// <summary>Starts, reloads or changes the running gateway until it is as the model says, and reads it back.</summary>
    /// <exception cref="ArgumentException">The model is not allowed; nothing was changed.</exception>
    /// <exception cref="HAProxyException">See <see cref="HAProxyFault"/>.</exception>
    public async Task<ApplyResult> ApplyAsync(GatewayModel model, CancellationToken cancellation = default)
    {
        ModelRules.Check(model);
        if (model.Listen.AdminSocket != process.AdminSocket || model.Listen.MasterSocket != process.MasterSocket)
            throw new ArgumentException("The model's sockets are not those of the process.", nameof(model));
        await writer.WaitAsync(cancellation);
        try
        {
            left = null;
            var result = await process.FindAsync(cancellation) is null
                ? await StartAsync(model, cancellation)
                : await ConvergeAsync(model, cancellation);
            left = new((await process.Admin.ShowInfoAsync(cancellation)).Pid, BackendsOf(model));
            return result;
        }
        finally
        {
            writer.Release();
        }
    }

    /// <summary>Whether the process that took the last model runs still. A quick look: what somebody else did to it by hand does not show.</summary>
    /// <exception cref="HAProxyException">It does not answer.</exception>
    public async Task<bool> IsAsLeftAsync(CancellationToken cancellation = default) =>
        left is { } last && (await process.Admin.ShowInfoAsync(cancellation)).Pid == last.Pid;

    /// <summary>Writes what a process that does not answer is to start from. What runs is not asked.</summary>
    /// <exception cref="HAProxyException">BadConfig.</exception>
    public async Task PrepareAsync(GatewayModel model, CancellationToken cancellation = default)
    {
        ModelRules.Check(model);
        await writer.WaitAsync(cancellation);
        try
        {
            await WriteAsync(ConfigRenderer.Render(model, SlotLayout.Assign(model, SlotLayout.Empty)), cancellation);
        }
        finally
        {
            writer.Release();
        }
    }

    /// <summary>Lets the running process say for one lease (<see cref="GatewayReadiness"/>) that it is as it should be.</summary>
    public Task SetReadyAsync(CancellationToken cancellation = default) => process.Admin.SetReadyAsync(cancellation);

    public Task ClearReadyAsync(CancellationToken cancellation = default) => process.Admin.ClearReadyAsync(cancellation);

    /// <summary>Moves a group to a side: one map entry in every worker, read back, then the file. On any failure the old side stays live.</summary>
    /// <exception cref="HAProxyException">Refused: no such group. Others as <see cref="HAProxyFault"/> says.</exception>
    public Task<SwitchResult> SwitchAsync(string group, string side, CancellationToken cancellation = default) => PointAsync(group, new LivePointer(side), fromAnySide: true, cancellation);

    /// <summary>Leaves a share to the side that is not live, or nothing any more. The live side stays as it is.</summary>
    /// <exception cref="HAProxyException">Refused: another side is live. Others as of a switch.</exception>
    public Task<SwitchResult> ShareAsync(string group, LivePointer wanted, CancellationToken cancellation = default) => PointAsync(group, wanted, fromAnySide: false, cancellation);

    /// <summary>Puts a group's entry back to what it was, whatever it is now.</summary>
    /// <exception cref="HAProxyException">As of a switch.</exception>
    public Task<SwitchResult> PutBackAsync(string group, LivePointer former, CancellationToken cancellation = default) => PointAsync(group, former, fromAnySide: true, cancellation);

    private async Task<SwitchResult> PointAsync(string group, LivePointer wanted, bool fromAnySide, CancellationToken cancellation)
    {
        Identifiers.Require("a group", group, Identifiers.IsGroup);
        var to = LivePointer.Parse(wanted.ToString());
        await writer.WaitAsync(cancellation);
        try
        {
            var (asked, map) = (WorkersAsync(cancellation), process.Admin.GetMapAsync(GatewayFiles.LiveName, cancellation));
            await Task.WhenAll(asked, map);
            var (workers, live) = (await asked, await map);
            if (!live.TryGetValue(group, out var from))
                throw new HAProxyException(HAProxyFault.Refused, $"The gateway knows no group '{group}'.");
            if (!fromAnySide && LivePointer.Parse(from).Side != to.Side)
                throw new HAProxyException(HAProxyFault.Refused, $"'{group}' is not live on {to.Side}.");
            var started = time.GetTimestamp();
            try
            {
                foreach (var worker in workers)
                    await PointAsync(worker, group, to.ToString(), cancellation);
                var moved = time.GetElapsedTime(started);
                process.Files.WriteLive(ConfigRenderer.LiveMap(live.SetItem(group, to.ToString())));
                return new(group, LivePointer.Parse(from), to, moved, time.GetElapsedTime(started), workers.Length);
            }
            catch (Exception error)
            {
                await TakeBackAsync(workers, group, from, error);
                throw;
            }
        }
        finally
        {
            writer.Release();
        }
    }

    /// <summary>What runs now: backend (route key, colon, side) → its servers. Empty where nothing runs.</summary>
    public async Task<ImmutableSortedDictionary<string, ImmutableArray<ServerModel>>> ServersAsync(CancellationToken cancellation = default)
    {
        if (await process.FindAsync(cancellation) is null)
            return ImmutableSortedDictionary<string, ImmutableArray<ServerModel>>.Empty;
        var layout = WorkerSync.Observed(await process.Admin.ShowServersAsync(cancellation: cancellation));
        return layout.Backends.ToImmutableSortedDictionary(
            backend => backend.Key, backend => backend.Value.OfType<ServerModel>().ToImmutableArray(), StringComparer.Ordinal);
    }

    /// <summary>The group's counters in every worker. Needs no writer's lock; a worker that ends meanwhile is left out.</summary>
    public async Task<GroupCounters> CountersAsync(string group, CancellationToken cancellation = default)
    {
        // By name where they are known: of thousands the answer is long, and every switch waits for it.
        var names = left?.Backends.GetValueOrDefault(group, []) is { Length: <= RuntimeClient.MostNamed } known ? (IReadOnlyCollection<string>?)known : null;
        // The current worker is asked before it is known which others there are: it is on the way of every switch.
        var (asked, current) = (WorkersAsync(cancellation), process.Admin.ShowStatsAsync(names, backendsOnly: true, cancellation: cancellation));
        await Task.WhenAll(asked, current);
        var workers = ImmutableDictionary.CreateBuilder<WorkerId, ImmutableSortedDictionary<string, SideCounters>>();
        foreach (var worker in await asked)
        {
            var rows = worker.IsCurrent ? await current : await AskAsync(worker, client => client.ShowStatsAsync(names, backendsOnly: true, cancellation: cancellation), cancellation);
            if (!rows.IsDefault)
                workers[new(worker.Pid, name)] = BySide(group, rows);
        }
        return new(group, workers.ToImmutable());
    }

    /// <summary>All that is counted, by worker. Needs no writer's lock; a worker that ends meanwhile is left out.</summary>
    public async Task<TrafficReading> TrafficAsync(CancellationToken cancellation = default)
    {
        var workers = ImmutableDictionary.CreateBuilder<WorkerId, ImmutableDictionary<string, BackendTraffic>>();
        foreach (var worker in await WorkersAsync(cancellation))
        {
            if (await AskAsync(worker, client => TrafficAsync(client, cancellation), cancellation) is { } read)
                workers[new(worker.Pid, name)] = read;
        }
        return new(workers.ToImmutable());
    }

    /// <summary>Requests that a server of a route is busy with, over all workers.</summary>
    public async Task<long> InFlightAsync(string key, string side, ServerModel server, CancellationToken cancellation = default)
    {
        var backend = Identifiers.BackendOf(Identifiers.Require("a route key", key, Identifiers.IsKey), side);
        long sum = 0;
        foreach (var worker in await WorkersAsync(cancellation))
            sum += await AskAsync(worker, client => InFlightAsync(client, backend, server, cancellation), cancellation);
        return sum;
    }

    public void Dispose() => writer.Dispose();

    private async Task<ApplyResult> StartAsync(GatewayModel model, CancellationToken cancellation)
    {
        var layout = SlotLayout.Assign(model, SlotLayout.Empty);
        var files = ConfigRenderer.Render(model, layout);
        var written = await WriteAsync(files, cancellation);
        await process.StartAsync(cancellation);
        // A draining server starts as disabled; this makes it draining.
        var changes = await new WorkerSync(process.Admin, model, layout, isCurrent: true).RunAsync(cancellation);
        return new(Started: true, Reloaded: false, changes, written);
    }

    private async Task<int> WriteAsync(GatewayFiles files, CancellationToken cancellation)
    {
        // Nobody's start depends on what is there already, and HAProxy's check takes a moment.
        if (process.IsElsewhere && process.Files.Has(files))
            return 0;
        Directory.CreateDirectory(process.Files.Directory);
        await process.CheckAsync(files, cancellation);
        return process.Files.Write(files);
    }

    private async Task<ApplyResult> ConvergeAsync(GatewayModel model, CancellationToken cancellation)
    {
        var info = await process.Admin.ShowInfoAsync(cancellation);
        var observed = WorkerSync.Observed(await process.Admin.ShowServersAsync(cancellation: cancellation));
        var layout = SlotLayout.Assign(model, observed);
        var files = ConfigRenderer.Render(model, layout);
        var reload = files.Fingerprint != info.Fingerprint;
        var written = reload ? await ReloadAsync(files, cancellation) : 0;
        var changes = 0;
        foreach (var worker in await WorkersAsync(cancellation))
        {
            var changed = await AskAsync(worker, client => new WorkerSync(client, model, layout, worker.IsCurrent).RunAsync(cancellation), cancellation);
            changes += worker.IsCurrent ? changed : 0;
        }
        // Without a reload the files come last: they tell what runs, not what was meant to.
        return new(Started: false, reload, changes, written + process.Files.Write(files));
    }

    private async Task<int> ReloadAsync(GatewayFiles files, CancellationToken cancellation)
    {
        await process.CheckAsync(files, cancellation);
        var former = process.Files.Read();
        if (!process.IsElsewhere)
            RefuseTakenAddresses(files, former);
        var written = process.Files.Write(files);
        try
        {
            await process.ReloadAsync(cancellation);
            return written;
        }
        catch (HAProxyException) when (former is not null)
        {
            process.Files.Write(former);
            throw;
        }
    }

    // HAProxy pauses its own listeners for a second or more while it tries for an address that somebody else holds.
    private static void RefuseTakenAddresses(GatewayFiles files, GatewayFiles? former)
    {
        var held = former is null ? [] : BindsIn(former.Config);
        foreach (var address in BindsIn(files.Config).Where(address => !held.Contains(address)))
        {
            try
            {
                using var probe = new TcpListener(IPEndPoint.Parse(address));
                probe.Start();
            }
            catch (SocketException error)
            {
                throw new HAProxyException(HAProxyFault.AddressInUse, $"The gateway cannot listen on {address}: {error.Message}.", error);
            }
        }
    }

    private static HashSet<string> BindsIn(string config) =>
        [.. config.Split('\n').Where(line => line.StartsWith("  bind ", StringComparison.Ordinal)).Select(line => line["  bind ".Length..].Split(' ')[0])];

    private static ImmutableDictionary<string, ImmutableArray<string>> BackendsOf(GatewayModel model) =>
        model.Routes.Select(route => route.Key).Concat(model.TcpRoutes.Select(route => route.Key)).Distinct(StringComparer.Ordinal)
            .SelectMany(key => Sides.All.Select(side => (Group: Identifiers.GroupOf(key), Name: Identifiers.BackendOf(key, side))))
            .GroupBy(backend => backend.Group, backend => backend.Name, StringComparer.Ordinal)
            .ToImmutableDictionary(group => group.Key, group => group.ToImmutableArray(), StringComparer.Ordinal);

    /// <param name="Pid">The worker's.</param>
    /// <param name="Backends">Group → its backends.</param>
    private sealed record Left(int Pid, ImmutableDictionary<string, ImmutableArray<string>> Backends);

    private sealed record Worker(int Pid, bool IsCurrent, RuntimeClient Client);

    /// <summary>The current worker first.</summary>
    private async Task<ImmutableArray<Worker>> WorkersAsync(CancellationToken cancellation)
    {
        var state = await process.Master.ShowProcessesAsync(cancellation);
        var current = state.Current ?? throw new HAProxyException(HAProxyFault.NotRunning, "HAProxy has no worker.");
        return [
            new(current.Pid, true, process.Admin),
            .. state.Workers.Where(worker => !worker.IsCurrent).Select(worker => new Worker(worker.Pid, false, process.Master.Worker(worker.Pid)))];
    }

    private async Task PointAsync(Worker worker, string group, string side, CancellationToken cancellation)
    {
        await AskAsync(worker, async client =>
        {
            var read = await client.MoveMapAsync(GatewayFiles.LiveName, group, side, cancellation);
            // A replaced worker that does not know the group routes nothing to it.
            return read == side || (read is null && !worker.IsCurrent)
                ? true
                : throw new HAProxyException(HAProxyFault.NotApplied, $"'{group}' should be {side} and reads back as {read ?? "nothing"}.");
        }, cancellation);
    }

    // After a cancellation half-way too: some workers may have moved. Itself not cancellable, or they would stay so.
    private async Task TakeBackAsync(ImmutableArray<Worker> workers, string group, string side, Exception reason)
    {
        try
        {
            foreach (var worker in workers)
                await PointAsync(worker, group, side, CancellationToken.None);
        }
        catch (HAProxyException error)
        {
            throw new HAProxyException(error.Fault, $"The switch failed ({reason.Message}) and could not be taken back: {error.Message}", reason);
        }
    }

    /// <summary>Asks a worker; one that was replaced and has ended since gives the default.</summary>
    private async Task<T?> AskAsync<T>(Worker worker, Func<RuntimeClient, Task<T>> ask, CancellationToken cancellation)
    {
        for (var started = time.GetTimestamp(); ;)
        {
            try
            {
                return await ask(worker.Client);
            }
            catch (HAProxyException) when (!worker.IsCurrent)
            {
                var state = await process.Master.ShowProcessesAsync(cancellation);
                if (!state.Workers.Any(other => other.Pid == worker.Pid))
                    return default;
                // One that is ending answers half, and is listed for a moment longer.
                if (time.GetElapsedTime(started) > EndLimit)
                    throw;
            }
            await Task.Delay(EndPause, time, cancellation);
        }
    }

    private static async Task<ImmutableDictionary<string, BackendTraffic>> TrafficAsync(RuntimeClient client, CancellationToken cancellation)
    {
        var (stats, counts) = (await client.ShowStatsAsync(backendsOnly: true, cancellation: cancellation), await client.ShowCountsAsync(AnswerTimes.Table, cancellation));
        var times = counts.Select(count => (Place: AnswerTimes.TryParse(count.Key), count.Value)).Where(count => count.Place is not null)
            .ToLookup(count => count.Place!.Value.Backend, count => KeyValuePair.Create(count.Place!.Value.Step, count.Value), StringComparer.Ordinal);
        return stats.Where(row => row.Kind == StatKind.Backend && row.Proxy.Contains(':', StringComparison.Ordinal)).ToImmutableDictionary(
            row => row.Proxy, row => new BackendTraffic(CountersOf(row), new AnswerTimes(times[row.Proxy].ToImmutableSortedDictionary())), StringComparer.Ordinal);
    }

    private static SideCounters CountersOf(StatRow row) =>
        new(row.Requests, row.Answers5xx, row.ServerAborts, row.ClientAborts, row.Retries, row.Redispatches, row.InFlight);

    private static async Task<long> InFlightAsync(RuntimeClient client, string backend, ServerModel server, CancellationToken cancellation)
    {
        var stats = await client.ShowStatsAsync([backend], cancellation: cancellation);
        if (stats.IsEmpty)
            return 0;
        var slots = (await client.ShowServersAsync(backend, cancellation))
            .Where(row => row.Address == server.Address && row.Port == server.Port).Select(row => row.Server).ToHashSet(StringComparer.Ordinal);
        return stats.Where(row => row.Kind == StatKind.Server && row.Proxy == backend && slots.Contains(row.Server)).Sum(row => row.InFlight);
    }

    private static ImmutableSortedDictionary<string, SideCounters> BySide(string group, ImmutableArray<StatRow> rows) =>
        Sides.All.ToImmutableSortedDictionary(side => side, side => rows
            .Where(row => row.Kind == StatKind.Backend
                && row.Proxy.StartsWith(group + ":", StringComparison.Ordinal)
                && row.Proxy.EndsWith(":" + side, StringComparison.Ordinal))
            .Select(CountersOf)
            .Aggregate(SideCounters.Zero, (sum, next) => sum + next), StringComparer.Ordinal);
}
