using System.Collections.Immutable;
using Portal.HAProxy;

namespace Portal.Gateway.Traffic;

/// <summary>One side of a service in one span of time.</summary>
/// <param name="P50">Of the times from a request's head to its answer's; null: no answers.</param>
public sealed record TrafficPoint(DateTimeOffset At, double RequestsPerSecond, double FailedPerSecond, double? P50, double? P95)
{
    public static TrafficPoint Of(DateTimeOffset at, TimeSpan span, BackendTraffic passed) => new(
        at,
        passed.Counters.Requests / span.TotalSeconds,
        passed.Counters.Failed / span.TotalSeconds,
        passed.Times.Percentile(0.5)?.TotalMilliseconds,
        passed.Times.Percentile(0.95)?.TotalMilliseconds);
}

/// <summary>
/// What passed through the gateway in the last ten minutes, by HAProxy's own counters. In memory: of a portal that has just started there
/// is nothing yet.
/// </summary>
public sealed class TrafficBook
{
    public const int Spans = 120;

    private readonly Lock gate = new();
    private readonly Queue<Page> pages = new(Spans);

    /// <summary>A span was added. Raised on the worker's thread: return at once, and do not throw.</summary>
    public event Action? Changed;

    public void Add(DateTimeOffset at, TimeSpan span, TrafficBetween passed)
    {
        // A backend that nobody asked is a line at zero, and takes no room.
        var page = new Page(at, passed.Backends.Where(backend => backend.Value.Counters.Requests > 0)
            .ToImmutableDictionary(backend => backend.Key, backend => TrafficPoint.Of(at, span, backend.Value), StringComparer.Ordinal));
        lock (gate)
        {
            if (pages.Count == Spans)
            {
                pages.Dequeue();
            }

            pages.Enqueue(page);
        }

        Changed?.Invoke();
    }

    /// <summary>A side of a service, oldest first.</summary>
    public ImmutableArray<TrafficPoint> Of(BackendKey backend)
    {
        var name = $"{backend.RouteKey}:{backend.Colour.Text()}";
        Page[] now;
        lock (gate)
        {
            now = [.. pages];
        }

        return [.. now.Select(page => page.Points.GetValueOrDefault(name) ?? new TrafficPoint(page.At, 0, 0, null, null))];
    }

    private sealed record Page(DateTimeOffset At, ImmutableDictionary<string, TrafficPoint> Points);
}
