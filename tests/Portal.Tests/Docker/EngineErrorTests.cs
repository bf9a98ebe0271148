using Portal.Docker;

namespace Portal.Tests.Docker;

public sealed class EngineErrorTests
{
    [Theory]
    [InlineData(304, EngineErrorKind.NotModified, false)]
    [InlineData(400, EngineErrorKind.Refused, false)]
    [InlineData(401, EngineErrorKind.Refused, false)]
    [InlineData(403, EngineErrorKind.Refused, false)]
    [InlineData(404, EngineErrorKind.NotFound, false)]
    [InlineData(408, EngineErrorKind.Timeout, true)]
    [InlineData(409, EngineErrorKind.Conflict, false)]
    [InlineData(500, EngineErrorKind.Other, false)]
    [InlineData(502, EngineErrorKind.Unavailable, true)]
    [InlineData(503, EngineErrorKind.Unavailable, true)]
    [InlineData(504, EngineErrorKind.Unavailable, true)]
    public void A_status_says_what_kind_of_failure_it_was(int status, EngineErrorKind kind, bool transient)
    {
        var error = new EngineError(EngineError.KindOf(status), status, "");

        Assert.Equal((kind, transient), (error.Kind, error.IsTransient));
    }

    [Theory]
    [InlineData("1.24", null)]
    [InlineData("1.39", null)]
    [InlineData("1.40", "1.40")]
    [InlineData("1.41", "1.41")]
    [InlineData("1.51", "1.51")]
    [InlineData("1.99", "1.51")]
    [InlineData("2.0", "1.51")]
    public void The_version_spoken_is_the_newest_that_both_know(string offered, string? spoken)
    {
        Assert.True(ApiVersion.TryParse(offered, out var version));
        Assert.Equal(spoken, ApiVersion.Negotiate(version)?.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a\nb")]
    public void A_name_that_could_climb_out_of_its_path_is_refused(string name) =>
        Assert.ThrowsAny<ArgumentException>(() => PathSegment.Of(name));

    [Fact]
    public void A_name_is_escaped() => Assert.Equal("a%20b%3Fc%23d%25", PathSegment.Of("a b?c#d%"));

    [Theory]
    [InlineData("../containers/json")]
    [InlineData("web?force=1")]
    [InlineData("")]
    public void What_is_no_image_is_refused(string name) => Assert.ThrowsAny<ArgumentException>(() => PathSegment.OfImage(name));

    [Fact]
    public void A_grace_period_is_rounded_up() => Assert.Equal(
        (0, 1, 10, 11),
        (Seconds(0), Seconds(0.1), Seconds(10), Seconds(10.001)));

    private static int Seconds(double seconds) => ContainerSpecMapping.WholeSeconds(TimeSpan.FromSeconds(seconds));
}
