using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Gateway.Certificates;
using Portal.HAProxy;
using Portal.Stacks;
using Portal.Store;

namespace Portal.Gateway;

/// <summary>
/// The product's words in front of <see cref="GatewayDriver"/>: host names and live sides come from the database, replicas from
/// the deployments that let them in and out. What HAProxy served before this process began is read from it and kept.
/// </summary>
public sealed class HAProxyGateway(HAProxyProcess process, GatewayDriver driver, PortalDbFactory databases, ServedCertificates certificates, IOptions<GatewayOptions> options) : IGateway, IDisposable
{
    private readonly SemaphoreSlim writer = new(1, 1);
    private ImmutableDictionary<BackendSide, ImmutableArray<ServerModel>>? servers;

    /// <summary>Pointers moved here whose record is not committed yet: until the database says the same, they count.</summary>
    private ImmutableDictionary<string, Colour> moved = ImmutableDictionary.Create<string, Colour>(StringComparer.Ordinal);

    /// <summary>Tenants whose requests wait for a switch of this portal's.</summary>
    private ImmutableHashSet<string> held = ImmutableHashSet.Create<string>(StringComparer.Ordinal);

    public async Task<IReadOnlyList<GatewayServer>> ServersAsync(BackendKey backend, CancellationToken cancellationToken)
    {
        // What was last made to be, also while somebody makes something else: looks do not wait for a reload.
        var known = servers ?? await ExclusiveAsync(() => KnownAsync(cancellationToken), cancellationToken);
        return [.. known.GetValueOrDefault(BackendSide.Of(backend), []).Select(server => new GatewayServer(server.Address, server.Port, server.State == ServerState.Ready ? ServerPlace.In : ServerPlace.Draining))];
    }


    public Task AdmitAsync(BackendKey backend, string address, int port, IReadOnlyCollection<(string Address, int Port)> known, CancellationToken cancellationToken) =>
        ChangeAsync(backend, before => [.. before.Where(server => !Is(server, address, port) && known.Contains((server.Address, server.Port))), new ServerModel(address, port)], cancellationToken);

    public Task DrainAsync(BackendKey backend, string address, int port, CancellationToken cancellationToken) =>
        ChangeAsync(backend, before => [.. before.Select(server => Is(server, address, port) ? server with { State = ServerState.Drain } : server)], cancellationToken);

    public Task RemoveAsync(BackendKey backend, string address, int port, CancellationToken cancellationToken) =>
        ChangeAsync(backend, before => [.. before.Where(server => !Is(server, address, port))], cancellationToken);

    public async Task<int> InFlightAsync(BackendKey backend, string address, int port, CancellationToken cancellationToken)
    {
        try
        {
            return (int)await driver.InFlightAsync(backend.RouteKey, backend.Colour.Text(), new ServerModel(address, port), cancellationToken);
        }
        catch (HAProxyException error)
        {
            throw new GatewayException(error.Message, error);
        }
    }

    public Task ApplyAsync(CancellationToken cancellationToken) =>
        ExclusiveAsync(async () => await ApplyAsync(await KnownAsync(cancellationToken), cancellationToken), cancellationToken);

    public Task ShareAsync(string tenantSlug, Colour live, Share? share, CancellationToken cancellationToken) =>
        ExclusiveAsync(() => driver.ShareAsync(tenantSlug, new LivePointer(live.Text(), share), cancellationToken), cancellationToken);

    public Task HoldAsync(string tenantSlug, Colour live, CancellationToken cancellationToken) =>
        ExclusiveAsync(async () =>
        {
            held = held.Add(tenantSlug);
            return await driver.ShareAsync(tenantSlug, new LivePointer(live.Text()) { Held = true }, cancellationToken);
        }, cancellationToken);

    public Task ReleaseAsync(string tenantSlug, Colour live, CancellationToken cancellationToken) =>
        ExclusiveAsync(async () =>
        {
            if (!held.Contains(tenantSlug))
            {
                return false;
            }

            // Whatever becomes of the command: what is not held is made so again by the keeper.
            held = held.Remove(tenantSlug);
            await driver.ShareAsync(tenantSlug, new LivePointer(live.Text()), cancellationToken);
            return true;
        }, cancellationToken);

    public Task<TimeSpan> PointAsync(string tenantSlug, Colour live, CancellationToken cancellationToken) =>
        ExclusiveAsync(async () =>
        {
            var result = await driver.SwitchAsync(tenantSlug, live.Text(), cancellationToken);
            moved = moved.SetItem(tenantSlug, live);
            held = held.Remove(tenantSlug);
            return result.Moved;
        }, cancellationToken);

    public async Task<IReadOnlyDictionary<string, Colour>> LiveAsync(CancellationToken cancellationToken)
    {
        try
        {
            var live = await process.Admin.GetMapAsync(GatewayFiles.LiveName, cancellationToken);
            return live
                .Select(entry => (Tenant: entry.Key, Known: Colours.TryParse(LivePointer.TryParse(entry.Value)?.Side ?? "", out var colour), Colour: colour))
                .Where(entry => entry.Known)
                .ToImmutableDictionary(entry => entry.Tenant, entry => entry.Colour, StringComparer.Ordinal);
        }
        catch (HAProxyException error)
        {
            throw new GatewayException(error.Message, error);
        }
    }

