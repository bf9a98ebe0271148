using Portal.Docker;
using Portal.Lab;
using Portal.Tests.Lab;

namespace Portal.Tests.Survive;

/// <summary>
/// dockerd is killed with SIGKILL in the middle of a redeploy and started again. With live-restore containers outlive it, and no request
/// is lost. Without, the engine ends them at its own next start, whoever manages them: then nothing can serve until they are made anew.
/// </summary>
[Trait("Category", "Lab")]
public sealed class EngineKilledTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_engine_that_is_killed_and_started_again_leaves_nothing_half_deployed(bool liveRestore)
    {
        await using var engine = await EngineLab.StartAsync(LabFixture.UndoLog, "mortal", new EngineLabOptions { Network = await LabFixture.Network, LiveRestore = liveRestore });
        await using var world = await PortalWorld.StartOnAsync(engine, database: null);
        var stack = new SurviveStack(world);
        await stack.StartAsync();
        await using var load = await stack.LoadAsync();

        var (ended, faults) = await stack.RedeployAsync(
            async _ =>
            {
                await engine.KillAsync();
                try
                {
                    await Assert.ThrowsAsync<EngineException>(() => engine.Client.System.PingAsync());
                    var before = load.Requests;
                    await Eventually.SeesAsync("requests while there is no engine", () => Task.FromResult(load.Requests), seen => seen > before + 50);
                }
                finally
                {
                    await engine.RestartAsync();
                }
            },
            every: 5,
            most: liveRestore ? 4 : 2);

        Assert.True(faults >= 2, ended.ToString());
        await Eventually.SeesAsync("an answer", () => world.AskAsync(world.HostOf(SurviveStack.Name)), answer => answer.Version == stack.Version);
        var report = await load.StopAsync();
        if (liveRestore)
        {
            Assert.True(ended.State == "succeeded", ended.ToString());
            Assert.True(report.Failed == 0, world.Explain(report));
        }
    }
}
