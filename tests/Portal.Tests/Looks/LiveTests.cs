using Portal.Pages.Shared;

namespace Portal.Tests.Looks;

public sealed class LiveTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Many_changes_become_few_loads_one_at_a_time_and_the_last_is_never_missed()
    {
        int wanted = 0, seen = 0, runs = 0, inside = 0, most = 0;
        var caughtUp = new TaskCompletionSource();
        using var throttle = new Throttle(
            async stop =>
            {
                most = Math.Max(most, Interlocked.Increment(ref inside));
                runs++;
                seen = Volatile.Read(ref wanted);
                await Task.Yield();
                Interlocked.Decrement(ref inside);
                if (seen == 10_000)
                {
                    caughtUp.TrySetResult();
                }
            },
            TimeSpan.FromMilliseconds(20),
            TimeProvider.System);
        Parallel.For(0, 10_000, _ =>
        {
            Interlocked.Increment(ref wanted);
            throttle.Request();
        });
        await caughtUp.Task.WaitAsync(Patience);
        Assert.Equal(1, most);
        Assert.True(runs < 1_000, $"{runs} loads for 10000 changes");
    }

    [Fact]
    public async Task A_throttle_that_was_disposed_runs_nothing_more()
    {
        var ran = new SemaphoreSlim(0);
        var throttle = new Throttle(_ => { ran.Release(); return Task.CompletedTask; }, TimeSpan.FromMilliseconds(1), TimeProvider.System);
        throttle.Request();
        Assert.True(await ran.WaitAsync(Patience));
        throttle.Dispose();
        throttle.Request();
        Assert.False(await ran.WaitAsync(TimeSpan.FromMilliseconds(50)));
    }

    [Fact]
    public void The_pulse_rests_when_nobody_listens()
    {
        var clock = new CountingClock();
        using var pulse = new Pulse(clock);
        var subscriptions = Enumerable.Range(0, 100).Select(_ => pulse.Subscribe(() => { })).ToList();
        Assert.Equal(1, clock.Running);
        subscriptions.ForEach(s => s.Dispose());
        subscriptions[0].Dispose();
        Assert.Equal(0, pulse.Listeners);
        Assert.Equal(0, clock.Running);
    }

    [Fact]
    public void A_chatty_log_keeps_its_newest_lines_and_counts_the_rest()
    {
        var buffer = new LogBuffer(3);
        var changes = 0;
        var watch = buffer.Watch(() => changes++);
        buffer.Append(Enumerable.Range(1, 5).Select(i => new LogLine(Markup.Now, $"line {i}")));
        Assert.Equal(["line 3", "line 4", "line 5"], buffer.Snapshot().Select(l => l.Text));
        Assert.Equal(2, buffer.Dropped);
        watch.Dispose();
        buffer.Append(new LogLine(Markup.Now, "unheard"));
        Assert.Equal(1, changes);
    }

    private sealed class CountingClock : TimeProvider
    {
        public int Running { get; private set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Running++;
            return new Timer(this);
        }

        private sealed class Timer(CountingClock clock) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose() => clock.Running--;

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }
}
