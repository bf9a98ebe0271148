using System.Collections.Immutable;

namespace Portal.HAProxy;

/// <summary>What a model must satisfy before anything of it is written or sent.</summary>
public static class ModelRules
{
    /// <exception cref="ArgumentException">Names the first thing that is not allowed.</exception>
    public static void Check(GatewayModel model)
    {
        CheckListen(model.Listen);
        CheckCertificates(model);
        foreach (var (group, side) in model.LiveSides)
        {
            Identifiers.Require("a group", group, Identifiers.IsGroup);
            Identifiers.Require($"the live side of '{group}'", side, text => LivePointer.TryParse(text) is not null);
        }
        var places = new HashSet<string>(StringComparer.Ordinal);
        var byKey = new Dictionary<string, RouteModel>(StringComparer.Ordinal);
        foreach (var route in model.Routes)
        {
            CheckRoute(route);
            if (!model.LiveSides.ContainsKey(route.Group))
                throw new ArgumentException($"Route '{route.Key}' is of group '{route.Group}', which has no live side.");
            if (!places.Add(ConfigRenderer.RouteEntry(route)))
                throw new ArgumentException($"Two routes claim '{route.Host}{route.Path}'.");
            if (!byKey.TryAdd(route.Key, route) && !HaveSameServers(byKey[route.Key], route))
                throw new ArgumentException($"Two routes share the key '{route.Key}' but not its servers.");
        }
        CheckTcpRoutes(model, byKey);
    }

    private static void CheckListen(GatewayListen listen)
    {
        if (listen.Binds.IsDefaultOrEmpty)
            throw new ArgumentException("The gateway has no address to listen on.");
        if (listen.Binds.Concat(listen.TlsBinds).Any(bind => bind.Port is < 1 or > 65535) || listen.PublicTlsPort is < 0 or > 65535)
            throw new ArgumentException("The gateway needs a port from 1 to 65535.");
        if (listen.Binds.Intersect(listen.TlsBinds).Any())
            throw new ArgumentException("The gateway cannot take both HTTP and HTTPS at one address.");
        if (listen.Health is { } health && listen.Binds.Concat(listen.TlsBinds).Contains(health))
            throw new ArgumentException("The gateway cannot answer for its health where it takes requests.");
        Identifiers.Require("a socket path", listen.AdminSocket, RuntimeAddress.IsAllowed);
        Identifiers.Require("a socket path", listen.MasterSocket, RuntimeAddress.IsAllowed);
        ArgumentOutOfRangeException.ThrowIfLessThan(listen.MaxConnections, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(listen.SlotsPerBackend, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(listen.DrainLimit, TimeSpan.FromSeconds(1));
    }

    private static void CheckTcpRoutes(GatewayModel model, Dictionary<string, RouteModel> byKey)
    {
        var taken = model.Listen.Binds.Concat(model.Listen.TlsBinds).Select(bind => bind.Port).ToHashSet();
        var keys = byKey.Keys.ToHashSet(StringComparer.Ordinal);
        foreach (var route in model.TcpRoutes)
        {
            if (route.Port is < 1 or > 65535)
                throw new ArgumentException($"Port {route.Port} of '{route.Key}' is not from 1 to 65535.");
            if (!taken.Add(route.Port))
                throw new ArgumentException($"Port {route.Port} is taken twice.");
            Identifiers.Require("a route key", route.Key, Identifiers.IsKey);
            if (!keys.Add(route.Key))
                throw new ArgumentException($"Two routes share the key '{route.Key}', and one is a port's.");
            if (!model.LiveSides.ContainsKey(route.Group))
                throw new ArgumentException($"Route '{route.Key}' is of group '{route.Group}', which has no live side.");
            CheckServers(route.Key, route.Servers);
        }
    }

    private static void CheckCertificates(GatewayModel model)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        if (model.Certificates.SelectMany(certificate => certificate.Names).FirstOrDefault(name => !names.Add(name)) is { } twice)
            throw new ArgumentException($"Two certificates claim '{twice}'.");
    }

    private static void CheckRoute(RouteModel route)
    {
        Identifiers.Require("a host", route.Host, Identifiers.IsHost);
        Identifiers.Require("a path prefix", route.Path, Identifiers.IsPath);
        Identifiers.Require("a route key", route.Key, Identifiers.IsKey);
        ArgumentOutOfRangeException.ThrowIfNegative(route.Policy.MaxBodyBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(route.Policy.ClientRate);
        ArgumentOutOfRangeException.ThrowIfNegative(route.Policy.Rate);
        ArgumentOutOfRangeException.ThrowIfLessThan(route.Policy.Timeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(route.Policy.Hold, TimeSpan.Zero);
        if (route.Policy.RedirectTo is { } target)
            Identifiers.Require("an address to redirect to", target, RoutePolicy.IsRedirect);
        CheckServers(route.Key, route.Servers);
    }

    private static void CheckServers(string key, ImmutableSortedDictionary<string, ImmutableArray<ServerModel>> byName)
    {
        foreach (var (side, servers) in byName)
        {
            Identifiers.Require("a side", side, Sides.All.Contains);
            for (var i = 0; i < servers.Length; i++)
            {
                Identifiers.Require("a server's address", servers[i].Address, Identifiers.IsAddress);
                if (servers[i].Port is < 1 or > 65535)
                    throw new ArgumentException($"Port {servers[i].Port} of a server of '{key}' is not from 1 to 65535.");
                if (servers.Take(i).Any(servers[i].IsSameServer))
                    throw new ArgumentException($"'{key}' has the server {servers[i].Address} port {servers[i].Port} twice.");
            }
        }
    }

    private static bool HaveSameServers(RouteModel one, RouteModel other) =>
        Sides.All.All(side => one.Servers.GetValueOrDefault(side, []).SequenceEqual(other.Servers.GetValueOrDefault(side, [])));
}
