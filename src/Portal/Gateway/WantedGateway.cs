using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Gateway.Certificates;
using Portal.Gateway.Ports;
using Portal.HAProxy;
using Portal.Stacks;
using Portal.Store;

namespace Portal.Gateway;

/// <summary>
/// What the gateways should be: host names and live sides from the database, replicas from the deployments that let them in and out.
/// Not for several callers at once: who tells the gateways has a lock for it.
/// </summary>
internal sealed class WantedGateway(PortalDbFactory databases, ServedCertificates certificates, bool takesHttps, PortRange? ports)
{
    private ImmutableDictionary<BackendSide, ImmutableArray<ServerModel>>? servers;

    /// <summary>Pointers moved here whose record is not committed yet: until the database says the same, they count.</summary>
    private ImmutableDictionary<string, Colour> moved = ImmutableDictionary.Create<string, Colour>(StringComparer.Ordinal);

    /// <summary>Tenants whose requests wait for a switch of this portal's.</summary>
    private ImmutableHashSet<string> held = ImmutableHashSet.Create<string>(StringComparer.Ordinal);

    /// <summary>Grows with everything that is said here: what was made of an older one is yesterday's news.</summary>
    public long Version { get; private set; }

    /// <summary>What was last made to be; null: nothing yet.</summary>
    public ImmutableDictionary<BackendSide, ImmutableArray<ServerModel>>? Servers
    {
        get => servers;
        set
        {
            servers = value;
            Version++;
        }
    }

    public bool Holds(string tenantSlug) => held.Contains(tenantSlug);

    public void Hold(string tenantSlug)
    {
        held = held.Add(tenantSlug);
        Version++;
    }

    public void Release(string tenantSlug)
    {
        held = held.Remove(tenantSlug);
        Version++;
    }

    /// <returns>Takes it back.</returns>
    public Action Move(string tenantSlug, Colour live)
    {
        var former = moved;
        moved = moved.SetItem(tenantSlug, live);
        Version++;
        return () =>
        {
            moved = former.TryGetValue(tenantSlug, out var before) ? moved.SetItem(tenantSlug, before) : moved.Remove(tenantSlug);
            Version++;
        };
    }

    public async Task<GatewayModel> ModelAsync(GatewayListen listen, ImmutableDictionary<BackendSide, ImmutableArray<ServerModel>> wanted, CancellationToken cancellationToken)
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
            select new { Claim = new HostClaim(route.HostName, route.TenantId, route.CreatedAt, route.Id), route.HostName, route.Path, route.ListenPort, Settings = RouteSettings.Of(route), Key = new BackendKey(tenant.Slug, stack.Name, route.Service, route.Port, Colour.Blue) { Tcp = route.ListenPort != null } }).ToListAsync(cancellationToken);
        var http = routes.Where(route => route.ListenPort is null).ToList();
        return new GatewayModel(
            listen,
            [.. http.Select(route => new RouteModel(route.HostName, route.Path, route.Key.RouteKey, On(route.Key, Colour.Blue), On(route.Key, Colour.Green)) { Policy = route.Settings.Policy })],
            pairs.ToImmutableSortedDictionary(pair => pair.Key, pair => Pointer(pair.Key, pair.Value.Live, pair.Value.Gradual), StringComparer.Ordinal))
        {
            // One that is offered no more may be an address of HTTP by now.
            TcpRoutes =
            [
                .. from route in routes
                   where route.ListenPort is { } port && ports?.Holds(port) == true
                   select new TcpRouteModel(route.ListenPort!.Value, route.Key.RouteKey, On(route.Key, Colour.Blue), On(route.Key, Colour.Green)),
            ],
            Certificates = takesHttps ? await certificates.ReadAsync(db, http.Select(route => route.Claim), cancellationToken) : [],
        };

        ImmutableArray<ServerModel> On(BackendKey key, Colour colour) => wanted.GetValueOrDefault(BackendSide.Of(key with { Colour = colour }), []);
    }

    private string Pointer(string tenantSlug, Colour live, GradualSwitch? gradual) =>
        moved.TryGetValue(tenantSlug, out var newer) && newer != live ? newer.Text()
        : held.Contains(tenantSlug) ? new LivePointer(live.Text()) { Held = true }.ToString()
        : new LivePointer(live.Text(), gradual?.AsShare()).ToString();
}

/// <summary>A backend as HAProxy names it: route key, colon, side.</summary>
internal readonly record struct BackendSide(string RouteKey, string Side)
{
    public static BackendSide Of(BackendKey backend) => new(backend.RouteKey, backend.Colour.Text());

    public static BackendSide Parse(string backend)
    {
        var at = backend.LastIndexOf(':');
        return new BackendSide(backend[..at], backend[(at + 1)..]);
    }
}
