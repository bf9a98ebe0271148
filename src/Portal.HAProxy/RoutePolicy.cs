using System.Globalization;

namespace Portal.HAProxy;

/// <summary>What the gateway does with a route's requests besides leading them on. All of it changes at run time.</summary>
public sealed record RoutePolicy
{
    /// <summary>Rates are averaged over so many seconds.</summary>
    internal const int RateSeconds = 10;

    /// <summary>Between the parts of the map's value: a letter that neither keys nor addresses have.</summary>
    private const char Separator = '!';

    /// <summary>In every entry that says more than a key.</summary>
    internal const string Mark = "!";

    private const int HttpsPort = 443;

    public static RoutePolicy None { get; } = new();

    /// <summary>The largest request body; larger ones are answered with 413, and those that do not say their length with 411. 0 is no limit.</summary>
    public long MaxBodyBytes { get; init; }

    /// <summary>How long a service may be silent before it is given up with 504. Zero is the gateway's own 60 s.</summary>
    public TimeSpan Timeout { get; init; }

    /// <summary>Requests a second from one address; more are answered with 429. 0 is no limit.</summary>
    public int ClientRate { get; init; }

    /// <summary>Requests a second from all together; more are answered with 429. 0 is no limit.</summary>
    public int Rate { get; init; }

    /// <summary>Everything is answered with a page that says so, and 503. The preview still reaches standby.</summary>
    public bool Maintenance { get; init; }

    /// <summary>Where requests are sent instead, with 308 and their path and query after it: <c>https://new.example</c>. Null: nowhere.</summary>
    public string? RedirectTo { get; init; }

    /// <summary>Requests by HTTP are sent to HTTPS with 308: same host name, path and query. Where the gateway takes no HTTPS nothing is done.</summary>
    public bool HttpsOnly { get; init; }

    /// <summary>Where the live side has no replica just now, requests wait so long for one before they are answered with 503. Zero: not at all.</summary>
    public TimeSpan Hold { get; init; }

    /// <summary>Can the gateway send requests there?</summary>
    public static bool IsRedirect(string address) =>
        address.Length <= 300 && Identifiers.IsWord(address) && !address.Contains(Separator, StringComparison.Ordinal) && !address.EndsWith('/')
        && Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Host.Length > 0 && uri.UserInfo.Length == 0 && uri.Query.Length == 0 && uri.Fragment.Length == 0;

    /// <summary>The route's entry in the map: its key, and the rest where there is any.</summary>
    internal string Entry(string key) => this == None ? key : string.Join(
        Separator,
        key,
        Text(MaxBodyBytes),
        Text((long)Timeout.TotalMilliseconds),
        Text((long)ClientRate * RateSeconds),
        Text((long)Rate * RateSeconds),
        Maintenance ? "1" : "0",
        RedirectTo ?? "0",
        HttpsOnly ? "1" : "0",
        Text((long)Hold.TotalMilliseconds));

    /// <summary>What a map's value says of the key.</summary>
    internal static string Key => $"field(1,{Separator})";

    /// <summary>The last rules of the frontend: where a route has no policy the first of them ends it.</summary>
    internal static string Rules(GatewayListen listen) => $$"""
          http-request allow unless { var(txn.match) -m sub {{Separator}} }{{ToHttps(listen)}}
          http-request redirect location %[var(txn.match),field(7,{{Separator}})]%[pathq] code 308 unless { var(txn.match),field(7,{{Separator}}) -m str 0 }
          http-request return status 503 content-type "text/html; charset=utf-8" hdr Cache-Control no-store hdr Retry-After 60 string '{{GatewayPages.Maintenance}}' if !preview { var(txn.match),field(6,{{Separator}}) -m str 1 }
          http-request set-var(txn.body) var(txn.match),field(2,{{Separator}}),add(0)
          http-request return status 411 content-type "text/html; charset=utf-8" string '{{GatewayPages.LengthRequired}}' if { var(txn.body) -m int gt 0 } { req.hdr(transfer-encoding) -m found }
          http-request return status 413 content-type "text/html; charset=utf-8" string '{{GatewayPages.TooLarge}}' if { var(txn.body) -m int gt 0 } { req.hdr_val(content-length),sub(txn.body) gt 0 }
          http-request set-var(txn.perclient) var(txn.match),field(4,{{Separator}}),add(0)
          http-request set-var(txn.client) src,concat(@,txn.route,)
          http-request track-sc0 var(txn.client) table {{ClientTable}} if { var(txn.perclient) -m int gt 0 }
          http-request return status 429 content-type "text/html; charset=utf-8" hdr Cache-Control no-store hdr Retry-After {{RateSeconds}} string '{{GatewayPages.TooMany}}' if { var(txn.perclient) -m int gt 0 } { sc_http_req_rate(0),sub(txn.perclient) gt 0 }
          http-request set-var(txn.all) var(txn.match),field(5,{{Separator}}),add(0)
          http-request track-sc1 var(txn.route) table {{RouteTable}} if { var(txn.all) -m int gt 0 }
          http-request return status 429 content-type "text/html; charset=utf-8" hdr Cache-Control no-store hdr Retry-After {{RateSeconds}} string '{{GatewayPages.TooMany}}' if { var(txn.all) -m int gt 0 } { sc_http_req_rate(1),sub(txn.all) gt 0 }
          http-request set-var(txn.hold) var(txn.match),field(9,{{Separator}}),add(0)
          http-request set-var(txn.timeout) var(txn.match),field(3,{{Separator}}),add(0) unless { var(txn.match),field(3,{{Separator}}) -m str 0 }
        """;

    // The host was looked up among the routes' and can lead to no other; its port is another one's.
    private static string ToHttps(GatewayListen listen)
    {
        if (!listen.TakesTls)
            return "";
        var port = listen.PublicTlsPort == 0 ? listen.TlsBinds[0].Port : listen.PublicTlsPort;
        var suffix = port == HttpsPort ? "" : $":{Text(port)}";
        return $$"""

              http-request redirect location https://%[req.hdr(host),host_only]{{suffix}}%[pathq] code 308 if !{ ssl_fc } { var(txn.match),field(8,{{Separator}}) -m str 1 }
            """;
    }

    /// <summary>In each backend: only there is a timeout a request's own.</summary>
    internal const string BackendRule = "  http-request set-timeout server var(txn.timeout) if { var(txn.timeout) -m found }\n";

    internal static string Tables => $"""

        backend {ClientTable}
          stick-table type string len 200 size 100k expire 30s store http_req_rate({RateSeconds}s)

        backend {RouteTable}
          stick-table type string len 128 size 20k expire 30s store http_req_rate({RateSeconds}s)

        """;

    // No route's backend has a name without a colon.
    private const string ClientTable = "rates-of-clients";
    private const string RouteTable = "rates-of-routes";

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
