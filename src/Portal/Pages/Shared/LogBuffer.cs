namespace Portal.Pages.Shared;

/// <summary>A line of a log. <paramref name="Source"/> says which replica or step wrote it; <paramref name="Bad"/> marks stderr or a failure.</summary>
public sealed record LogLine(DateTimeOffset At, string Text, string? Source = null, bool Bad = false);

/// <summary>The last lines of a log, bounded: a chatty container must not fill the portal. Safe to write from any thread.</summary>
public sealed class LogBuffer(int capacity = 5000)
{
    private readonly Lock gate = new();
    private readonly Queue<LogLine> lines = new();
    private event Action? Changed;

    /// <summary>Lines let go because newer ones came.</summary>
    public long Dropped { get; private set; }

    public void Append(LogLine line) => Append([line]);

    public void Append(IEnumerable<LogLine> more)
    {
        lock (gate)
        {
            foreach (var line in more)
            {
                lines.Enqueue(line);
                if (lines.Count > capacity)
                {
                    lines.Dequeue();
                    Dropped++;
                }
            }
        }

        Changed?.Invoke();
    }

    public void Clear()
    {
        lock (gate)
        {
            lines.Clear();
            Dropped = 0;
        }

        Changed?.Invoke();
    }

    public IReadOnlyList<LogLine> Snapshot()
    {
        lock (gate)
        {
            return [.. lines];
        }
    }

    public IDisposable Watch(Action changed)
    {
        Changed += changed;
        return new Subscription(() => Changed -= changed);
    }
}
