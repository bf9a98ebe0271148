using System.Collections.Immutable;
using System.Globalization;

namespace Portal.HAProxy;

/// <summary>
/// How long answers took, from the request's head to the answer's, as HAProxy itself counts it: by the number of digits and the
/// first digit of the microseconds, nine steps for each tenfold. Where the gateway is busy, one request in sixteen is counted.
/// </summary>
/// <param name="Counts">Step (tens: digits, ones: first digit) → answers.</param>
public sealed record AnswerTimes(ImmutableSortedDictionary<int, long> Counts)
{
    internal const string Table = "answer-times";

    /// <summary>Requests a second, over all routes, up to which each is counted.</summary>
    private const int EachUpTo = 2000;

    public static AnswerTimes None { get; } = new(ImmutableSortedDictionary<int, long>.Empty);

    public long Count => Counts.Values.Sum();

    /// <summary>Within a step taken as even, so off by the step's width at most.</summary>
    /// <param name="part">0.95 for the time that 95 % of the answers kept.</param>
    /// <returns>Null: there were no answers.</returns>
    public TimeSpan? Percentile(double part)
    {
        var (wanted, below) = (Count * part, 0L);
        foreach (var (step, count) in Counts)
        {
            if (below + count >= wanted && count > 0)
            {
                var (from, width) = Bounds(step);
                return TimeSpan.FromMicroseconds(from + (width * (wanted - below) / count));
            }

            below += count;
        }

        return null;
    }

    public static AnswerTimes operator +(AnswerTimes one, AnswerTimes other) =>
        new(other.Counts.Aggregate(one.Counts, (sum, next) => sum.SetItem(next.Key, sum.GetValueOrDefault(next.Key) + next.Value)));

    /// <summary>What was counted since. HAProxy forgets steps that are not used for a while, and begins them anew.</summary>
    public AnswerTimes Since(AnswerTimes earlier) => new(Counts
        .Select(step => (step.Key, Value: earlier.Counts.GetValueOrDefault(step.Key) is var before && before <= step.Value ? step.Value - before : step.Value))
        .Where(step => step.Value > 0)
        .ToImmutableSortedDictionary(step => step.Key, step => step.Value));

    /// <summary>Draws whether this request is counted.</summary>
    internal static string Begin => $$"""  http-request set-var(txn.began) date(0,us) if { rand(16) eq 0 } || { fe_req_rate lt {{EachUpTo}} }""";

    /// <summary>In the frontend, where the short way has not ended: previews are not counted, nor is the time that a request waited for a switch.</summary>
    internal static string Rules => $$"""
          http-request unset-var(txn.began) if preview
          http-request set-var(txn.began) date(0,us) if { var(txn.began) -m found }
          http-response allow unless { var(txn.began) -m found }
          http-response set-var(txn.took) date(0,us),sub(txn.began)
          http-response set-var(txn.took) str(),concat(,txn.took)
          http-response set-var(txn.digits) var(txn.took),length
          http-response set-var(txn.first) var(txn.took),bytes(0,1)
          http-response set-var(txn.step) be_name,concat(@,txn.digits),concat(.,txn.first)
          http-response track-sc2 var(txn.step) table {{Table}}
          http-response sc-inc-gpc0(2)
        """;

    /// <summary>Where they are counted.</summary>
    internal static string Tables => $"""

        backend {Table}
          stick-table type string len 128 size 400k expire 2m store gpc0

        """;

    /// <summary>From the table's key: <c>acme:shop.web.8080:green@4.1</c>.</summary>
    /// <returns>Null: nothing that was counted here, as when the clock was set back.</returns>
    public static (string Backend, int Step)? TryParse(string key) =>
        key.LastIndexOf('@') is > 0 and var at && key[(at + 1)..].Split('.') is [var digits, [>= '0' and <= '9' and var first]]
        && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var length) && length is >= 1 and <= 12
            ? (key[..at], (length * 10) + (first - '0'))
            : null;

    private static (double From, double Width) Bounds(int step)
    {
        var width = Math.Pow(10, (step / 10) - 1);
        return (step % 10 * width, width);
    }
}
