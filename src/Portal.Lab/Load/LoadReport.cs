using System.Collections.Immutable;

namespace Portal.Lab.Load;

public enum LoadFailureKind
{
    /// <summary>No connection.</summary>
    Connect,

    /// <summary>The connection ended or broke after the request was written and before its answer was whole.</summary>
    Read,

    /// <summary>What came is not an HTTP/1.1 answer.</summary>
    Malformed,

    /// <summary>No whole answer in time.</summary>
    Timeout,

    /// <summary>An answer outside 200 to 299.</summary>
    Status,
}

/// <param name="At">Since the start of the run.</param>
public sealed record LoadFailure(TimeSpan At, LoadFailureKind Kind, string Detail);

/// <summary>Answers that carried one value of the version header. All times since the start of the run.</summary>
/// <param name="LastSent">When the latest request that got this version was written: after a switch was acknowledged there must be none.</param>
public sealed record VersionCount(string Version, long Count, TimeSpan FirstAnswer, TimeSpan LastAnswer, TimeSpan LastSent);

/// <param name="Requests">All that ended, well or badly.</param>
/// <param name="Failed">Everything a user would have seen. A request that a browser would have repeated unseen counts only if that failed too.</param>
/// <param name="ByKind">The failures by kind.</param>
/// <param name="ByStatus">Of the answers outside 200 to 299.</param>
/// <param name="RetriedOnReusedConnection">
/// Requests written to a connection used before, which closed without a byte of answer; sent once more on a new one, as browsers do.
/// </param>
/// <param name="Reconnects">Connections that the server closed between an answer and the next request, or announced to close.</param>
/// <param name="P50">Latencies are of whole, good answers. At a given rate they count from when the request was due.</param>
/// <param name="FirstFailures">The first few, for a look.</param>
public sealed record LoadReport(
    long Requests, long Failed, TimeSpan Elapsed,
    ImmutableSortedDictionary<LoadFailureKind, long> ByKind,
    ImmutableSortedDictionary<int, long> ByStatus,
    long RetriedOnReusedConnection, long Reconnects,
    TimeSpan P50, TimeSpan P95, TimeSpan P99, TimeSpan Longest,
    ImmutableArray<VersionCount> Versions,
    ImmutableArray<LoadFailure> FirstFailures)
{
    public double RequestsPerSecond => Requests / Elapsed.TotalSeconds;

    public VersionCount? Version(string version) => Versions.FirstOrDefault(count => count.Version == version);

    public override string ToString() =>
        $"{Requests} requests in {Elapsed.TotalSeconds:0.00} s ({RequestsPerSecond:0}/s), {Failed} failed, " +
        $"{RetriedOnReusedConnection} repeated, {Reconnects} reconnects, " +
        $"p50 {P50.TotalMilliseconds:0.00} p95 {P95.TotalMilliseconds:0.00} p99 {P99.TotalMilliseconds:0.00} max {Longest.TotalMilliseconds:0.00} ms; " +
        string.Join(", ", Versions.Select(version => $"{version.Version}: {version.Count}")) +
        string.Concat(FirstFailures.Select(failure => $"\n  {failure.At.TotalSeconds:0.000} s {failure.Kind}: {failure.Detail}"));
}
