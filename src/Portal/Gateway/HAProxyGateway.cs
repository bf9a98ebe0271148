using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using Portal.Gateway.Certificates;
using Portal.Gateway.Members;
using Portal.HAProxy;
using Portal.Store;

namespace Portal.Gateway;

/// <summary>
/// The product's words in front of one HAProxy or several: what they should be (<see cref="WantedGateway"/>) is told to all of them
/// (<see cref="GatewayFleet"/>). What HAProxy served before this process began is read from it and kept.
/// </summary>
public sealed class HAProxyGateway(GatewayFleet fleet, PortalDbFactory databases, ServedCertificates certificates, IOptions<GatewayOptions> options) : IGateway, IDisposable
{
    private readonly SemaphoreSlim writer = new(1, 1);
    /// <summary>Something was begun and has failed: only a whole look tells how far it came.</summary>
    private volatile bool unsure;

    private readonly WantedGateway wanted = new(databases, certificates, options.Value.TakesHttps, options.Value.TcpRange);

    public async Task<IReadOnlyList<GatewayServer>> ServersAsync(BackendKey backend, CancellationToken cancellationToken)
    {
        // What was last made to be, also while somebody makes something else: looks do not wait for a reload.
        var known = wanted.Servers ?? await ExclusiveAsync(() => KnownAsync(cancellationToken), cancellationToken);
        return [.. known.GetValueOrDefault(BackendSide.Of(backend), []).Select(server => new GatewayServer(server.Address, server.Port, server.State == ServerState.Ready ? ServerPlace.In : ServerPlace.Draining))];
    }

    public Task AdmitAsync(BackendKey backend, string address, int port, IReadOnlyCollection<(string Address, int Port)> known, CancellationToken cancellationToken) =>
        ChangeAsync(backend, before => [.. before.Where(server => !Is(server, address, port) && known.Contains((server.Address, server.Port))), new ServerModel(address, port)], cancellationToken);

    public Task DrainAsync(BackendKey backend, string address, int port, CancellationToken cancellationToken) =>
        ChangeAsync(backend, before => [.. before.Select(server => Is(server, address, port) ? server with { State = ServerState.Drain } : server)], cancellationToken);

    public Task RemoveAsync(BackendKey backend, string address, int port, CancellationToken cancellationToken) =>
        ChangeAsync(backend, before => [.. before.Where(server => !Is(server, address, port))], cancellationToken);

    public async Task<int> InFlightAsync(BackendKey backend, string address, int port, CancellationToken cancellationToken) =>
        (int)(await ReadAsync((member, stop) => member.Driver.InFlightAsync(backend.RouteKey, backend.Colour.Text(), new ServerModel(address, port), stop), cancellationToken)).Sum();

    public Task ApplyAsync(CancellationToken cancellationToken) =>
        ExclusiveAsync(async () =>
        {
            GatewayModel model;
            try
            {
                model = await ModelAsync(await KnownAsync(cancellationToken), cancellationToken);
            }
            catch (Exception error) when (StoreFaults.MayPass(error))
            {
                // Without the database nothing is switched either.
                await fleet.RenewAsync(cancellationToken);
                throw;
            }

            await fleet.ApplyAsync(model, cancellationToken);
            unsure = false;
            return true;
        }, cancellationToken);

    public async Task<bool> KeepAsync(CancellationToken cancellationToken)
    {
        if (unsure || !await fleet.AreAsLeftAsync(cancellationToken))
        {
            return false;
        }

        await fleet.RenewAsync(cancellationToken);
        return true;
    }

    /// <summary>Brings one that is out in line, beside the others' work. It takes part again once nothing has changed meanwhile, and only then is it ready.</summary>
    /// <exception cref="HAProxyException">Still out, as are IOException and UnauthorizedAccessException: its folder cannot be written.</exception>
    internal async Task JoinAsync(GatewayMember member, CancellationToken cancellationToken)
    {
        for (var joined = false; !joined;)
        {
            var (model, version) = await ExclusiveAsync(async () => (await ModelAsync(await KnownAsync(cancellationToken), cancellationToken), wanted.Version), cancellationToken);
            await BringAsync(member, model with { Listen = member.Listen }, cancellationToken);
            joined = await ExclusiveAsync(() =>
            {
                if (wanted.Version == version)
                {
                    member.Note(GatewayState.InLine);
                }

                return Task.FromResult(wanted.Version == version);
            }, cancellationToken);
        }

        await member.Driver.SetReadyAsync(cancellationToken);
    }

    public Task ShareAsync(string tenantSlug, Colour live, Share? share, CancellationToken cancellationToken) =>
        ExclusiveAsync(() => fleet.PointAsync(tenantSlug, new LivePointer(live.Text(), share), fromAnySide: false, cancellationToken), cancellationToken);

    public Task HoldAsync(string tenantSlug, Colour live, CancellationToken cancellationToken) =>
        ExclusiveAsync(() =>
        {
            wanted.Hold(tenantSlug);
            return fleet.PointAsync(tenantSlug, new LivePointer(live.Text()) { Held = true }, fromAnySide: false, cancellationToken);
        }, cancellationToken);

