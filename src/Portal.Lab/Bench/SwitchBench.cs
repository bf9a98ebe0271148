using System.Diagnostics;
using Portal.Docker;
using Portal.Lab.Load;

namespace Portal.Lab.Bench;

/// <summary>A hundred switches each, under the highest load that 50 kept-alive connections carry, to two kinds of backend.</summary>
internal sealed class SwitchBench(BenchWorld world)
{
    private const int Switches = 100;
    private const int Warm = 200;
    private const double CallBound = 20;
    private const double RateBound = 20_000;

    public async Task<IReadOnlyList<BenchResult>> RunAsync(CancellationToken cancel)
    {
        var sample = await world.Parts.PushSampleAsync("1", cancel);
        var next = await world.Parts.PushSampleAsync("2", cancel);
        var sampleHost = await world.DeploySampleAsync("shop", sample, cancel);
        await world.DeployAsync("shop", "standby", new Dictionary<string, string> { ["web"] = next.ToString() }, cancel);
        var one = await MeasureAsync("switch sample", sampleHost, cancel);

        var bareHost = await world.DeployBareAsync(cancel);
        var two = await MeasureAsync("switch bare", bareHost, cancel);
        var rate = two.Load.RequestsPerSecond;
        return [.. Results(one, "the bound"), .. Results(two, "the bound"), BenchResult.Of("switch bare: rate through the gateway", rate, "requests/s", RateBound, "the bound, at least")];
    }

    private static IEnumerable<BenchResult> Results(Measured measured, string what) =>
    [
        BenchResult.Of($"{measured.Name}: median call of {Switches}", Waiting.Median(measured.Calls), "ms", CallBound, what, measured.Load.Failed),
        BenchResult.Alone($"{measured.Name}: longest call", measured.Calls.Max(), "ms", "of the same"),
        BenchResult.Alone($"{measured.Name}: median in the gateway", Waiting.Median(measured.Gateway), "ms", "map set and read back"),
        BenchResult.Alone($"{measured.Name}: requests", measured.Load.Requests, "", $"at {measured.Load.RequestsPerSecond:0}/s, p99 {measured.Load.P99.TotalMilliseconds:0.0} ms", measured.Load.Failed),
    ];

    private async Task<Measured> MeasureAsync(string name, string host, CancellationToken cancel)
    {
        // A process that has just started compiles while it works; a portal has been up for weeks.
        for (var i = 0; i < Warm; i++)
        {
            await SwitchAsync(cancel);
        }

        await using var load = LoadGenerator.Start(world.Load(host), cancel);
        await Waiting.UntilAsync("load", () => load.Requests > 2000, cancel);
        var calls = new List<double>(Switches);
        var gateway = new List<double>(Switches);
        for (var i = 0; i < Switches; i++)
        {
            var before = load.Requests;
            var started = Stopwatch.GetTimestamp();
            gateway.Add(await SwitchAsync(cancel));
            calls.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            // Each side gets traffic before the next switch.
            await Waiting.UntilAsync("requests after a switch", () => load.Requests > before + 500, cancel);
        }

        var report = await load.StopAsync();
        foreach (var failure in report.FirstFailures)
        {
            Console.WriteLine($"  failed at {failure.At.TotalSeconds:0.000} s: {failure.Kind} {failure.Detail}");
        }

        return report.Versions.Length == 2
            ? new Measured(name, calls, gateway, report)
            : throw new InvalidOperationException($"Not both versions answered: {report}");
    }

    /// <returns>Milliseconds in the gateway, as the portal measured them.</returns>
    private async Task<double> SwitchAsync(CancellationToken cancel) =>
        (await world.Operator.PostAsync($"api/v1/tenants/{BenchWorld.Tenant}/switches", new { reason = "bench" }, cancel)).GetProperty("milliseconds").GetDouble();

    private sealed record Measured(string Name, IReadOnlyList<double> Calls, IReadOnlyList<double> Gateway, LoadReport Load);
}
