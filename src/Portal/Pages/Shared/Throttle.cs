namespace Portal.Pages.Shared;

/// <summary>Runs an action for many requests: at once for the first, then at most once an interval, one at a time,
/// and always once more after the last request. A failure of the action is the action's to handle.</summary>
public sealed class Throttle(Func<CancellationToken, Task> action, TimeSpan interval, TimeProvider time) : IDisposable
{
    private readonly Lock gate = new();
    private readonly CancellationTokenSource stop = new();
    private bool wanted;
    private bool running;

    /// <summary>Returns at once; callable from any thread.</summary>
    public void Request()
    {
        lock (gate)
        {
            wanted = true;
            if (running || stop.IsCancellationRequested)
            {
                return;
            }

            running = true;
        }

        _ = Task.Run(RunAsync);
    }

    public void Dispose() => stop.Cancel();

    private async Task RunAsync()
    {
        try
        {
            while (Take())
            {
                await action(stop.Token);
                await Task.Delay(interval, time, stop.Token);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }

    private bool Take()
    {
        lock (gate)
        {
            running = wanted && !stop.IsCancellationRequested;
            wanted = false;
            return running;
        }
    }
}
