using System.Collections.Immutable;
using Portal.HAProxy;

namespace Portal.Tests.HAProxy;

public sealed class AnswerTimesTests
{
    [Fact]
    public void A_percentile_lies_in_the_step_that_holds_it()
    {
        // 90 answers of 1.0 to 1.9 ms, 10 of 300 to 399 ms.
        var times = Times((41, 90), (63, 10));

        Assert.InRange(times.Percentile(0.5)!.Value.TotalMilliseconds, 1, 2);
        Assert.InRange(times.Percentile(0.95)!.Value.TotalMilliseconds, 300, 400);
        Assert.Equal(TimeSpan.FromMilliseconds(2), times.Percentile(0.9));
        Assert.Null(AnswerTimes.None.Percentile(0.95));
    }

    [Fact]
    public void A_step_that_was_forgotten_and_begun_anew_counts_from_zero()
    {
        var since = Times((41, 5), (42, 120)).Since(Times((41, 80), (42, 100), (55, 3)));

        Assert.Equal(Times((41, 5), (42, 20)).Counts.AsEnumerable(), since.Counts.AsEnumerable());
    }

    [Fact]
    public void A_worker_that_began_in_between_counts_from_its_own_zero()
    {
        var (old, young) = (Reading(1, 50), new TrafficReading(Reading(1, 70).Workers.AddRange(Reading(2, 7).Workers)));

        Assert.Equal(27, young.Since(old).Of("acme", Sides.Blue).Counters.Requests);
        Assert.Equal(0, young.Since(old).Of("acm", Sides.Blue).Counters.Requests);
    }

    [Theory]
    [InlineData("acme:shop.web.8080:green@4.1", "acme:shop.web.8080:green", 41)]
    [InlineData("acme:shop.web.8080:green@12.9", "acme:shop.web.8080:green", 129)]
    [InlineData("acme:shop.web.8080:green@3.-", null, 0)]
    [InlineData("green", null, 0)]
    [InlineData("@4.1", null, 0)]
    public void An_entry_tells_backend_and_step(string key, string? backend, int step) =>
        Assert.Equal(backend is null ? null : ((string, int)?)(backend, step), AnswerTimes.TryParse(key));

    [Theory]
    [InlineData("blue", true)]
    [InlineData("green!1!source", true)]
    [InlineData("green!99!cookie", true)]
    [InlineData("green!0!cookie", false)]
    [InlineData("green!100!cookie", false)]
    [InlineData("green!+5!cookie", false)]
    [InlineData("green!5!1", false)]
    [InlineData("green!5", false)]
    [InlineData("red", false)]
    public void A_pointer_reads_back_as_it_is_written(string text, bool allowed) => Assert.Equal(allowed ? text : null, LivePointer.TryParse(text)?.ToString());

    private static AnswerTimes Times(params (int Step, long Count)[] counts) => new(counts.ToImmutableSortedDictionary(count => count.Step, count => count.Count));

    private static TrafficReading Reading(int pid, long requests) => new(ImmutableDictionary<WorkerId, ImmutableDictionary<string, BackendTraffic>>.Empty.Add(
        new(pid), ImmutableDictionary<string, BackendTraffic>.Empty.Add("acme:shop.web.8080:blue", new(SideCounters.Zero with { Requests = requests }, AnswerTimes.None))));
}
