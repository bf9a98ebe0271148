using Portal.Docker;
using Portal.Tests.Lab;

namespace Portal.Tests.Docker;

[Trait("Category", "Lab")]
public sealed class EngineTests
{
    [Fact]
    public async Task A_ping_says_which_api_the_engine_speaks()
    {
        var engine = await LabFixture.Engine;

        var ping = await engine.Client.System.PingAsync();

        Assert.Equal("1.41", ping.ApiVersion);
        Assert.Equal("linux", ping.OsType);
    }
}
