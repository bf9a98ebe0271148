using System.Diagnostics;
using Portal.Lab.Parts;

namespace Portal.Lab.Bench;

/// <summary>From the program's start to its word that it is ready, database and gateway started with it; and what it holds in memory then.</summary>
internal sealed class StartBench(BenchWorld world)
{
    private const int Rounds = 5;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(15);

    public async Task<IReadOnlyList<BenchResult>> RunAsync(CancellationToken cancel)
    {
        var seconds = new List<double>(Rounds);
        for (var i = 0; i < Rounds; i++)
        {
            await world.Parts.PortalProcess.StopAsync();
            var started = Stopwatch.GetTimestamp();
            await world.Parts.RunPortalAsync(cancel);
            seconds.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
        }

        await Task.Delay(Idle, cancel);
        return
        [
            BenchResult.Of($"start: to ready, median of {Rounds}", Waiting.Median(seconds), "s", 3, "the bound"),
            BenchResult.Of($"start: resident memory after {Idle.TotalSeconds:0} s idle", ProcessFigures.ResidentMiB(world.Parts.PortalProcess.Pid), "MiB", 200, "the bound"),
        ];
    }
}
