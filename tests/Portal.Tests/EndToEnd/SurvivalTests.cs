using Portal.Docker;
using Portal.Tests.Lab;

namespace Portal.Tests.EndToEnd;

/// <summary>The portal is killed with SIGKILL, at every step of a redeploy, and started again.</summary>
[Trait("Category", "Lab")]
public sealed class SurvivalTests(SurvivalTests.Lab lab) : IClassFixture<SurvivalTests.Lab>
{
    private const string Stack = "shop";
    private readonly PortalWorld world = lab.World;

    [Theory]
    [InlineData("Pull")]
    [InlineData("create")]
    [InlineData("start")]
    [InlineData("wait until healthy")]
    [InlineData("into the gateway")]
    [InlineData("drain")]
    [InlineData("stop")]
    [InlineData("remove")]
    public async Task Killed_at_a_step_the_redeploy_ends_in_one_healthy_set_and_loses_no_request(string step)
    {
        var next = await lab.NextVersionAsync();
        await using var load = world.Load(Stack);
        await Eventually.SeesAsync("load", () => Task.FromResult(load.Requests), seen => seen > 50);
        var deployment = await world.RequestAsync(Stack, new { target = "live", images = world.Web(next) });
        await Eventually.SeesAsync($"the step '{step}'", () => LogAsync(deployment), seen => seen.Contains(step, StringComparison.Ordinal));

        await world.Portal.KillAsync();
        var before = load.Requests;
        await Eventually.SeesAsync("requests while there is no portal", () => Task.FromResult(load.Requests), seen => seen > before + 100);
        await world.RestartPortalAsync();

        var ended = await world.EndedAsync(deployment);
        var report = await load.StopAsync();
        Assert.True(ended.State == "succeeded", ended.ToString());
        Assert.True(report.Failed == 0, world.Explain(report));
        await OneSetAsync(next);
    }

    [Fact]
    public async Task Killed_on_the_way_back_it_goes_on_going_back()
    {
        var former = lab.Version;
        await world.PushAsync("hopeless", "UNHEALTHY=true");
        var deployment = await world.RequestAsync(Stack, new { target = "live", images = world.Web("hopeless") });
        await Eventually.SeesAsync("the way back", () => LogAsync(deployment), seen => seen.Contains("Turning back", StringComparison.Ordinal));

        await world.Portal.KillAsync();
        await world.RestartPortalAsync();

        var ended = await world.EndedAsync(deployment);
        Assert.True(ended.State == "rolled_back", ended.ToString());
        await OneSetAsync(former);
    }

    private async Task<string> LogAsync(string deployment) => (await world.GetAsync($"deployments/{deployment}/log")).ToString();

    private async Task OneSetAsync(string version)
    {
        var containers = await world.ContainersAsync(Stack);
        Assert.Equal(2, containers.Count);
        Assert.All(containers, container => Assert.Equal(ContainerStatus.Running, container.Status));
        Assert.Single(containers.Select(container => container.Labels["portal.revision"]).Distinct());
        Assert.Equal(["1", "2"], containers.Select(container => container.Labels["portal.replica"]).Order());
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(version, (await world.AskAsync(world.HostOf(Stack))).Version);
        }
    }

    public sealed class Lab : IAsyncLifetime
    {
        private int version;

        public PortalWorld World { get; private set; } = null!;

        /// <summary>The one that runs.</summary>
        public string Version => $"v{version}";

        public async Task InitializeAsync()
        {
            World = await PortalWorld.StartAsync(new KeyValuePair<string, string?>("Portal:Deployments:Lease", "00:00:05"));
            await World.PushAsync(Version);
            await World.AddStackAsync(Stack, Version, startLimit: "15s");
            await World.DeployAsync(Stack, new { target = "live" });
        }

        public async Task<string> NextVersionAsync()
        {
            version++;
            await World.PushAsync(Version);
            return Version;
        }

        public async Task DisposeAsync()
        {
            if (World is not null)
            {
                await World.DisposeAsync();
            }
        }
    }
}
