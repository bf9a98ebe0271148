using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using Portal.HAProxy;
using Portal.Lab.Load;
using Portal.Lab.Parts;

namespace Portal.Lab.Bench;

/// <summary>
/// What maps, counted answer times and live pointers cost: the gateway against the same HAProxy with a fixed configuration for the same two
/// hosts, turn by turn. And the highest rate through many switches.
/// </summary>
internal sealed class GatewayBench(long requests)
{
    private const int Rounds = 5;
    private const int Switches = 200;
    private const double RateBound = 0.9;
    private const string Group = "bench";
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(4);
    private static readonly string[] Hosts = ["one.bench", "two.bench"];

    public async Task<IReadOnlyList<BenchResult>> RunAsync(CancellationToken cancel)
    {
        await using var backend = await BareBackend.StartAsync(["v1", "v2"], cancel);
        await using var undo = UndoLog.Start();
        var folder = Directory.CreateTempSubdirectory("gwbench").FullName;
        undo.AddFolder(folder);
        // The gateway outlives whoever starts it, so the undo must name it.
        undo.Add($"end_programs {UndoLog.Quote(folder)} haproxy");
        var process = new HAProxyProcess(Path.Combine(folder, "gateway"));
        using var driver = new GatewayDriver(process);
        try
        {
            var gateway = new IPEndPoint(IPAddress.Loopback, LoopbackPort.Free());
            await driver.ApplyAsync(Model(process, gateway, backend), cancel);
            var (fixedEnd, plain) = await StartFixedAsync(folder, backend, cancel);
            using (plain)
            {
                try
                {
                    return [.. await CompareAsync(gateway, fixedEnd, process, plain, cancel), .. await SwitchesAsync(driver, gateway, cancel)];
                }
                finally
                {
                    plain.Kill();
                    await plain.WaitForExitAsync(CancellationToken.None);
                }
            }
        }
        finally
        {
            await process.StopAsync(CancellationToken.None);
        }
    }

    private static async Task<IReadOnlyList<BenchResult>> CompareAsync(IPEndPoint gateway, IPEndPoint fixedEnd, HAProxyProcess process, Process plain, CancellationToken cancel)
    {
        var worker = (await process.Admin.ShowInfoAsync(cancel)).Pid;
        List<Measured> ours = [], theirs = [];
        for (var round = 0; round <= Rounds; round++)
        {
            var one = await MeasureAsync(gateway, worker, cancel);
            var other = await MeasureAsync(fixedEnd, plain.Id, cancel);
            // The first round warms both.
            if (round > 0)
            {
                ours.Add(one);
                theirs.Add(other);
            }
        }

        return
        [
            BenchResult.Of(
                $"gateway: two routes, median of {Rounds}", Waiting.Median(ours.Select(one => one.Rate)), "requests/s", Waiting.Median(theirs.Select(one => one.Rate)),
                string.Create(CultureInfo.InvariantCulture, $"the same HAProxy with a fixed configuration and no maps, at least {RateBound}"), ours.Sum(one => one.Failed)),
            // The generator shares the processors, and would hide a gateway that needs more of them.
            BenchResult.Of("gateway: processor time for one request", Waiting.Median(ours.Select(one => one.Microseconds)), "µs", Waiting.Median(theirs.Select(one => one.Microseconds)), "the same with a fixed configuration"),
        ];
    }

    private static async Task<Measured> MeasureAsync(IPEndPoint target, int worker, CancellationToken cancel)
    {
        var before = ProcessFigures.CpuSeconds(worker);
        var reports = await Task.WhenAll(Hosts.Select(host => LoadGenerator.RunAsync(Plan(target, host) with { Duration = Round }, cancel)));
        var spent = ProcessFigures.CpuSeconds(worker) - before;
        var sum = reports.Sum(report => report.Requests);
        return new Measured(reports.Sum(report => report.RequestsPerSecond), spent * 1e6 / sum, reports.Sum(report => report.Failed));
    }

