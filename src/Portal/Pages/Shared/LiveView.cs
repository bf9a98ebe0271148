using Microsoft.AspNetCore.Components;

namespace Portal.Pages.Shared;

/// <summary>A page or part that shows something which changes: loads it, and loads it again when its source says so, at most ten
/// times a second and one at a time. What is on the screen stays while a newer state is fetched.</summary>
public abstract class LiveView : ComponentBase, IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(3);
    private readonly SemaphoreSlim oneLoad = new(1, 1);
    private CancellationTokenSource life = new();
    private IDisposable? subscription;
    private Throttle? throttle;
    private object? subject;
    private bool started;

    [Inject] private ILoggerFactory Loggers { get; set; } = default!;

    [Inject] protected TimeProvider Time { get; set; } = default!;

    /// <summary>The first load of this subject is done: before, show nothing or a quiet line, never a spinner over content.</summary>
    protected bool Loaded { get; private set; }

    /// <summary>Set while reloading fails: what is shown is as old as this. Show it with <see cref="StaleNote"/>.</summary>
    protected DateTimeOffset? StaleSince { get; private set; }

    /// <summary>Ends when the view goes away or shows another subject.</summary>
    protected CancellationToken Life => life.Token;

    /// <summary>What is shown (route values, filters). When it changes, the view subscribes and loads anew.</summary>
    protected virtual object? Subject => null;

    /// <summary>Subscribes to the changes of the subject: called with a callback that may come from any thread, returns the subscription's end.</summary>
    protected abstract Func<Action, IDisposable> Changes { get; }

    /// <summary>Reads the state into fields. Runs on the renderer, never twice at the same time.</summary>
    protected abstract Task LoadAsync(CancellationToken cancellation);

    /// <summary>Asks for a load outside the source's changes, for example after an own act.</summary>
    protected void Refresh() => throttle?.Request();

    protected override async Task OnParametersSetAsync()
    {
        if (started && Equals(subject, Subject))
        {
            return;
        }

        var changed = started;
        (started, subject) = (true, Subject);
        if (changed)
        {
            Unsubscribe();
            await life.CancelAsync();
            life.Dispose();
            life = new CancellationTokenSource();
            Loaded = false;
        }

        // Subscribed before the first load, so that no change falls between; not at all while only prerendering.
        if (RendererInfo.IsInteractive)
        {
            throttle = new Throttle(ReloadAsync, Interval, Time);
            subscription = Changes(throttle.Request);
        }

        await LoadOnceAsync(life.Token);
    }

    public async ValueTask DisposeAsync()
    {
        Unsubscribe();
        await life.CancelAsync();
        await DisposeViewAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>For views that hold more than the subscription.</summary>
    protected virtual ValueTask DisposeViewAsync() => ValueTask.CompletedTask;

    private async Task LoadOnceAsync(CancellationToken cancellation)
    {
        try
        {
            await oneLoad.WaitAsync(cancellation);
            try
            {
                await LoadAsync(cancellation);
                cancellation.ThrowIfCancellationRequested();
                (Loaded, StaleSince, lastLoaded) = (true, null, Time.GetUtcNow());
            }
            finally
            {
                oneLoad.Release();
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
        }
    }

    private DateTimeOffset? lastLoaded;

    private async Task ReloadAsync(CancellationToken stopped)
    {
        var cancellation = life.Token;
        try
        {
            await InvokeAsync(async () =>
            {
                await LoadOnceAsync(cancellation);
                if (!cancellation.IsCancellationRequested)
                {
                    StateHasChanged();
                }
            });
        }
        catch (ObjectDisposedException) when (cancellation.IsCancellationRequested)
        {
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // The content stays, says how old it is, and the load is tried again: a database that blinks must not empty the page.
            Loggers.CreateLogger(GetType()).LogWarning(failure, "Reloading the view failed; trying again in {Seconds} s", RetryAfter.TotalSeconds);
            await InvokeAsync(() =>
            {
                StaleSince ??= lastLoaded;
                StateHasChanged();
            });
            await Task.Delay(RetryAfter, Time, stopped);
            throttle?.Request();
        }
    }

    private void Unsubscribe()
    {
        subscription?.Dispose();
        throttle?.Dispose();
        (subscription, throttle) = (null, null);
    }
}
