using System.Diagnostics;
using System.Net;
using Portal.Lab.Load;
using Portal.Lab.Parts;

namespace Portal.Lab.Bench;

/// <summary>An HAProxy as somebody would write it by hand for the bench's two hosts, with the gateway's limits and the same kind of connections.</summary>
internal sealed class FixedGateway(IPEndPoint endPoint, Process process) : IDisposable
{
    public IPEndPoint EndPoint => endPoint;

    public int ProcessId => process.Id;

    /// <param name="folder">Where its configuration is written, as NAME.cfg.</param>
    /// <param name="defaults">More of the section of that name, or nothing.</param>
    /// <param name="rules">What the frontend does besides choosing the backend, or nothing.</param>
    public static async Task<FixedGateway> StartAsync(string folder, string name, string defaults, string rules, BareBackend backend, CancellationToken cancel)
    {
        var listen = new IPEndPoint(IPAddress.Loopback, LoopbackPort.Free());
        var file = Path.Combine(folder, $"{name}.cfg");
        await File.WriteAllTextAsync(file, $$"""
            global
              noreuseport
              maxconn 8000
            defaults
              mode http
              balance roundrobin
              http-reuse safe
              option redispatch
              retries 3
              option forwardfor
              timeout connect 5s
              timeout client 60s
              timeout server 60s
              timeout http-keep-alive 60s
            {{defaults}}
            frontend fixed
              bind {{listen}}
            {{rules}}
              use_backend one if { req.hdr(host) -m str {{GatewayBench.Hosts[0]}} }
              use_backend two if { req.hdr(host) -m str {{GatewayBench.Hosts[1]}} }
            backend one
              server s1 {{backend.EndPoint("v1")}}
            backend two
              server s1 {{backend.EndPoint("v1")}}

            """, cancel);
        var started = new FixedGateway(listen, Process.Start(new ProcessStartInfo("haproxy", ["-db", "-q", "-f", file])) ?? throw new InvalidOperationException("haproxy did not start."));
        await using var look = LoadGenerator.Start(new LoadPlan(listen, GatewayBench.Hosts[0]) { Connections = 1, RatePerSecond = 50 }, cancel);
        await Waiting.UntilAsync("the HAProxy with a fixed configuration", () => look.LatestVersion is not null, cancel);
        return started;
    }

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }
}
