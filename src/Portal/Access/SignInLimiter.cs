using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace Portal.Access;

/// <summary>
/// Bounds failed sign-ins for a name and for a source, in a sliding minute, in this process. An attempt counts when it begins,
/// so that many at once do not slip through, and is taken back when it was good.
/// </summary>
internal sealed class SignInLimiter(TimeProvider clock, IOptions<AccessOptions> options)
{
    private const int MostKeys = 20_000;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Queue<DateTimeOffset>> attempts = new(StringComparer.OrdinalIgnoreCase);

    /// <returns>Null: go on. Otherwise how long to wait.</returns>
    public TimeSpan? Begin(string source, string name)
    {
        var now = clock.GetUtcNow();
        if (attempts.Count > MostKeys)
        {
            RemoveOld(now);
        }

        return Count("source " + source, options.Value.FailuresPerSource, now) ?? Count("name " + name, options.Value.FailuresPerName, now);
    }

    /// <summary>The attempt was good, or nobody's fault: it does not count.</summary>
    public void TakeBack(string source, string name)
    {
        foreach (var key in (string[])["source " + source, "name " + name])
        {
            if (attempts.TryGetValue(key, out var times))
            {
                lock (times)
                {
                    times.TryDequeue(out _);
                }
            }
        }
    }

    private TimeSpan? Count(string key, int most, DateTimeOffset now)
    {
        var times = attempts.GetOrAdd(key, _ => new Queue<DateTimeOffset>());
        lock (times)
        {
            while (times.TryPeek(out var oldest) && now - oldest >= Window)
            {
                times.Dequeue();
            }

            if (times.Count >= most)
            {
                return times.Peek() + Window - now;
            }

            times.Enqueue(now);
            return null;
        }
    }

    private void RemoveOld(DateTimeOffset now)
    {
        foreach (var (key, times) in attempts)
        {
            lock (times)
            {
                if (times.All(time => now - time >= Window))
                {
                    attempts.TryRemove(key, out _);
                }
            }
        }
    }
}
