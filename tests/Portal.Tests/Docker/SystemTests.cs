using Portal.Docker;
using Portal.Tests.Lab;

namespace Portal.Tests.Docker;

[Trait("Category", "Lab")]
public sealed class SystemTests
{
    [Fact]
    public async Task A_ping_says_which_api_the_engine_speaks()
    {
        var ping = await (await LabFixture.Engine).Client.System.PingAsync();

        Assert.True(ApiVersion.TryParse(ping.ApiVersion, out var version));
        Assert.True(version.CompareTo(ApiVersion.Floor) >= 0);
        Assert.Equal("linux", ping.OsType);
    }

    [Fact]
    public async Task Version_and_info_say_what_engine_it_is()
    {
        var client = (await LabFixture.Engine).Client;

        var version = await client.System.VersionAsync();
        var info = await client.System.InfoAsync();

        Assert.Equal(version.Version, info.ServerVersion);
        Assert.Equal("linux", version.Os);
        Assert.Equal("lab", info.Name);
        Assert.NotEmpty(info.Id);
        Assert.True(info.Cpus > 0 && info.MemoryBytes > 0);
        Assert.Equal("inactive", info.Swarm.State);
        Assert.InRange(info.SystemTime, TimeProvider.System.GetUtcNow().AddMinutes(-5), TimeProvider.System.GetUtcNow().AddMinutes(5));
    }

    [Fact]
    public async Task Disk_usage_counts_images()
    {
        await LabFixture.Busybox;

        var usage = await (await LabFixture.Engine).Client.System.DiskUsageAsync();

        Assert.True(usage.Images > 0 && usage.LayersBytes > 100_000, $"{usage}");
    }

    [Fact]
    public async Task The_engine_answers_over_tcp_as_over_its_socket()
    {
        var engine = await LabFixture.Engine;
        using var client = new EngineClient(engine.TcpEndpoint!);

        Assert.Equal((await engine.Client.System.InfoAsync()).Id, (await client.System.InfoAsync()).Id);
    }
}
