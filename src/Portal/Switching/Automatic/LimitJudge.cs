using System.Globalization;
using Portal.HAProxy;

namespace Portal.Switching.Automatic;

/// <summary>A side's traffic in a span, held against the tenant's limits.</summary>
/// <param name="P95Milliseconds">Null: too few answers to tell.</param>
public sealed record SideNumbers(long Requests, long Failed, double FailedPercent, double? P95Milliseconds)
{
    public static SideNumbers Of(BackendTraffic traffic) => new(
        traffic.Counters.Requests,
        traffic.Counters.Failed,
        traffic.Counters.Requests == 0 ? 0 : Math.Round(100.0 * traffic.Counters.Failed / traffic.Counters.Requests, 2),
        traffic.Times.Count >= LimitJudge.LeastRequests ? Math.Round(traffic.Times.Percentile(0.95)!.Value.TotalMilliseconds, 1) : null);
}

/// <summary>Is a side beyond what its tenant takes? Pure.</summary>
public static class LimitJudge
{
    /// <summary>Of fewer requests nothing is concluded: one failure among three is no rate.</summary>
    public const int LeastRequests = 20;

    /// <returns>The first limit that is exceeded, in words with the numbers; null: none.</returns>
    public static string? Exceeded(SwitchLimits limits, SideNumbers seen) => (limits, seen) switch
    {
        ({ FailedPercent: { } most }, { Requests: >= LeastRequests }) when seen.FailedPercent > most =>
            string.Create(CultureInfo.InvariantCulture, $"{seen.FailedPercent:0.##} % of {seen.Requests} requests failed, and the limit is {most:0.##} %"),
        ({ P95: { } slowest }, { P95Milliseconds: { } p95 }) when p95 > slowest.TotalMilliseconds =>
            string.Create(CultureInfo.InvariantCulture, $"p95 of {seen.Requests} requests was {p95:0.#} ms, and the limit is {slowest.TotalMilliseconds:0.#} ms"),
        _ => null,
    };
}
