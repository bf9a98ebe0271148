using System.Threading.Channels;
using Portal.Registries.Lookup;
using Portal.Tests.Lab;

namespace Portal.Tests.Registries;

public sealed class CoalescerTests
{
    private readonly Channel<Exchange> begun = Channel.CreateUnbounded<Exchange>();
    private readonly Coalescer<string, int> coalescer;

    public CoalescerTests() => coalescer = new Coalescer<string, int>((_, token) =>
    {
        var exchange = new Exchange(new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously), token);
        begun.Writer.TryWrite(exchange);
        return exchange.Answer.Task;
    });

    private Task<Exchange> BegunAsync => begun.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));

    private bool NoneBegun => begun.Reader.Count == 0;

    [Fact]
    public async Task Who_comes_while_an_exchange_runs_gets_the_next_one_together_with_all_others_who_do()
    {
        var first = coalescer.AskAsync("a", default);
        var one = await BegunAsync;
        var late = Enumerable.Range(0, 50).Select(_ => coalescer.AskAsync("a", default)).ToList();
        Assert.True(NoneBegun);

        one.Answer.SetResult(1);
        Assert.Equal(1, await first);
        var two = await BegunAsync;
        Assert.All(late, ask => Assert.False(ask.IsCompleted));
        var latest = coalescer.AskAsync("a", default);
        two.Answer.SetResult(2);

        Assert.All(await Task.WhenAll(late), answer => Assert.Equal(2, answer));
        Assert.False(latest.IsCompleted);
        (await BegunAsync).Answer.SetResult(3);
        Assert.Equal(3, await latest);
        Assert.True(NoneBegun);
        await Eventually.SeesAsync("the end of it", () => Task.FromResult(coalescer.Count), count => count == 0);
    }

    [Fact]
    public async Task Other_keys_do_not_wait()
    {
        _ = coalescer.AskAsync("a", default);
        _ = coalescer.AskAsync("b", default);

        await BegunAsync;
        await BegunAsync;
    }

    [Fact]
    public async Task A_failure_is_that_of_those_who_shared_it_and_of_nobody_after()
    {
        var first = coalescer.AskAsync("a", default);
        var second = coalescer.AskAsync("a", default);

        (await BegunAsync).Answer.SetException(new InvalidOperationException("no"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => first);
        (await BegunAsync).Answer.SetResult(2);

        Assert.Equal(2, await second);
        await Eventually.SeesAsync("the end of it", () => Task.FromResult(coalescer.Count), count => count == 0);
    }

    [Fact]
    public async Task What_is_thrown_at_once_is_an_answer_too()
    {
        var failing = new Coalescer<string, int>((_, _) => throw new InvalidOperationException("no"));

        await Assert.ThrowsAsync<InvalidOperationException>(() => failing.AskAsync("a", default));
        Assert.Equal(0, failing.Count);
    }

    [Fact]
    public async Task One_who_gives_up_takes_nothing_from_the_others_and_the_last_one_ends_the_exchange()
    {
        using var impatient = new CancellationTokenSource();
        using var last = new CancellationTokenSource();
        var running = coalescer.AskAsync("a", default);
        var first = coalescer.AskAsync("a", impatient.Token);
        var second = coalescer.AskAsync("a", last.Token);
        (await BegunAsync).Answer.SetResult(1);
        await running;
        var shared = await BegunAsync;

        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.False(shared.Abandoned.IsCancellationRequested);
        await last.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);

        Assert.True(shared.Abandoned.IsCancellationRequested);
    }

    [Fact]
    public async Task An_exchange_that_nobody_waits_for_any_more_does_not_begin()
    {
        using var patience = new CancellationTokenSource();
        var running = coalescer.AskAsync("a", default);
        var waiting = coalescer.AskAsync("a", patience.Token);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        (await BegunAsync).Answer.SetResult(1);

        Assert.Equal(1, await running);
        Assert.True(NoneBegun);
        await Eventually.SeesAsync("the end of it", () => Task.FromResult(coalescer.Count), count => count == 0);
    }

    [Fact]
    public async Task Under_many_threads_no_answer_is_older_than_its_question()
    {
        var clock = 0;
        var counting = new Coalescer<int, int>(async (_, token) =>
        {
            var now = Interlocked.Increment(ref clock);
            await Task.Yield();
            return now;
        });

        await Task.WhenAll(Enumerable.Range(0, 16).Select(thread => Task.Run(async () =>
        {
            for (var i = 0; i < 2000; i++)
            {
                var before = Volatile.Read(ref clock);
                Assert.True(await counting.AskAsync(i % 3, default) > before);
            }
        })));

        await Eventually.SeesAsync("the end of it", () => Task.FromResult(counting.Count), count => count == 0);
    }

    private sealed record Exchange(TaskCompletionSource<int> Answer, CancellationToken Abandoned);
}
