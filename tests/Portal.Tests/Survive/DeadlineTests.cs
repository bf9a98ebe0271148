using Portal.Docker;
using Portal.Lab;
using Portal.Tests.Lab;

namespace Portal.Tests.Survive;

/// <summary>No state of a deployment lasts for ever, and none keeps the next one from beginning.</summary>
[Trait("Category", "Lab")]
public sealed class DeadlineTests
{
    private const string Stack = "shop";

    [Fact]
    public async Task While_its_engine_stays_away_a_deployment_ends_and_so_does_what_waits_behind_it()
    {
        await using var engine = await EngineLab.StartAsync(LabFixture.UndoLog, "away", new EngineLabOptions { Network = await LabFixture.Network });
        await using var world = await PortalWorld.StartOnAsync(
            engine, database: null, new("Portal:Deployments:Patience", "00:00:02"), new("Portal:Deployments:BackLimit", "00:00:04"), new("Portal:Deployments:QueueLimit", "00:00:02"));
        await world.PushAsync("1");
        await world.PushAsync("2");
        await world.PushAsync("slow", "START_DELAY_MS=600000");
        await world.AddStackAsync(Stack, "1", startLimit: "10m");
        await world.DeployAsync(Stack, new { target = "live" });
        var stuck = await world.RequestAsync(Stack, new { target = "live", images = world.Web("slow") });
        await Eventually.SeesAsync("a new container", () => world.ContainersAsync(Stack), seen => seen.Count > 2);
        var queued = await world.RequestAsync(Stack, new { target = "live", images = world.Web("2") });

        await engine.KillAsync();
        await Assert.ThrowsAsync<EngineException>(() => engine.Client.System.PingAsync());

        var waited = await world.EndedAsync(queued);
        Assert.True(waited is { State: "cancelled", Reason: "deadline_passed" } && waited.Text!.Contains("another deployment of this stack was running", StringComparison.Ordinal), waited.ToString());
        var ended = await world.EndedAsync(stuck);
        Assert.True(ended is { State: "failed", Reason: "engine_unavailable" } && ended.Text!.Contains("Going back failed too", StringComparison.Ordinal), ended.ToString());

        await engine.RestartAsync();
        await world.DeployAsync(Stack, new { target = "live", images = world.Web("2") });
        Assert.Equal("2", (await world.AskAsync(world.HostOf(Stack))).Version);
        Assert.Equal(2, (await world.ContainersAsync(Stack)).Count);
    }
}
