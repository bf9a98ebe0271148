using System.Collections.Immutable;

namespace Portal.Deployments.Requests;

/// <summary>
/// Gathers what is asked for one key while the last batch for that key is under way, and does it together: the busier it gets, the
/// less each costs. Nobody waits for company.
/// </summary>
/// <param name="run">The outcomes, in the order of the items. Where it throws, each item is tried alone, so that nobody fails for another.</param>
public sealed class Batches<TKey, TItem, TOutcome>(Func<TKey, ImmutableArray<TItem>, Task<ImmutableArray<TOutcome>>> run, int most)
    where TKey : notnull
{
    private readonly Lock gate = new();
    private readonly Dictionary<TKey, Queue<Waiting>> open = [];

    public Task<TOutcome> RunAsync(TKey key, TItem item)
    {
        var waiting = new Waiting(item, new TaskCompletionSource<TOutcome>(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (gate)
        {
            if (open.TryGetValue(key, out var queue))
            {
                queue.Enqueue(waiting);
                return waiting.Done.Task;
            }

            open[key] = new Queue<Waiting>([waiting]);
        }

        _ = RunAllAsync(key);
        return waiting.Done.Task;
    }

    private async Task RunAllAsync(TKey key)
    {
        while (Take(key) is { IsEmpty: false } batch)
        {
            await RunAsync(key, batch);
        }
    }

    private ImmutableArray<Waiting> Take(TKey key)
    {
        lock (gate)
        {
            var queue = open[key];
            var batch = ImmutableArray.CreateBuilder<Waiting>();
            while (batch.Count < most && queue.TryDequeue(out var waiting))
            {
                batch.Add(waiting);
            }

            if (batch.Count == 0)
            {
                open.Remove(key);
            }

            return batch.ToImmutable();
        }
    }

    private async Task RunAsync(TKey key, ImmutableArray<Waiting> batch)
    {
        try
        {
            var outcomes = await run(key, [.. batch.Select(waiting => waiting.Item)]);
            foreach (var (waiting, outcome) in batch.Zip(outcomes))
            {
                waiting.Done.SetResult(outcome);
            }
        }
        catch (Exception error)
        {
            // Whoever waits is told; a batch of several is taken apart first.
            if (batch is [var one])
            {
                one.Done.SetException(error);
                return;
            }

            foreach (var waiting in batch)
            {
                await RunAsync(key, [waiting]);
            }
        }
    }

    private sealed record Waiting(TItem Item, TaskCompletionSource<TOutcome> Done);
}
