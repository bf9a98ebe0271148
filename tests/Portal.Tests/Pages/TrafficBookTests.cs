using System.Collections.Immutable;
using Portal.Gateway;
using Portal.Gateway.Traffic;
using Portal.HAProxy;
using Portal.Model;

namespace Portal.Tests.Pages;

public sealed class TrafficBookTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private static readonly BackendKey Web = new("acme", "shop", "web", 8080, Colour.Blue);

    [Fact]
    public void A_span_tells_rates_and_percentiles_and_one_without_requests_is_zero()
    {
        var book = new TrafficBook();
        book.Add(Noon, TimeSpan.FromSeconds(5), Passed(requests: 50, failed: 5));
        book.Add(Noon.AddSeconds(5), TimeSpan.FromSeconds(5), new TrafficBetween(ImmutableDictionary<string, BackendTraffic>.Empty));

        var points = book.Of(Web);
        Assert.Equal((10, 1), (points[0].RequestsPerSecond, points[0].FailedPerSecond));
        Assert.InRange(points[0].P95!.Value, 1, 2);
        Assert.Equal(new TrafficPoint(Noon.AddSeconds(5), 0, 0, null, null), points[1]);
        Assert.All(book.Of(Web with { Colour = Colour.Green }), point => Assert.Equal(0, point.RequestsPerSecond));
    }

    [Fact]
    public void It_keeps_ten_minutes_and_tells_of_each_span()
    {
        var (book, told) = (new TrafficBook(), 0);
        book.Changed += () => told++;
        for (var i = 0; i < TrafficBook.Spans + 7; i++)
        {
            book.Add(Noon.AddSeconds(5 * i), TimeSpan.FromSeconds(5), Passed(i, 0));
        }

        Assert.Equal(TrafficBook.Spans + 7, told);
        Assert.Equal(TrafficBook.Spans, book.Of(Web).Length);
        Assert.Equal(Noon.AddSeconds(35), book.Of(Web)[0].At);
    }

    private static TrafficBetween Passed(long requests, long failed) => new(ImmutableDictionary<string, BackendTraffic>.Empty.Add(
        "acme:shop.web.8080:blue",
        new BackendTraffic(SideCounters.Zero with { Requests = requests, Answers5xx = failed }, new AnswerTimes(ImmutableSortedDictionary<int, long>.Empty.Add(41, requests)))));
}