    public Task ReleaseAsync(string tenantSlug, Colour live, CancellationToken cancellationToken) =>
        ExclusiveAsync(async () =>
        {
            if (!wanted.Holds(tenantSlug))
            {
                return false;
            }

            // Whatever becomes of the command: what is not held is made so again by the keeper.
            wanted.Release(tenantSlug);
            await fleet.PointAsync(tenantSlug, new LivePointer(live.Text()), fromAnySide: false, cancellationToken);
            return true;
        }, cancellationToken);

    public Task<Pointed> PointAsync(string tenantSlug, Colour live, CancellationToken cancellationToken) =>
        ExclusiveAsync(async () =>
        {
            // Before the first command: whoever is brought in line meanwhile is not to be told the old side.
            var back = wanted.Move(tenantSlug, live);
            try
            {
                var pointed = await fleet.PointAsync(tenantSlug, new LivePointer(live.Text()), fromAnySide: true, cancellationToken);
                wanted.Release(tenantSlug);
                return pointed;
            }
            catch
            {
                back();
                throw;
            }
        }, cancellationToken);

    public async Task<IReadOnlyDictionary<string, Colour>> LiveAsync(CancellationToken cancellationToken)
    {
        var maps = await ReadAsync((member, stop) => member.Process.Admin.GetMapAsync(GatewayFiles.LiveName, stop), cancellationToken);
        // A tenant on which they disagree has no live side.
        return maps.SelectMany(map => map)
            .Select(entry => (Tenant: entry.Key, Known: Colours.TryParse(LivePointer.TryParse(entry.Value)?.Side ?? "", out var colour), Colour: colour))
            .GroupBy(entry => entry.Tenant, StringComparer.Ordinal)
            .Where(tenant => tenant.Count() == maps.Count && tenant.All(entry => entry.Known) && tenant.Select(entry => entry.Colour).Distinct().Count() == 1)
            .ToImmutableDictionary(tenant => tenant.Key, tenant => tenant.First().Colour, StringComparer.Ordinal);
    }

    public async Task<GroupCounters> CountAsync(string tenantSlug, CancellationToken cancellationToken) =>
        GroupCounters.Sum(tenantSlug, await ReadAsync((member, stop) => member.Driver.CountersAsync(tenantSlug, stop), cancellationToken));

    public async Task<TrafficReading> TrafficAsync(CancellationToken cancellationToken) =>
        TrafficReading.Sum(await ReadAsync((member, stop) => member.Driver.TrafficAsync(stop), cancellationToken));

    public void Dispose() => writer.Dispose();

    private Task ChangeAsync(BackendKey backend, Func<ImmutableArray<ServerModel>, ImmutableArray<ServerModel>> change, CancellationToken cancellationToken) =>
        ExclusiveAsync(async () =>
        {
            var known = await KnownAsync(cancellationToken);
            var key = BackendSide.Of(backend);
            var next = known.SetItem(key, change(known.GetValueOrDefault(key, [])));
            await fleet.ApplyAsync(await ModelAsync(next, cancellationToken), cancellationToken);
            wanted.Servers = next;
            return true;
        }, cancellationToken);

    private static async Task BringAsync(GatewayMember member, GatewayModel model, CancellationToken cancellationToken)
    {
        try
        {
            await member.Driver.ApplyAsync(model, cancellationToken);
        }
        catch (HAProxyException error) when (member.Process.IsElsewhere && GatewayFault.IsAway(error))
        {
            // However it is started meanwhile, it begins with what is wanted now.
            await member.Driver.PrepareAsync(model, cancellationToken);
            throw;
        }
    }

    private Task<GatewayModel> ModelAsync(ImmutableDictionary<BackendSide, ImmutableArray<ServerModel>> servers, CancellationToken cancellationToken) =>
        wanted.ModelAsync(fleet.Members[0].Listen, servers, cancellationToken);

    /// <summary>Kept in memory once read; a HAProxy that runs since before this process tells what it serves.</summary>
    private async Task<ImmutableDictionary<BackendSide, ImmutableArray<ServerModel>>> KnownAsync(CancellationToken cancellationToken)
    {
        if (wanted.Servers is { } known)
        {
            return known;
        }

        var served = await fleet.ReadAsync((member, stop) => member.Driver.ServersAsync(stop), cancellationToken);
        var most = served.FirstOrDefault(one => one.Values.Any(servers => !servers.IsEmpty)) ?? served[0];
        wanted.Servers = most.ToImmutableDictionary(backend => BackendSide.Parse(backend.Key), backend => backend.Value);
        return wanted.Servers;
    }

    private async Task<IReadOnlyList<T>> ReadAsync<T>(Func<GatewayMember, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        try
        {
            return await fleet.ReadAsync(read, cancellationToken);
        }
        catch (HAProxyException error)
        {
            throw new GatewayException(error.Message, error);
        }
    }

    private async Task<T> ExclusiveAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        await writer.WaitAsync(cancellationToken);
        var well = false;
        try
        {
            var result = await work();
            well = true;
            return result;
        }
        catch (HAProxyException error)
        {
            throw new GatewayException(error.Message, error);
        }
        finally
        {
            unsure |= !well;
            writer.Release();
        }
    }

    private static bool Is(ServerModel server, string address, int port) => server.Address == address && server.Port == port;
}
