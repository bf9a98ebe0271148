using Portal.Lab.Parts;

namespace Portal.Lab.Bench;

/// <summary>Measures whole flows on real parts, each in a world of its own so that none leans on what another left.</summary>
public static class BenchRun
{
    public static IReadOnlyList<string> All { get; } = ["planner", "gateway", "changes", "switch", "scale", "failover", "redeploy", "deploy", "drift", "intake", "start"];

    public static async Task<int> ExecuteAsync(BenchOptions options, CancellationToken cancel)
    {
        var results = new List<BenchResult>();
        foreach (var name in options.Names)
        {
            Console.WriteLine($"{name} …");
            var some = name switch
            {
                "planner" => PlannerBench.Run(),
                "gateway" => await new GatewayBench(options.Requests).RunAsync(cancel),
                "changes" => await new ChangesBench(options.Download).RunAsync(cancel),
                _ => await RunAsync(name, cancel),
            };
            foreach (var one in some)
            {
                Console.WriteLine($"  {one.Name}: {one.Value} {one.Unit}{(one.Against is { } against ? $", against {against} ({one.What}), ratio {one.Ratio}" : $", {one.What}")}{(one.Failed is { } failed ? $"; {failed} failed" : "")}");
            }

            results.AddRange(some);
        }

        if (options.Json is { } file)
        {
            await File.WriteAllTextAsync(file, BenchReport.ToJson(results), cancel);
        }

        // A part of the benches must not throw away what the others have written.
        if (options.Names.Count == All.Count)
        {
            var page = Path.Combine(PartsPlace.Built, "..", "docs", "benchmarks.md");
            await File.WriteAllTextAsync(page, BenchReport.ToMarkdown(results, DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime)), cancel);
        }

        return results.TrueForAll(one => one.Failed is null or 0) ? 0 : 1;
    }

    private static async Task<IReadOnlyList<BenchResult>> RunAsync(string name, CancellationToken cancel)
    {
        await using var world = await BenchWorld.StartAsync(near: name == "deploy", cancel);
        return await RunAsync(name, world, cancel);
    }

    private static Task<IReadOnlyList<BenchResult>> RunAsync(string name, BenchWorld world, CancellationToken cancel) => name switch
    {
        "switch" => new SwitchBench(world).RunAsync(cancel),
        "scale" => new ScaleBench(world).RunAsync(cancel),
        "failover" => new FailoverBench(world).RunAsync(cancel),
        "redeploy" => new RedeployBench(world).RunAsync(cancel),
        "deploy" => new DeployBench(world).RunAsync(cancel),
        "drift" => new DriftBench(world).RunAsync(cancel),
        "intake" => new IntakeBench(world).RunAsync(cancel),
        "start" => new StartBench(world).RunAsync(cancel),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "There is no such bench."),
    };
}
