using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Portal.HAProxy;

/// <summary>Model → texts. Pure, and the same model gives the same bytes whatever the order of its parts.</summary>
public static class ConfigRenderer
{
    /// <summary>Where a free slot points: a documentation address that routes nowhere, in maintenance as well.</summary>
    internal const string NoAddress = "192.0.2.1";
    internal const int NoPort = 9;

    /// <exception cref="ArgumentException">The model breaks a rule of <see cref="ModelRules"/>.</exception>
    public static GatewayFiles Render(GatewayModel model)
    {
        ModelRules.Check(model);
        return Render(model, SlotLayout.Assign(model, SlotLayout.Empty));
    }

    internal static GatewayFiles Render(GatewayModel model, SlotLayout layout)
    {
        var structure = Config(model, "", layout.WithoutServers());
        var fingerprint = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(structure + HeldRequests.Program)))[..32];
        return new(Config(model, fingerprint, layout), RoutesMap(model), LiveMap(model.LiveSides), fingerprint)
        {
            CertificateList = model.Listen.TakesTls ? Lines(model.Certificates.Select(certificate => $"{certificate.FileName} {certificate.Filter}")) : null,
            Certificates = model.Listen.TakesTls
                ? model.Certificates.ToImmutableSortedDictionary(certificate => certificate.FileName, certificate => certificate.Pem, StringComparer.Ordinal)
                : ImmutableSortedDictionary<string, string>.Empty,
        };
    }

    /// <summary>
    /// The routes map is searched with host + path + "/" for its longest prefix; an entry that ends in "/" therefore matches whole
    /// segments only.
    /// </summary>
    internal static string RouteEntry(RouteModel route) => $"{route.Host}{route.Path.TrimEnd('/')}/";

    internal static string LiveMap(IEnumerable<KeyValuePair<string, string>> liveSides) =>
        Lines(liveSides.Select(entry => $"{entry.Key} {entry.Value}"));

    private static string RoutesMap(GatewayModel model) =>
        Lines(model.Routes.Select(route => $"{RouteEntry(route)} {route.Policy.Entry(route.Key)}"));

    private static string Lines(IEnumerable<string> lines) =>
        string.Concat(lines.Order(StringComparer.Ordinal).Select(line => line + "\n"));

    private static string Config(GatewayModel model, string fingerprint, SlotLayout layout)
    {
        var text = new StringBuilder();
        var listen = model.Listen;
        var ports = TcpPorts.BackendsOf(model.TcpRoutes);
        text.Append(Global(listen, fingerprint)).Append('\n').Append(Defaults).Append('\n').Append(Frontend(listen)).Append(RoutePolicy.Tables).Append(AnswerTimes.Tables);
        if (listen.Health is { } health)
            text.Append(GatewayReadiness.Section(health));
        foreach (var (name, slots) in layout.Backends.Where(backend => !ports.Contains(backend.Key)))
            AppendBackend(text, name, RoutePolicy.BackendRule + HeldRequests.ForReplica, slots);
        if (ports.Count == 0)
            return text.ToString();
        text.Append(TcpPorts.Frontends(listen, model.TcpRoutes));
        foreach (var (name, slots) in layout.Backends.Where(backend => ports.Contains(backend.Key)))
            AppendBackend(text, name, "", slots);
        return text.ToString();
    }

    private static void AppendBackend(StringBuilder text, string name, string rules, ImmutableArray<ServerModel?> slots)
    {
        text.Append(CultureInfo.InvariantCulture, $"\nbackend {name}\n{rules}");
        for (var i = 0; i < slots.Length; i++)
            text.Append(CultureInfo.InvariantCulture, $"  server {SlotLayout.SlotName(i)} {ServerText(slots[i])}\n");
    }

    // A draining server starts as disabled: a fresh worker has none of its requests, and gives it no new ones either way.
    private static string ServerText(ServerModel? server) => server switch
    {
        null => $"{NoAddress}:{NoPort} disabled",
        { State: ServerState.Ready } => EndPointText(IPAddress.Parse(server.Address), server.Port),
        _ => EndPointText(IPAddress.Parse(server.Address), server.Port) + " disabled",
    };

    internal static string EndPointText(IPAddress address, int port) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]:{port}" : $"{address}:{port}";

    // noreuseport: without it a second HAProxy on the same port would silently take half of the connections.
    // mworker-max-reloads bounds how many replaced workers may linger behind long downloads.
    private static string Global(GatewayListen listen, string fingerprint) => $"""
        global
          default-path config
          description gateway-{fingerprint}
          noreuseport
          lua-load {HeldRequests.FileName}
          maxconn {listen.MaxConnections}
          hard-stop-after {(long)listen.DrainLimit.TotalSeconds}s
          mworker-max-reloads 20
          stats socket {RuntimeAddress.Bind(listen.AdminSocket)}
          # The default of ten lets eleven callers wait for each other.
          stats maxconn 64
          stats timeout 10s

        """;

    // idle-close-on-response: a replaced worker closes an idle connection only together with its next answer, so that no client
    // writes a request into a connection that is being closed.
    // http-ignore-probes: a connection that a browser opened ahead and never used is closed without a word; a 408 would be taken for the answer
    // to the first request that crosses it.
    // retry-on: "empty-response" is taken back by the frontend for all methods that are not safe to send twice.
    private static readonly string Defaults = $"""
        defaults
          mode http
          balance roundrobin
          http-reuse safe
          option redispatch
          retries 3
          retry-on conn-failure empty-response
          option forwardfor
          option idle-close-on-response
          option http-ignore-probes
          timeout connect 5s
          timeout client 60s
          timeout server 60s
          timeout tunnel 1h
          timeout queue 10s
          timeout http-request 30s
          timeout http-keep-alive 60s
          http-error status 502 content-type "text/html; charset=utf-8" hdr Cache-Control no-store string '{GatewayPages.BadAnswer}'
          http-error status 503 content-type "text/html; charset=utf-8" hdr Cache-Control no-store hdr Retry-After 5 string '{GatewayPages.NoReplica}'
          http-error status 504 content-type "text/html; charset=utf-8" hdr Cache-Control no-store string '{GatewayPages.TooSlow}'

        """;

    // strict-sni: a name without a certificate gets no connection, and so never another's certificate; and none is needed to start.
    private const string Tls =
        $"ssl crt-list {GatewayFiles.CertificateListName} strict-sni alpn h2,http/1.1 ssl-min-ver TLSv1.2 ciphers ECDHE+AESGCM:ECDHE+CHACHA20";

    /// <summary>What the search in the routes map gives where nothing fits: like all that needs more rules it has the mark in it.</summary>
    private const string NoMatch = LivePointer.Mark;

    /// <summary>
    /// Nearly every request needs no more: a host name as the map has it, a route without settings, a group that is simply live
    /// somewhere. Each rule costs all requests, so the others come after it.
    /// </summary>
    private static string ShortWay => $$"""
          http-request set-var(txn.match) base,concat(/),map_beg({{GatewayFiles.RoutesName}},{{NoMatch}})
          http-request set-var(txn.pointer) var(txn.match),field(1,:),map({{GatewayFiles.LiveName}})
        {{AnswerTimes.Begin}}
          http-request allow unless { var(txn.match) -m sub {{RoutePolicy.Mark}} } || { var(txn.pointer) -m sub {{LivePointer.Mark}} }
        """;

    private static string Frontend(GatewayListen listen)
    {
        var binds = string.Join('\n', listen.Binds.Select(bind => $"  bind {EndPointText(bind.Address, bind.Port)}")
            .Concat(listen.TlsBinds.Select(bind => $"  bind {EndPointText(bind.Address, bind.Port)} {Tls}"))
            .Distinct().Order(StringComparer.Ordinal));
        var protocol = listen.TakesTls
            ? "http-request add-header X-Forwarded-Proto %[ssl_fc,iif(https,http)]"
            : "http-request add-header X-Forwarded-Proto http";
        return $$"""
            frontend gateway
            {{binds}}
              http-request disable-l7-retry unless { method GET HEAD OPTIONS }
              http-request del-header Forwarded
              http-request del-header X-Real-IP
              http-request del-header X-Forwarded- -m beg
              {{protocol}}
              http-request add-header X-Forwarded-Host %[req.hdr(host)]
            {{ShortWay}}
              acl elsewhere var(txn.match) -m str {{NoMatch}}
              acl preview req.hdr(host) -i -m beg {{Sides.PreviewPrefix}}
              http-request set-var(txn.host) req.hdr(host),host_only,lower if elsewhere
              http-request set-var(txn.host) var(txn.host),bytes({{Sides.PreviewPrefix.Length}}) if elsewhere preview
              http-request set-var(txn.path) path if elsewhere
              http-request set-var(txn.match) var(txn.host),concat(,txn.path,/),map_beg({{GatewayFiles.RoutesName}},{{NoMatch}}) if elsewhere
              http-request return status 404 content-type "text/html; charset=utf-8" hdr Cache-Control no-store string '{{GatewayPages.NoRoute}}' if elsewhere
              http-request set-var(txn.route) var(txn.match),{{RoutePolicy.Key}}
              http-request set-var(txn.pointer) var(txn.route),field(1,:),map({{GatewayFiles.LiveName}})
            {{HeldRequests.ForSwitch}}
            {{LivePointer.Rules}}
            {{AnswerTimes.Rules}}
            {{RoutePolicy.Rules(listen)}}
              use_backend %[var(txn.match)]:%[var(txn.pointer)] unless { var(txn.side) -m found }
              use_backend %[var(txn.route)]:%[var(txn.side)]

            """;
    }
}
