namespace Portal.Registries.Lookup;

/// <summary>
/// Callers that ask the same share one exchange, but only one that had not begun when they asked: an answer is never older than its question.
/// For each key at most one exchange runs and one waits behind it, however many ask.
/// </summary>
/// <param name="exchange">Its token is cancelled once nobody waits for the answer any more.</param>
public sealed class Coalescer<TKey, TAnswer>(Func<TKey, CancellationToken, Task<TAnswer>> exchange)
    where TKey : notnull
{
    private readonly Lock gate = new();
    private readonly Dictionary<TKey, Lane> lanes = [];

    public async Task<TAnswer> AskAsync(TKey key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var flight = Join(key);
        try
        {
            return await flight.Answer.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            Leave(key, flight);
        }
    }

    /// <summary>Keys with an exchange that runs.</summary>
    internal int Count
    {
        get
        {
            lock (gate)
            {
                return lanes.Count;
            }
        }
    }

    private Flight Join(TKey key)
    {
        Flight flight;
        lock (gate)
        {
            if (lanes.TryGetValue(key, out var lane))
            {
                flight = lane.Next ??= new Flight();
                flight.Callers++;
                return flight;
            }

            flight = new Flight { Callers = 1 };
            lanes[key] = new Lane();
        }

        _ = RunAsync(key, flight);
        return flight;
    }

    private void Leave(TKey key, Flight flight)
    {
        lock (gate)
        {
            if (--flight.Callers > 0)
            {
                return;
            }

            if (lanes.TryGetValue(key, out var lane) && lane.Next == flight)
            {
                lane.Next = null;
                return;
            }
        }

        // Outside the lock: what is cancelled may run on at once.
        flight.Abandoned.Cancel();
    }

    /// <summary>Runs a flight and those that wait behind it. Whatever it ends with is its callers'; nothing is lost by not awaiting it.</summary>
    private async Task RunAsync(TKey key, Flight flight)
    {
        for (Flight? current = flight, next; current is not null; current = next)
        {
            var exchanged = BeginAsync(key, current);
            await ((Task)exchanged).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            // The key is free, or the next one's, before anybody hears of this one's end.
            next = Following(key);
            current.Answer.TrySetFromTask(exchanged);
            // Callers that left before do not look at it.
            _ = current.Answer.Task.Exception;
        }
    }

    /// <summary>What is thrown before the first await is the exchange's failure too.</summary>
    private async Task<TAnswer> BeginAsync(TKey key, Flight flight) => await exchange(key, flight.Abandoned.Token);

    private Flight? Following(TKey key)
    {
        lock (gate)
        {
            var lane = lanes[key];
            var next = lane.Next;
            lane.Next = null;
            if (next is null)
            {
                lanes.Remove(key);
            }

            return next;
        }
    }

    private sealed class Lane
    {
        public Flight? Next { get; set; }
    }

    private sealed class Flight
    {
        public int Callers { get; set; }

        public TaskCompletionSource<TAnswer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public CancellationTokenSource Abandoned { get; } = new();
    }
}
