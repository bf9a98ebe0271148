using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Portal.HAProxy;
using Portal.Lab.Load;

namespace Portal.Lab.Bench;

/// <summary>
/// Routes and replicas come and go under load, while web sockets and long downloads are open. Every tenth route leads to a service that the
/// gateway does not know yet, which is what needs a reload.
/// </summary>
/// <param name="download">How long each download takes.</param>
internal sealed class ChangesBench(TimeSpan download)
{
    private const int Routes = 200;
    private const int Reloads = 20;
    private const int Replicas = 200;
    private const int Sockets = 20;
    private const int Downloads = 10;
    private const int Rate = 2000;
    private const string Group = "bench";
    private const string Busy = "busy.bench";
    private const string Long = "long.bench";

    public async Task<IReadOnlyList<BenchResult>> RunAsync(CancellationToken cancel)
    {
        await using var backend = await BareBackend.StartAsync(["v1", "v2"], cancel);
        await using var service = await LongService.StartAsync(cancel);
        await using var undo = UndoLog.Start();
        var folder = Directory.CreateTempSubdirectory("gwbench").FullName;
        undo.AddFolder(folder);
        // The gateway outlives whoever starts it, so the undo must name it.
        undo.Add($"end_programs {UndoLog.Quote(folder)} haproxy");
        var process = new HAProxyProcess(folder);
        using var driver = new GatewayDriver(process);
        try
        {
            var gateway = new IPEndPoint(IPAddress.Loopback, LoopbackPort.Free());
            var model = new GatewayModel(
                new GatewayListen([gateway], process.AdminSocket, process.MasterSocket),
                [Route(Busy, "busy", Bare(backend, "v1")), Route(Long, "long", new ServerModel("127.0.0.1", service.Port))],
                ImmutableSortedDictionary<string, string>.Empty.Add(Group, Sides.Blue));
            await driver.ApplyAsync(model, cancel);
            return await MeasureAsync(driver, model, gateway, backend, cancel);
        }
        finally
        {
            await process.StopAsync(CancellationToken.None);
        }
    }

    private async Task<IReadOnlyList<BenchResult>> MeasureAsync(GatewayDriver driver, GatewayModel model, IPEndPoint gateway, BareBackend backend, CancellationToken cancel)
    {
        await using var load = LoadGenerator.Start(new LoadPlan(gateway, Busy) { RatePerSecond = Rate }, cancel);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var clients = new LongClients(gateway, Long);
        var running = Enumerable.Range(0, Sockets).Select(_ => clients.TalkAsync(over.Token))
            .Concat(Enumerable.Range(0, Downloads).Select(_ => clients.DownloadAsync(download, over.Token))).ToList();
        await Waiting.UntilAsync("load, sockets and downloads", () => load.Requests > Rate && clients.Open == Sockets + Downloads, cancel);
        var (reloads, seconds) = (0, 0.0);
        for (var number = 0; number < Math.Max(Routes, Replicas); number++)
        {
            model = model with { Routes = [Route(Busy, "busy", Servers(backend, number)), .. model.Routes.Skip(1)] };
            seconds += await Waiting.SecondsAsync(() => ApplyAsync(model));
            model = model with { Routes = [.. model.Routes, Added(number, model)] };
            seconds += await Waiting.SecondsAsync(() => ApplyAsync(model));
        }

        await over.CancelAsync();
        await Task.WhenAll(running);
        var report = await load.StopAsync();
        if (report.Failed > 0)
        {
            Console.WriteLine($"  {report}");
        }

        return
        [
            BenchResult.Alone($"changes: {Routes} routes, {Replicas} of replicas, requests meanwhile", report.Requests, "", $"at {report.RequestsPerSecond:0}/s, p99 {report.P99.TotalMilliseconds:0.0} ms", report.Failed),
            BenchResult.Alone("changes: reloads among them", reloads, "", $"of at least {Reloads}"),
            BenchResult.Alone("changes: mean of one", seconds * 1000 / (Routes + Replicas), "ms", "to its being read back"),
            BenchResult.Alone($"changes: messages of {Sockets} web sockets", clients.Messages, "", "each answered on the connection that was open before the first change", clients.BrokenSockets),
            BenchResult.Alone($"changes: downloads of {download.TotalSeconds:0} s", clients.Downloads, "", "each whole", clients.BrokenDownloads),
        ];

        async Task ApplyAsync(GatewayModel wanted) => reloads += (await driver.ApplyAsync(wanted, cancel)).Reloaded ? 1 : 0;
    }

    /// <summary>One more replica, draining, gone.</summary>
    private static ImmutableArray<ServerModel> Servers(BareBackend backend, int number) => (number % 3) switch
    {
        0 => [Bare(backend, "v1"), Bare(backend, "v2")],
        1 => [Bare(backend, "v1"), Bare(backend, "v2") with { State = ServerState.Drain }],
        _ => [Bare(backend, "v1")],
    };

    private static RouteModel Added(int number, GatewayModel model)
    {
        var host = string.Create(CultureInfo.InvariantCulture, $"r{number}.bench");
        var known = model.Routes[1];
        return number % (Routes / Reloads) == 0
            ? Route(host, string.Create(CultureInfo.InvariantCulture, $"s{number}"), [.. known.Servers[Sides.Blue]])
            : known with { Host = host };
    }

    private static RouteModel Route(string host, string name, params ImmutableArray<ServerModel> servers) => new(host, "/", $"{Group}:{name}.8080", servers, []);

    private static ServerModel Bare(BareBackend backend, string version) => new("127.0.0.1", backend.Ports[version]);
}
