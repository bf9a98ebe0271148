using System.Globalization;
using System.Net;
using Portal.Lab;
using Portal.Tests.Lab;

namespace Portal.Tests.Survive;

/// <summary>What the portal stands on is killed in the middle of a redeploy: PostgreSQL, the gateway, the engine.</summary>
[Trait("Category", "Lab")]
public sealed class PartsKilledTests(PartsKilledTests.Lab lab) : IClassFixture<PartsKilledTests.Lab>
{
    private readonly PortalWorld world = lab.World;

    [Fact]
    public async Task PostgreSQL_killed_and_started_again_costs_no_deployment_and_no_request()
    {
        var stack = lab.Stack;
        stack.Forget();
        await using var load = await stack.LoadAsync();
        var portal = world.Portal.Process.Pid;

        var (ended, faults) = await stack.RedeployAsync(
            async _ =>
            {
                await lab.Database.KillAsync();
                // The portal is without its database, and knows it.
                using var visitor = world.Portal.Browser();
                await Eventually.SeesAsync("not ready", () => visitor.StatusAsync("/healthz/ready"), status => status == HttpStatusCode.ServiceUnavailable);
                await lab.Database.RestartAsync();
                await Eventually.SeesAsync("readiness", () => visitor.StatusAsync("/healthz/ready"), status => status == HttpStatusCode.OK);
            },
            every: 3);

        Assert.True(ended.State == "succeeded" && faults > 2, $"{faults} faults. {ended}");
        Assert.Equal(portal, world.Portal.Process.Pid);
        Assert.False(world.Portal.Process.HasExited);
        Assert.DoesNotContain(ended.Log, line => line.Contains("Taken over", StringComparison.Ordinal));
        // Told of changes again, and not only asking: a caller that waits is woken by the feed.
        var before = await stack.MigrationsAsync();
        var next = await world.EndedAsync(await world.RequestAsync(SurviveStack.Name, new { target = "live" }));
        Assert.Equal("succeeded", next.State);
        Assert.Equal(before, await stack.MigrationsAsync());
        var report = await load.StopAsync();
        Assert.True(report.Failed == 0, world.Explain(report));
    }

    [Fact]
    public async Task The_gateway_killed_comes_back_with_what_it_served_and_the_redeploy_ends()
    {
        var stack = lab.Stack;
        stack.Forget();
        var (ended, faults) = await stack.RedeployAsync(
            async boundary =>
            {
                var pid = await GatewayAsync();
                // Master and workers, so that nothing of it answers any more.
                await Shell.RunAsync("kill", ["-KILL", .. await FamilyAsync(pid)]);
                await Eventually.SeesAsync($"the end of the gateway at {boundary}", () => Task.FromResult(ProcessIdentity.StartTime(pid)), start => start is null);
                var version = await Eventually.SeesAsync("an answer from the gateway", AnswerAsync, answer => answer is not null);
                Assert.StartsWith("v", version);
                Assert.NotEqual(pid, await GatewayAsync());
            },
            every: 4);

        Assert.True(ended.State == "succeeded" && faults > 2, $"{faults} faults. {ended}");
    }

    private string PidFile => Path.Combine(world.Portal.DataDirectory, "gateway", "haproxy.pid");

    private async Task<int> GatewayAsync() => int.Parse((await File.ReadAllTextAsync(PidFile)).Trim(), CultureInfo.InvariantCulture);

    private static async Task<IReadOnlyList<string>> FamilyAsync(int pid)
    {
        var children = await File.ReadAllTextAsync(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/task/{pid}/children"));
        return [pid.ToString(CultureInfo.InvariantCulture), .. children.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
    }

    private async Task<string?> AnswerAsync()
    {
        try
        {
            return (await world.AskAsync(world.HostOf(SurviveStack.Name))).Version;
        }
        catch (HttpRequestException)
        {
            // Not listening yet.
            return null;
        }
    }

    public sealed class Lab : IAsyncLifetime
    {
        public PortalWorld World { get; private set; } = null!;

        public DatabaseLab Database { get; private set; } = null!;

        internal SurviveStack Stack { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Database = await DatabaseLab.StartAsync(LabFixture.UndoLog);
            World = await PortalWorld.StartOnAsync(await LabFixture.Engine, await Database.CreateAsync());
            Stack = new SurviveStack(World);
            await Stack.StartAsync();
        }

        public async Task DisposeAsync()
        {
            if (World is not null)
            {
                await World.DisposeAsync();
            }

            if (Database is not null)
            {
                await Database.KillAsync();
            }
        }
    }
}
