using System.Diagnostics;

namespace Portal.Tests.Lab;

/// <summary>Waits for a condition, with a deadline, and tells what was seen last when it did not come.</summary>
public static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(25);

    public static async Task<T> SeesAsync<T>(string what, Func<Task<T>> look, Func<T, bool> good, TimeSpan? limit = null)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var seen = await look();
            if (good(seen))
            {
                return seen;
            }

            if (Stopwatch.GetElapsedTime(started) > (limit ?? Limit))
            {
                throw new TimeoutException($"{what} did not come within {(limit ?? Limit).TotalSeconds} s; seen last: {seen}");
            }

            await Task.Delay(Step);
        }
    }

    public static Task EqualsAsync<T>(T wanted, Func<Task<T>> look) =>
        SeesAsync($"{wanted}", look, seen => EqualityComparer<T>.Default.Equals(seen, wanted));
}
