using Portal.Stacks.Digests;
using Portal.Tests.Lab;

namespace Portal.Tests.Stacks;

public sealed class CoalescerTests
{
    private readonly List<TaskCompletionSource<int>> exchanges = [];
    private readonly List<CancellationToken> tokens = [];
    private readonly Coalescer<string, int> coalescer;

    public CoalescerTests() => coalescer = new Coalescer<string, int>((_, token) =>
    {
        tokens.Add(token);
        exchanges.Add(new TaskCompletionSource<int>());
        return exchanges[^1].Task;
    });

    [Fact]
    public async Task Who_comes_while_an_exchange_runs_gets_the_next_one_together_with_all_others_who_do()
    {
        var first = coalescer.AskAsync("a", default);
        var late = Enumerable.Range(0, 50).Select(_ => coalescer.AskAsync("a", default)).ToList();
        Assert.Single(exchanges);

        exchanges[0].SetResult(1);
        Assert.Equal(1, await first);
        Assert.All(late, ask => Assert.False(ask.IsCompleted));
        var latest = coalescer.AskAsync("a", default);
        exchanges[1].SetResult(2);

        Assert.All(await Task.WhenAll(late), answer => Assert.Equal(2, answer));
        Assert.False(latest.IsCompleted);
        exchanges[2].SetResult(3);
        Assert.Equal(3, await latest);
        Assert.Equal(3, exchanges.Count);
        Assert.Equal(0, coalescer.Count);
    }

    [Fact]
    public void Other_keys_do_not_wait()
    {
        _ = coalescer.AskAsync("a", default);
        _ = coalescer.AskAsync("b", default);

        Assert.Equal(2, exchanges.Count);
    }

    [Fact]
    public async Task A_failure_is_that_of_those_who_shared_it_and_of_nobody_after()
    {
        var first = coalescer.AskAsync("a", default);
        var second = coalescer.AskAsync("a", default);

        exchanges[0].SetException(new InvalidOperationException("no"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => first);
        exchanges[1].SetResult(2);

        Assert.Equal(2, await second);
        Assert.Equal(0, coalescer.Count);
    }

    [Fact]
    public async Task One_who_gives_up_takes_nothing_from_the_others_and_the_last_one_ends_the_exchange()
    {
        using var one = new CancellationTokenSource();
        using var two = new CancellationTokenSource();
        var running = coalescer.AskAsync("a", default);
        var first = coalescer.AskAsync("a", one.Token);
        var second = coalescer.AskAsync("a", two.Token);
        exchanges[0].SetResult(1);
        await running;

        await one.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.False(tokens[1].IsCancellationRequested);
        await two.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);

        Assert.True(tokens[1].IsCancellationRequested);
    }

    [Fact]
    public async Task An_exchange_that_nobody_waits_for_any_more_does_not_begin()
    {
        using var patience = new CancellationTokenSource();
        var running = coalescer.AskAsync("a", default);
        var waiting = coalescer.AskAsync("a", patience.Token);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        exchanges[0].SetResult(1);

        Assert.Equal(1, await running);
        Assert.Single(exchanges);
        await Eventually.SeesAsync("the end of it", () => Task.FromResult(coalescer.Count), count => count == 0);
    }

    [Fact]
    public async Task Under_many_threads_no_answer_is_older_than_its_question()
    {
        var clock = 0;
        var begun = 0;
        var counting = new Coalescer<int, int>(async (_, token) =>
        {
            Interlocked.Increment(ref begun);
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

        Assert.InRange(begun, 1, 32_000);
        await Eventually.SeesAsync("the end of it", () => Task.FromResult(counting.Count), count => count == 0);
    }
}