    private async Task<IReadOnlyList<BenchResult>> SwitchesAsync(GatewayDriver driver, IPEndPoint gateway, CancellationToken cancel)
    {
        await using var one = LoadGenerator.Start(Plan(gateway, Hosts[0]), cancel);
        await using var two = LoadGenerator.Start(Plan(gateway, Hosts[1]), cancel);
        List<double> moved = [];
        for (var number = 1; number <= Switches; number++)
        {
            var due = requests * number / (Switches + 1);
            await Waiting.UntilAsync("requests between switches", () => one.Requests + two.Requests >= due, cancel);
            moved.Add((await driver.SwitchAsync(Group, number % 2 == 0 ? Sides.Blue : Sides.Green, cancel)).Moved.TotalMilliseconds);
        }

        await Waiting.UntilAsync("the last requests", () => one.Requests + two.Requests >= requests, cancel);
        var reports = await Task.WhenAll(one.StopAsync(), two.StopAsync());
        if (reports.Any(report => report.Versions.Length != 2))
        {
            throw new InvalidOperationException($"Not both sides answered: {string.Join('\n', reports.AsEnumerable())}");
        }

        return
        [
            BenchResult.Alone(
                $"gateway: requests through {Switches} switches", reports.Sum(report => report.Requests), "",
                $"at {reports.Sum(report => report.RequestsPerSecond):0}/s, p99 {reports.Max(report => report.P99).TotalMilliseconds:0.0} ms", reports.Sum(report => report.Failed)),
            BenchResult.Alone("gateway: median switch meanwhile", Waiting.Median(moved), "ms", "map set and read back"),
        ];
    }

    private static LoadPlan Plan(IPEndPoint target, string host) => new(target, host) { Connections = 25 };

    private static GatewayModel Model(HAProxyProcess process, IPEndPoint listen, BareBackend backend) => new(
        new GatewayListen([listen], process.AdminSocket, process.MasterSocket),
        [.. Hosts.Select((host, number) => new RouteModel(
            host, "/", string.Create(CultureInfo.InvariantCulture, $"{Group}:web{number}.8080"),
            [new ServerModel("127.0.0.1", backend.Ports["v1"])], [new ServerModel("127.0.0.1", backend.Ports["v2"])]))],
        ImmutableSortedDictionary<string, string>.Empty.Add(Group, Sides.Blue));

    /// <summary>What somebody would write by hand for these hosts, with the same limits and the same kind of connections.</summary>
    private static async Task<(IPEndPoint EndPoint, Process Process)> StartFixedAsync(string folder, BareBackend backend, CancellationToken cancel)
    {
        var listen = new IPEndPoint(IPAddress.Loopback, LoopbackPort.Free());
        var file = Path.Combine(folder, "fixed.cfg");
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
            frontend fixed
              bind {{listen}}
              use_backend one if { req.hdr(host) -m str {{Hosts[0]}} }
              use_backend two if { req.hdr(host) -m str {{Hosts[1]}} }
            backend one
              server s1 {{backend.EndPoint("v1")}}
            backend two
              server s1 {{backend.EndPoint("v1")}}

            """, cancel);
        var process = Process.Start(new ProcessStartInfo("haproxy", ["-db", "-q", "-f", file])) ?? throw new InvalidOperationException("haproxy did not start.");
        await using var look = LoadGenerator.Start(Plan(listen, Hosts[0]) with { Connections = 1, RatePerSecond = 50 }, cancel);
        await Waiting.UntilAsync("the HAProxy with a fixed configuration", () => look.LatestVersion is not null, cancel);
        return (listen, process);
    }

    /// <param name="Rate">Requests a second, both hosts together.</param>
    /// <param name="Microseconds">Of processor time that HAProxy spent on one request.</param>
    private sealed record Measured(double Rate, double Microseconds, long Failed);
}
