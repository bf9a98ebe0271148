using System.Net;
using System.Net.Sockets;

namespace Portal.HAProxy;

/// <summary>
/// A gateway's word on whether it may take traffic, for whoever spreads traffic over several: 200 at <see cref="ReadyPath"/> while
/// somebody has said to this very process, within the lease, that it is as it should be. It lives in a table of HAProxy's memory and nowhere
/// else, so a process that started from disk says 503. What it serves does not depend on it.
/// </summary>
public static class GatewayReadiness
{
    public const string ReadyPath = "/ready";

    /// <summary>Answers 200 while HAProxy runs, in line or not.</summary>
    public const string UpPath = "/up";

    /// <summary>By HAProxy's own clock, from when it was last said.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);

    internal const string Table = "gateway-ready";
    internal const string Key = "in-line";

    // A connection for each check: one that is kept would go on asking a worker that has been replaced.
    internal static string Section(IPEndPoint address) => $$"""

        frontend gateway-health
          bind {{(address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address.Address}]" : address.Address.ToString())}}:{{address.Port}}
          option httpclose
          http-request return status 200 content-type text/plain hdr Cache-Control no-store string "up" if { path {{UpPath}} }
          http-request return status 404 content-type text/plain hdr Cache-Control no-store string "{{ReadyPath}} or {{UpPath}}" unless { path {{ReadyPath}} }
          http-request return status 200 content-type text/plain hdr Cache-Control no-store string "in line" if { str({{Key}}),table_gpc0({{Table}}) gt 0 }
          http-request return status 503 content-type text/plain hdr Cache-Control no-store string "not in line"

        backend {{Table}}
          stick-table type string len 16 size 8 expire {{(long)Lease.TotalSeconds}}s store gpc0

        """;
}
