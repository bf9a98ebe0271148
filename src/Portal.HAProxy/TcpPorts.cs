using System.Collections.Immutable;
using System.Globalization;

namespace Portal.HAProxy;

/// <summary>The last part of the configuration: it has defaults of its own, which hold for all that comes after them.</summary>
internal static class TcpPorts
{
    // Whether a silent connection is one that nobody needs, only its two ends know: a pool's may be silent for long.
    private const string Defaults = """

        defaults
          mode tcp
          balance roundrobin
          option redispatch
          retries 3
          timeout connect 5s
          timeout queue 10s
          timeout client 2h
          timeout server 2h

        """;

    public static IReadOnlySet<string> BackendsOf(ImmutableArray<TcpRouteModel> routes) =>
        routes.SelectMany(route => Sides.All.Select(side => Identifiers.BackendOf(route.Key, side))).ToHashSet(StringComparer.Ordinal);

    public static string Frontends(GatewayListen listen, ImmutableArray<TcpRouteModel> routes) =>
        Defaults + string.Concat(routes.OrderBy(route => route.Port).Select(route => Frontend(listen, route)));

    private static string Frontend(GatewayListen listen, TcpRouteModel route)
    {
        var binds = string.Join('\n', listen.Binds.Select(bind => $"  bind {ConfigRenderer.EndPointText(bind.Address, route.Port)}").Distinct().Order(StringComparer.Ordinal));
        return string.Create(CultureInfo.InvariantCulture, $"""

            frontend port-{route.Port}
            {binds}
              use_backend {route.Key}:%[str({route.Group}),map({GatewayFiles.LiveName}),{LivePointer.SideOf}]

            """);
    }
}
