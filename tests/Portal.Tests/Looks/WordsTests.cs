using Portal.Pages.Shared;

namespace Portal.Tests.Looks;

public sealed class WordsTests
{
    private static readonly DateTimeOffset Now = Markup.Now;

    [Theory]
    [InlineData(0, "just now")]
    [InlineData(-12, "12 s ago")]
    [InlineData(-59, "59 s ago")]
    [InlineData(-60, "1 min ago")]
    [InlineData(-7200, "2 h ago")]
    [InlineData(-259200, "3 d ago")]
    [InlineData(-31 * 86400, "2026-10-21")]
    [InlineData(30, "in 30 s")]
    public void Times_are_told_in_their_largest_unit(int seconds, string words) => Assert.Equal(words, RelativeTime.Of(Now.AddSeconds(seconds), Now));

    [Theory]
    [InlineData(0.21, "0.2 s")]
    [InlineData(9.96, "9.9 s")]
    [InlineData(12.7, "12 s")]
    [InlineData(184, "3 min 4 s")]
    [InlineData(3900, "1 h 5 min")]
    [InlineData(-5, "0.0 s")]
    public void Spans_are_told_in_two_units_at_most(double seconds, string words) => Assert.Equal(words, RelativeTime.Span(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void A_deadline_that_has_not_passed_never_reads_zero() => Assert.Equal("0:01", RelativeTime.Left(TimeSpan.FromMilliseconds(1)));

    [Theory]
    [InlineData("sha256:9b1f04c2aa55bb66cc77", "sha256:9b1f04c2…")]
    [InlineData("reg/acme/web@sha256:9b1f04c2aa55bb66cc77", "reg/acme/web@sha256:9b1f04c2…")]
    [InlineData("0193c1a2-7b3e-7000-8000-aabbccddeeff", "…ccddeeff")]
    [InlineData("4f1c09aa77bb66dd4f1c", "4f1c09aa…")]
    [InlineData("2.4.0", "2.4.0")]
    public void Ids_are_shortened_to_what_tells_them_apart(string whole, string shown) => Assert.Equal(shown, ShortId.Of(whole));
}
