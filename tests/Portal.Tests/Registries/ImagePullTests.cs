using Portal.Deployments.Engine;
using Portal.Docker;

namespace Portal.Tests.Registries;

public sealed class ImagePullTests
{
    private static readonly ImageReference Image = ImageReference.Parse("registry.example/team/web:1");

    [Theory]
    [InlineData(EngineErrorKind.Other, "unexpected EOF", true)]
    [InlineData(EngineErrorKind.Other, "toomanyrequests: You have reached your pull rate limit", true)]
    [InlineData(EngineErrorKind.Unavailable, "connection refused", true)]
    [InlineData(EngineErrorKind.Timeout, "no answer", true)]
    [InlineData(EngineErrorKind.Refused, "unauthorized", false)]
    [InlineData(EngineErrorKind.NotFound, "manifest unknown", false)]
    [InlineData(EngineErrorKind.Other, "write /var/lib/layer: no space left on device", false)]
    public void A_pull_is_made_again_where_that_can_help(EngineErrorKind kind, string message, bool again) =>
        Assert.Equal(again, ImagePull.MayPass(new EngineException(new EngineError(kind, null, message))));

    [Fact]
    public void The_reason_is_plain_and_holds_no_password()
    {
        var refused = new EngineException(new EngineError(EngineErrorKind.Refused, 401, "unauthorized"));

        Assert.Contains("has none for it", ImagePull.Why(refused, Image, null));
        Assert.Contains("does not let ci have it (401)", ImagePull.Why(refused, Image, new RegistryCredentials("ci", "horse")));
        Assert.DoesNotContain("horse", ImagePull.Why(refused, Image, new RegistryCredentials("ci", "horse")));
        Assert.Contains("no longer", ImagePull.Why(new EngineException(new EngineError(EngineErrorKind.NotFound, 404, "x")), Image, null));
        Assert.Contains("No space", ImagePull.Why(new EngineException(new EngineError(EngineErrorKind.Other, null, "no space left on device")), Image, null), StringComparison.OrdinalIgnoreCase);
    }
}
