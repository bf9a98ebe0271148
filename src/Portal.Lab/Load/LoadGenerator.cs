using System.Diagnostics;

namespace Portal.Lab.Load;

/// <summary>Sends a plan's requests and reports what a user would have seen.</summary>
public static class LoadGenerator
{
    /// <param name="stop">Ends the run; its report is whole all the same.</param>
    /// <exception cref="ArgumentException">The plan makes no sense, or goes where no load may go.</exception>
    public static LoadRun Start(LoadPlan plan, CancellationToken stop = default)
    {
        plan.Check();
        return new LoadRun(plan, stop);
    }

    public static async Task<LoadReport> RunAsync(LoadPlan plan, CancellationToken stop = default)
    {
        await using var run = Start(plan, stop);
        return await run.Completion;
    }
}

/// <summary>A load that is running.</summary>
public sealed class LoadRun : IAsyncDisposable
{
    private readonly CancellationTokenSource stop;
    private readonly LoadTally tally;
    private readonly long started = Stopwatch.GetTimestamp();

    internal LoadRun(LoadPlan plan, CancellationToken outer)
    {
        stop = CancellationTokenSource.CreateLinkedTokenSource(outer);
        tally = new(started);
        var loop = new LoadLoop(plan, tally, started, stop.Token);
        Completion = Task.Factory.StartNew(loop.Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public Task<LoadReport> Completion { get; }

    public long Requests => tally.Requests;

    public long Failed => tally.Failed;

    /// <summary>Of the latest answer that carried one; null before the first.</summary>
    public string? LatestVersion => tally.LatestVersion;

    /// <summary>Since the start; the clock of all times in the report.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(started);

    /// <summary>Sends no more, waits for the answers that are due, and reports.</summary>
    public async Task<LoadReport> StopAsync()
    {
        await stop.CancelAsync();
        return await Completion;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        stop.Dispose();
    }
}
