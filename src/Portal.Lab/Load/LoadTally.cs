using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;

namespace Portal.Lab.Load;

/// <summary>What the loop counts. Written by its one thread.</summary>
internal sealed class LoadTally(long started)
{
    private sealed class Seen(byte[] name, long at)
    {
        public readonly byte[] Name = name;
        public readonly string Text = Encoding.UTF8.GetString(name);
        public readonly long First = at;
        public long Count;
        public long Last = at;
        public long LastSent;
    }

    private const int FailuresKept = 10;

    private readonly LatencyHistogram latencies = new();
    private readonly List<Seen> versions = [];
    private readonly SortedDictionary<LoadFailureKind, long> kinds = [];
    private readonly SortedDictionary<int, long> statuses = [];
    private readonly List<LoadFailure> first = [];
    private long requests;
    private long failed;
    private volatile Seen? latest;

    public long Requests => Volatile.Read(ref requests);

    public long Failed => Volatile.Read(ref failed);

    public string? LatestVersion => latest?.Text;

    public long Repeated { get; set; }

    public long Reconnects { get; set; }

    public void Good(long sent, long due, long now, ReadOnlySpan<byte> version)
    {
        latencies.Add(Stopwatch.GetElapsedTime(due, now));
        See(sent, now, version);
        Volatile.Write(ref requests, requests + 1);
    }

    public void BadStatus(long sent, long now, int status, ReadOnlySpan<byte> version)
    {
        See(sent, now, version);
        statuses[status] = statuses.GetValueOrDefault(status) + 1;
        Bad(LoadFailureKind.Status, now, $"HTTP {status}");
    }

    public void Bad(LoadFailureKind kind, long now, string detail)
    {
        kinds[kind] = kinds.GetValueOrDefault(kind) + 1;
        if (first.Count < FailuresKept)
            first.Add(new(Since(now), kind, detail));
        Volatile.Write(ref failed, failed + 1);
        Volatile.Write(ref requests, requests + 1);
    }

    public LoadReport Report(long ended) => new(
        requests, failed, Since(ended), kinds.ToImmutableSortedDictionary(), statuses.ToImmutableSortedDictionary(), Repeated, Reconnects,
        latencies.Quantile(0.50), latencies.Quantile(0.95), latencies.Quantile(0.99), latencies.Longest,
        [.. versions.Select(seen => new VersionCount(
            seen.Text, seen.Count, Since(seen.First), Since(seen.Last), Since(seen.LastSent)))],
        [.. first]);

    private void See(long sent, long now, ReadOnlySpan<byte> version)
    {
        if (version.Length == 0)
            return;
        Seen? found = null;
        foreach (var seen in versions)
        {
            if (version.SequenceEqual(seen.Name))
                found = seen;
        }
        if (found is null)
            versions.Add(found = new Seen(version.ToArray(), now));
        latest = found;
        found.Count++;
        found.Last = now;
        found.LastSent = Math.Max(found.LastSent, sent);
    }

    private TimeSpan Since(long timestamp) => Stopwatch.GetElapsedTime(started, timestamp);
}
