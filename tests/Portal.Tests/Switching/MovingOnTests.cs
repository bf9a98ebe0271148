using Portal.Model;

namespace Portal.Tests.Switching;

public sealed class MovingOnTests
{
    [Theory]
    [InlineData("manual", null)]
    [InlineData("", null)]
    [InlineData("auto-after-health", 0)]
    [InlineData("auto-after 1s", 1)]
    [InlineData("auto-after 90s", 90)]
    [InlineData("auto-after 10m", 600)]
    [InlineData("auto-after 1h30m", 5400)]
    [InlineData("auto-after 24h", 86400)]
    public void The_three_words_are_read(string text, int? seconds)
    {
        Assert.True(MovingOn.TryParse(text, out var after));
        Assert.Equal(seconds, (int?)after?.TotalSeconds);
        Assert.True(MovingOn.TryParse(MovingOn.Text(after), out var again));
        Assert.Equal(after, again);
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("auto-after")]
    [InlineData("auto-after 0s")]
    [InlineData("auto-after 10")]
    [InlineData("auto-after -1m")]
    [InlineData("auto-after 10m5h")]
    [InlineData("auto-after 24h1s")]
    [InlineData("auto-after 99999999s")]
    [InlineData("auto-after 10m ago")]
    [InlineData("Manual")]
    public void Anything_else_is_refused(string text) => Assert.False(MovingOn.TryParse(text, out _));

    [Fact]
    public void They_are_said_in_the_fewest_words()
    {
        Assert.Equal("manual", MovingOn.Text(null));
        Assert.Equal("auto-after-health", MovingOn.Text(TimeSpan.Zero));
        Assert.Equal("auto-after 1m30s", MovingOn.Text(TimeSpan.FromSeconds(90)));
        Assert.Equal("auto-after 24h", MovingOn.Text(TimeSpan.FromHours(24)));
    }
}
