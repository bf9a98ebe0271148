using Portal.HAProxy;
using Portal.Model;
using Portal.Switching.Automatic;

namespace Portal.Tests.Switching;

public sealed class OutageBookTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan After = TimeSpan.FromSeconds(5);
    private static readonly LiveService Web = new(Guid.NewGuid(), Colour.Blue, "shop", "web");

    [Fact]
    public void It_is_due_when_it_has_been_down_for_long_enough_and_not_before()
    {
        var book = Seen((0, LiveState.Up), (1, LiveState.Down), (4, LiveState.Down));

        Assert.Null(book.Due(Web, After, At(5.9)));
        Assert.Equal(TimeSpan.FromSeconds(5), book.Due(Web, After, At(6)));
        Assert.Null(book.Due(Web with { Live = Colour.Green }, After, At(6)));
    }

    [Fact]
    public void A_replica_that_comes_back_ends_the_outage_one_that_is_just_started_again_does_not()
    {
        Assert.Null(Seen((0, LiveState.Up), (1, LiveState.Down), (3, LiveState.Up), (4, LiveState.Down)).Due(Web, After, At(6)));
        Assert.NotNull(Seen((0, LiveState.Up), (1, LiveState.Down), (3, LiveState.Unknown), (4, LiveState.Down), (5, LiveState.Unknown)).Due(Web, After, At(6)));
        Assert.Null(Seen((0, LiveState.Up), (1, LiveState.Unknown)).Due(Web, After, At(100)));
    }

    [Fact]
    public void What_a_portal_that_has_just_started_never_saw_up_gets_more_time()
    {
        Assert.Null(Seen((0, LiveState.Down)).Due(Web, After, Noon + OutageBook.GraceAtFirst - TimeSpan.FromSeconds(1)));
        Assert.NotNull(Seen((0, LiveState.Down)).Due(Web, After, Noon + OutageBook.GraceAtFirst));
        Assert.Null(Seen((100, LiveState.Down)).Due(Web, After, At(104)));
        Assert.NotNull(Seen((100, LiveState.Down)).Due(Web, After, At(105)));
    }

    [Fact]
    public void What_is_not_live_any_more_is_forgotten()
    {
        var book = Seen((0, LiveState.Up), (1, LiveState.Down));

        book.Keep(new HashSet<LiveService>());

        Assert.Null(book.Due(Web, After, At(60)));
    }

    [Theory]
    [InlineData(100, 5, 50, null)]
    [InlineData(100, 6, 50, "6 % of 100 requests failed, and the limit is 5 %")]
    [InlineData(19, 19, 5000, null)]
    [InlineData(100, 0, 500, "p95 of 100 requests was 500 ms, and the limit is 200 ms")]
    public void Limits_are_held_against_enough_requests_only(long requests, long failed, double milliseconds, string? exceeded)
    {
        var numbers = new SideNumbers(requests, failed, 100.0 * failed / requests, requests < LimitJudge.LeastRequests ? null : milliseconds);

        Assert.Equal(exceeded, LimitJudge.Exceeded(new SwitchLimits(5, TimeSpan.FromMilliseconds(200), true), numbers));
        Assert.Null(LimitJudge.Exceeded(new SwitchLimits(null, TimeSpan.FromSeconds(30), true), numbers));
    }

    [Fact]
    public void Of_few_answers_no_percentile_is_told() => Assert.Null(SideNumbers.Of(BackendTraffic.Zero).P95Milliseconds);

    private static OutageBook Seen(params (double Second, LiveState State)[] looks)
    {
        var book = new OutageBook(Noon);
        foreach (var (second, state) in looks)
        {
            book.Note(Web, state, At(second));
        }

        return book;
    }

    private static DateTimeOffset At(double seconds) => Noon.AddSeconds(seconds);
}
