using System.Collections.Immutable;

namespace Portal.HAProxy;

/// <summary>What passed through one backend.</summary>
public sealed record BackendTraffic(SideCounters Counters, AnswerTimes Times)
{
    public static BackendTraffic Zero { get; } = new(SideCounters.Zero, AnswerTimes.None);

    public static BackendTraffic operator +(BackendTraffic one, BackendTraffic other) => new(one.Counters + other.Counters, one.Times + other.Times);

    internal BackendTraffic Since(BackendTraffic earlier) => new(Counters.Since(earlier.Counters), Times.Since(earlier.Times));
}

/// <summary>What HAProxy had counted at one moment: worker → backend (route key, colon, side) → traffic since that worker began.</summary>
public sealed record TrafficReading(ImmutableDictionary<WorkerId, ImmutableDictionary<string, BackendTraffic>> Workers)
{
    public static TrafficReading Empty { get; } = new(ImmutableDictionary<WorkerId, ImmutableDictionary<string, BackendTraffic>>.Empty);

    /// <summary>Of several gateways as of one.</summary>
    public static TrafficReading Sum(IEnumerable<TrafficReading> readings) => new(readings.SelectMany(reading => reading.Workers).ToImmutableDictionary());

    /// <summary>By backend. What a worker that has ended since took with it is missing, and so is a gateway that was not read earlier: its counters begin long before.</summary>
    public TrafficBetween Since(TrafficReading earlier) => new(
        (from worker in Workers
         where WorkerId.WasRead(worker.Key, earlier.Workers.Keys)
         let before = earlier.Workers.GetValueOrDefault(worker.Key)
         from backend in worker.Value
         let since = backend.Value.Since(before?.GetValueOrDefault(backend.Key) ?? BackendTraffic.Zero)
         group since by backend.Key)
        .ToImmutableDictionary(backend => backend.Key, backend => backend.Aggregate(BackendTraffic.Zero, (sum, next) => sum + next), StringComparer.Ordinal));
}

/// <summary>What passed between two moments.</summary>
public sealed record TrafficBetween(ImmutableDictionary<string, BackendTraffic> Backends)
{
    /// <summary>A side of a group, over all its routes.</summary>
    public BackendTraffic Of(string group, string side) => Backends
        .Where(backend => backend.Key.StartsWith(group + ":", StringComparison.Ordinal) && backend.Key.EndsWith(":" + side, StringComparison.Ordinal))
        .Aggregate(BackendTraffic.Zero, (sum, next) => sum + next.Value);
}