    public async Task<GroupCounters> CountAsync(string tenantSlug, CancellationToken cancellationToken)
    {
        try
        {
            return await driver.CountersAsync(tenantSlug, cancellationToken);
        }
        catch (HAProxyException error)
        {
            throw new GatewayException(error.Message, error);
        }
    }

    public async Task<TrafficReading> TrafficAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await driver.TrafficAsync(cancellationToken);
        }
        catch (HAProxyException error)
        {
            throw new GatewayException(error.Message, error);
        }
    }

    public void Dispose() => writer.Dispose();

    private Task ChangeAsync(BackendKey backend, Func<ImmutableArray<ServerModel>, ImmutableArray<ServerModel>> change, CancellationToken cancellationToken) =>
        ExclusiveAsync(async () =>
        {
            var known = await KnownAsync(cancellationToken);
            var key = BackendSide.Of(backend);
            var wanted = known.SetItem(key, change(known.GetValueOrDefault(key, [])));
            await ApplyAsync(wanted, cancellationToken);
            servers = wanted;
            return true;
        }, cancellationToken);

    private async Task<ApplyResult> ApplyAsync(ImmutableDictionary<BackendSide, ImmutableArray<ServerModel>> wanted, CancellationToken cancellationToken) =>
        await driver.ApplyAsync(await ModelAsync(wanted, cancellationToken), cancellationToken);

    private async Task<GatewayModel> ModelAsync(ImmutableDictionary<BackendSide, ImmutableArray<ServerModel>> wanted, CancellationToken cancellationToken)
    {
        await using var db = databases.Platform();
        var pairs = await (
            from pair in db.Pairs.AsNoTracking()
            join tenant in db.Tenants on pair.TenantId equals tenant.Id
            where tenant.ArchivedAt == null
            select new { tenant.Slug, pair.Live, Gradual = db.GradualSwitches.FirstOrDefault(gradual => gradual.TenantId == pair.TenantId && gradual.State == GradualState.Running && gradual.Generation == pair.Generation) })
            .ToDictionaryAsync(row => row.Slug, row => (row.Live, row.Gradual), StringComparer.Ordinal, cancellationToken);
        moved = moved.RemoveRange(moved.Where(pointer => pairs.GetValueOrDefault(pointer.Key).Live == pointer.Value).Select(pointer => pointer.Key));
        var routes = await (
            from route in db.Routes.AsNoTracking()
            join stack in db.Stacks on route.StackId equals stack.Id
            join tenant in db.Tenants on route.TenantId equals tenant.Id
            where tenant.ArchivedAt == null && stack.RemovedAt == null
            orderby route.HostName, route.Path
            select new { Claim = new HostClaim(route.HostName, route.TenantId, route.CreatedAt, route.Id), route.HostName, route.Path, Settings = RouteSettings.Of(route), Key = new BackendKey(tenant.Slug, stack.Name, route.Service, route.Port, Colour.Blue) }).ToListAsync(cancellationToken);
        return new GatewayModel(
            new GatewayListen([.. options.Value.Binds], process.AdminSocket, process.MasterSocket) { TlsBinds = [.. options.Value.HttpsBinds], PublicTlsPort = options.Value.PublicHttpsPort ?? 0 },
            [.. routes.Select(route => new RouteModel(
                route.HostName,
                route.Path,
                route.Key.RouteKey,
                wanted.GetValueOrDefault(BackendSide.Of(route.Key), []),
                wanted.GetValueOrDefault(BackendSide.Of(route.Key with { Colour = Colour.Green }), [])) { Policy = route.Settings.Policy })],
            pairs.ToImmutableSortedDictionary(pair => pair.Key, pair => Pointer(pair.Key, pair.Value.Live, pair.Value.Gradual), StringComparer.Ordinal))
        {
            Certificates = options.Value.TakesHttps ? await certificates.ReadAsync(db, routes.Select(route => route.Claim), cancellationToken) : [],
        };
    }

    private string Pointer(string tenantSlug, Colour live, GradualSwitch? gradual) =>
        moved.TryGetValue(tenantSlug, out var newer) && newer != live ? newer.Text()
        : held.Contains(tenantSlug) ? new LivePointer(live.Text()) { Held = true }.ToString()
        : new LivePointer(live.Text(), gradual?.AsShare()).ToString();

    /// <summary>Kept in memory once read; a HAProxy that runs since before this process tells what it serves.</summary>
    private async Task<ImmutableDictionary<BackendSide, ImmutableArray<ServerModel>>> KnownAsync(CancellationToken cancellationToken) =>
        servers ??= (await driver.ServersAsync(cancellationToken)).ToImmutableDictionary(backend => BackendSide.Parse(backend.Key), backend => backend.Value);

    private async Task<T> ExclusiveAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        await writer.WaitAsync(cancellationToken);
        try
        {
            return await work();
        }
        catch (HAProxyException error)
        {
            throw new GatewayException(error.Message, error);
        }
        finally
        {
            writer.Release();
        }
    }

    private static bool Is(ServerModel server, string address, int port) => server.Address == address && server.Port == port;

    private readonly record struct BackendSide(string RouteKey, string Side)
    {
        public static BackendSide Of(BackendKey backend) => new(backend.RouteKey, backend.Colour.Text());

        /// <param name="backend">As HAProxy names it: route key, colon, side.</param>
        public static BackendSide Parse(string backend)
        {
            var at = backend.LastIndexOf(':');
            return new BackendSide(backend[..at], backend[(at + 1)..]);
        }
    }
}
