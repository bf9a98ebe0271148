using System.Collections.Immutable;

namespace Portal.HAProxy;

/// <summary>
/// Brings one worker to what is wanted, by runtime commands, and looks again afterwards. Order matters: servers come in before a
/// map sends requests to them, and leave after.
/// </summary>
/// <param name="isCurrent">A replaced worker takes no new connections, and so needs no certificates any more.</param>
internal sealed class WorkerSync(RuntimeClient worker, GatewayModel model, SlotLayout layout, bool isCurrent)
{
    /// <summary>How HAProxy refuses a change of a server in a worker that it has replaced.</summary>
    private const string Closed = "Proxy is disabled";

    private readonly CertificateSync? certificates = isCurrent && model.Listen.TakesTls ? new(worker, model.Certificates) : null;

    private int changes;

    /// <summary>The worker was replaced and takes no change of servers any more; what it holds ends where it began.</summary>
    private bool fixedServers;

    /// <summary>The servers of a worker as a layout: a slot that points nowhere is free.</summary>
    public static SlotLayout Observed(IEnumerable<ServerRow> rows)
    {
        var backends = ImmutableSortedDictionary.CreateBuilder<string, ImmutableArray<ServerModel?>>(StringComparer.Ordinal);
        foreach (var group in rows.GroupBy(row => row.Backend, StringComparer.Ordinal))
        {
            backends[group.Key] = [.. group.Select(row =>
                row.Address == ConfigRenderer.NoAddress ? null : new ServerModel(row.Address, row.Port, row.State))];
        }
        return new(backends.ToImmutable());
    }

    /// <returns>How many commands it took.</returns>
    /// <exception cref="HAProxyException">NotApplied when it does not read back as wanted.</exception>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var observed = await ObserveAsync(cancellation);
        await ServersAsync(observed, arriving: true, cancellation);
        changes += certificates is null ? 0 : await certificates.RunAsync(cancellation);
        await MapsAsync(observed, cancellation);
        await ServersAsync(observed, arriving: false, cancellation);
        if (changes > 0 && Difference(await ObserveAsync(cancellation)) is { } difference)
            throw new HAProxyException(HAProxyFault.NotApplied, difference);
        return changes;
    }

    private sealed record Observation(
        SlotLayout Layout, ImmutableSortedDictionary<string, string> Live, ImmutableSortedDictionary<string, string> Routes);

    private async Task<Observation> ObserveAsync(CancellationToken cancellation) => new(
        Observed(await worker.ShowServersAsync(cancellation: cancellation)),
        await worker.GetMapAsync(GatewayFiles.LiveName, cancellation),
        await worker.GetMapAsync(GatewayFiles.RoutesName, cancellation));

    private async Task ServersAsync(Observation observed, bool arriving, CancellationToken cancellation)
    {
        foreach (var (backend, index, wanted, now) in Slots(observed.Layout))
        {
            if (fixedServers)
                return;
            if (wanted == now || arriving != wanted is { State: ServerState.Ready })
                continue;
            try
            {
                await ChangeSlotAsync(backend, SlotLayout.SlotName(index), wanted, now, cancellation);
            }
            catch (HAProxyException error) when (!isCurrent && error is { Fault: HAProxyFault.Refused } && error.Message.StartsWith(Closed, StringComparison.Ordinal))
            {
                // Only its maps can be changed: it lives on for its web sockets and downloads, and nothing may wait for those.
                fixedServers = true;
            }
        }
    }

    private async Task ChangeSlotAsync(string backend, string slot, ServerModel? wanted, ServerModel? now, CancellationToken cancellation)
    {
        var moves = wanted is null ? now is not null : !wanted.IsSameServer(now);
        var state = now?.State ?? ServerState.Maint;
        if (moves)
        {
            if (state != ServerState.Maint)
                await CountAsync(worker.SetServerStateAsync(backend, slot, ServerState.Maint, cancellation));
            await CountAsync(worker.SetServerAddressAsync(
                backend, slot, wanted?.Address ?? ConfigRenderer.NoAddress, wanted?.Port ?? ConfigRenderer.NoPort, cancellation));
            state = ServerState.Maint;
        }
        if (wanted is not null && wanted.State != state)
            await CountAsync(worker.SetServerStateAsync(backend, slot, wanted.State, cancellation));
    }

    private async Task MapsAsync(Observation observed, CancellationToken cancellation)
    {
        await MapAsync(GatewayFiles.LiveName, model.LiveSides, observed.Live, cancellation);
        await MapAsync(GatewayFiles.RoutesName, RoutesFor(observed.Layout), observed.Routes, cancellation);
    }

    private async Task MapAsync(
        string map, ImmutableSortedDictionary<string, string> wanted, ImmutableSortedDictionary<string, string> now, CancellationToken cancellation)
    {
        foreach (var (key, value) in wanted)
        {
            if (!now.TryGetValue(key, out var present))
                await CountAsync(worker.AddMapAsync(map, key, value, cancellation));
            else if (present != value)
                await CountAsync(worker.SetMapAsync(map, key, value, cancellation));
        }
        foreach (var key in now.Keys.Where(key => !wanted.ContainsKey(key)))
            await CountAsync(worker.DeleteMapAsync(map, key, cancellation));
    }

    private string? Difference(Observation observed)
    {
        foreach (var (backend, index, wanted, now) in Slots(observed.Layout))
        {
            if (wanted != now && !fixedServers)
                return $"{backend}/{SlotLayout.SlotName(index)} should be {wanted?.ToString() ?? "free"} and is {now?.ToString() ?? "free"}.";
        }
        if (!observed.Live.SequenceEqual(model.LiveSides.WithComparers(StringComparer.Ordinal)))
            return "The map of live sides does not read back as it was set.";
        return observed.Routes.SequenceEqual(RoutesFor(observed.Layout)) ? null : "The map of routes does not read back as it was set.";
    }

    // A replaced worker may know fewer backends, or fewer slots; what it does not know it cannot send requests to.
    private IEnumerable<(string Backend, int Index, ServerModel? Wanted, ServerModel? Now)> Slots(SlotLayout observed)
    {
        foreach (var (backend, now) in observed.Backends)
        {
            var wanted = layout.Backends.GetValueOrDefault(backend, []);
            for (var i = 0; i < now.Length; i++)
                yield return (backend, i, i < wanted.Length ? wanted[i] : null, now[i]);
        }
    }

    private ImmutableSortedDictionary<string, string> RoutesFor(SlotLayout observed) => model.Routes
        .Where(route => observed.Backends.ContainsKey(Identifiers.BackendOf(route.Key, Sides.Blue)))
        .ToImmutableSortedDictionary(ConfigRenderer.RouteEntry, route => route.Policy.Entry(route.Key), StringComparer.Ordinal);

    private async Task CountAsync(Task change)
    {
        await change;
        changes++;
    }
}
