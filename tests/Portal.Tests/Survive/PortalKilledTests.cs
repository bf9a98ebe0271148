using Portal.Tests.Lab;

namespace Portal.Tests.Survive;

/// <summary>The portal is killed with SIGKILL at every boundary of a redeploy's steps, and started again.</summary>
[Trait("Category", "Lab")]
public sealed class PortalKilledTests(PortalKilledTests.Lab lab) : IClassFixture<PortalKilledTests.Lab>
{
    /// <summary>A boundary that passes too fast is met by the next deployment, or the one after.</summary>
    private const int MostDeployments = 15;
    private readonly PortalWorld world = lab.World;

    [Fact]
    public async Task Killed_at_every_boundary_of_its_steps_a_redeploy_ends_whole_and_loses_no_request()
    {
        var stack = lab.Stack;
        await using var load = await stack.LoadAsync();
        for (var (deployments, faults) = (0, 1); faults > 0; deployments++)
        {
            Assert.True(deployments < MostDeployments, $"Boundaries come up again and again: {string.Join(", ", stack.Met)}");
            (var ended, faults) = await stack.RedeployAsync(async boundary =>
            {
                await world.Portal.KillAsync();
                Assert.True(world.Portal.Process.HasExited, boundary);
                var before = load.Requests;
                await Eventually.SeesAsync("requests while there is no portal", () => Task.FromResult(load.Requests), seen => seen > before + 10);
                await world.RestartPortalAsync();
            });
            Assert.True(ended.State == "succeeded", ended.ToString());
            Assert.True(faults == 0 || ended.Log.Any(line => line.Contains("Taken over", StringComparison.Ordinal)), ended.ToString());
            Assert.True(load.Failed == 0, $"{ended}\n{string.Join('\n', world.Portal.Process.Output)}");
        }

        var report = await load.StopAsync();
        Assert.True(report.Failed == 0, world.Explain(report));
        // Whatever the steps are called: each kind of thing that a redeploy does was hit.
        Assert.True(stack.Met.Count >= 15, string.Join(", ", stack.Met));
    }

    [Fact]
    public async Task Killed_on_the_way_back_it_goes_on_going_back()
    {
        var stack = lab.Stack;
        await stack.SettleAsync();
        await world.PushAsync("hopeless", "EXIT_CODE=4");
        var before = await stack.MigrationsAsync();
        var deployment = await world.RequestAsync(SurviveStack.Name, new { target = "live", images = world.Web("hopeless") });
        await Eventually.SeesAsync("the way back", async () => (await world.GetAsync($"deployments/{deployment}/log")).ToString(), seen => seen.Contains("Turning back", StringComparison.Ordinal));

        await world.Portal.KillAsync();
        await world.RestartPortalAsync();

        var ended = await world.EndedAsync(deployment);
        Assert.True(ended is { State: "rolled_back", Reason: "container_exited" }, ended.ToString());
        await stack.AssertWholeAsync(ended, before);
    }

    public sealed class Lab : IAsyncLifetime
    {
        public PortalWorld World { get; private set; } = null!;

        internal SurviveStack Stack { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            World = await PortalWorld.StartAsync();
            Stack = new SurviveStack(World);
            await Stack.StartAsync();
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
