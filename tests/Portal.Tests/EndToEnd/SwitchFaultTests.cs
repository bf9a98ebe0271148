using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Portal.Lab;
using Portal.Tests.HAProxy;
using Portal.Tests.Lab;

namespace Portal.Tests.EndToEnd;

/// <summary>What a switch meets that is not as it should be: a gateway that is down or talks nonsense, and deployments that run.</summary>
[Trait("Category", "Lab")]
public sealed class SwitchFaultTests(SwitchTests.Lab lab) : IClassFixture<SwitchTests.Lab>
{
    private const string Stack = "shop";

    /// <summary>Longer than any command to the gateway may take, and shorter than a person's patience.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    private readonly PortalWorld world = lab.World;

    [Theory]
    [InlineData("no line feed")]
    [InlineData("SSH-2.0-OpenSSH_9.2\n")]
    [InlineData("\n")]
    [InlineData(null)]
    public async Task A_gateway_that_answers_garbage_or_never_fails_the_switch_with_a_reason_and_the_next_one_works(string? garbage)
    {
        await using var load = world.Load(Stack);
        await Eventually.SeesAsync("load", () => Task.FromResult(load.Requests), seen => seen > 100);
        var live = await world.LiveAsync();
        (HttpStatusCode Status, JsonElement Body) answer;
        await using (new GarbledSocket(Path.Combine(world.Portal.DataDirectory, "gateway", "admin.sock"), garbage))
        {
            answer = await SwitchAsync("to a gateway that talks nonsense").WaitAsync(Bound);
        }

        HasFailed(answer);
        Assert.Equal((live, "failed"), (await world.LiveAsync(), await NewestAsync()));
        Assert.Equal(lab.VersionOf(live), (await world.AskAsync(world.HostOf(Stack))).Version);
        await NextWorksAsync(live);
        var report = await load.StopAsync();
        Assert.True(report.Failed == 0, world.Explain(report));
    }

    [Fact]
    public async Task A_gateway_that_is_down_fails_the_switch_with_a_reason_and_comes_back_as_it_was()
    {
        var live = await world.LiveAsync();
        using (await KeepDownAsync())
        {
            HasFailed(await SwitchAsync("to a gateway that is not there").WaitAsync(Bound));
            Assert.Equal((live, "failed"), (await world.LiveAsync(), await NewestAsync()));
        }

        await Eventually.SeesAsync("the gateway again", AnswerAsync, version => version == lab.VersionOf(live));
        await NextWorksAsync(live);
    }

    [Fact]
    public async Task A_deployment_that_runs_on_standby_blocks_a_switch_and_one_on_live_does_not()
    {
        await using var load = world.Load(Stack);
        var live = await world.LiveAsync();
        await world.PushAsync("late", "START_DELAY_MS=6000");
        var (old, other) = (lab.VersionOf(live), lab.VersionOf(live == "blue" ? "green" : "blue"));

        var deployment = await RunningAsync("standby");
        var (status, body) = await SwitchAsync("into the middle of a deployment");
        Assert.True(status == HttpStatusCode.Conflict, $"{status}: {body}");
        Assert.Contains("shop: a deployment to standby is running", body.ToString(), StringComparison.Ordinal);
        await SucceedsAsync(deployment);
        Assert.Equal(old, (await world.AskAsync(world.HostOf(Stack))).Version);
        await world.DeployAsync(Stack, new { target = "standby", images = world.Web(other) });

        deployment = await RunningAsync("live");
        (status, body) = await SwitchAsync("away from a side that is being deployed to");
        Assert.True(status == HttpStatusCode.Created, $"{status}: {body}");
        Assert.Equal(other, (await world.AskAsync(world.HostOf(Stack))).Version);
        await SucceedsAsync(deployment);
        // To where it was asked for, wherever the traffic is by now.
        Assert.Equal(other, (await world.AskAsync(world.HostOf(Stack))).Version);
        Assert.Equal("late", (await world.AskAsync($"standby--{world.HostOf(Stack)}")).Version);

        var report = await load.StopAsync();
        Assert.True(report.Failed == 0, world.Explain(report));
        await world.PostAsync($"tenants/{world.Tenant}/switches", new { reason = "back" });
        await world.DeployAsync(Stack, new { target = "live", images = world.Web(old) });
    }

    private async Task<string> RunningAsync(string target)
    {
        var deployment = await world.RequestAsync(Stack, new { target, images = world.Web("late") });
        await Eventually.SeesAsync("a running deployment", async () => (await world.GetAsync($"deployments/{deployment}")).GetProperty("state").GetString(), state => state == "running");
        return deployment;
    }

    private async Task SucceedsAsync(string deployment)
    {
        var ended = await world.EndedAsync(deployment);
        Assert.True(ended.State == "succeeded", ended.ToString());
    }

    private Task<(HttpStatusCode Status, JsonElement Body)> SwitchAsync(string reason) => world.TryPostAsync($"tenants/{world.Tenant}/switches", new { reason });

    private static void HasFailed((HttpStatusCode Status, JsonElement Body) answer)
    {
        Assert.True(answer.Status == HttpStatusCode.ServiceUnavailable, $"{answer.Status}: {answer.Body}");
        Assert.Matches("The gateway did not switch, and traffic flows as before: .+", answer.Body.GetProperty("detail").GetString());
    }

    private async Task<string?> NewestAsync() => (await world.GetAsync($"tenants/{world.Tenant}/switches"))[0].GetProperty("state").GetString();

    private async Task NextWorksAsync(string live)
    {
        var (status, body) = await SwitchAsync("now that it is well again");
        Assert.True(status == HttpStatusCode.Created, $"{status}: {body}");
        Assert.NotEqual(lab.VersionOf(live), (await world.AskAsync(world.HostOf(Stack))).Version);
        await world.PostAsync($"tenants/{world.Tenant}/switches", new { reason = "back" });
    }

    private async Task<string?> AnswerAsync()
    {
        try
        {
            return (await world.AskAsync(world.HostOf(Stack))).Version;
        }
        catch (HttpRequestException)
        {
            // Not listening yet.
            return null;
        }
    }

    /// <summary>Ends the gateway, and holds its address so that it cannot be started again until this is disposed of.</summary>
    private async Task<TcpListener> KeepDownAsync() => await Eventually.SeesAsync("the gateway's address", async () =>
    {
        var family = lab.GatewayProcesses().ToList();
        if (family.Count > 0)
        {
            await Shell.RunAsync("sh", ["-c", $"kill -KILL {string.Join(' ', family.Select(pid => pid.ToString(CultureInfo.InvariantCulture)))} 2>/dev/null; true"]);
        }

        var listener = new TcpListener(IPAddress.Loopback, world.GatewayPort);
        try
        {
            listener.Start();
            return listener;
        }
        catch (SocketException)
        {
            // It is not gone yet, or was started again in this moment.
            listener.Dispose();
            return null;
        }
    }, listener => listener is not null) ?? throw new InvalidOperationException();

    /// <summary>In the place of a socket, and that one back when disposed.</summary>
    private sealed class GarbledSocket : IAsyncDisposable
    {
        private readonly FakeSocket fake;
        private readonly string path;

        /// <param name="answer">Null: none ever.</param>
        public GarbledSocket(string path, string? answer)
        {
            this.path = path;
            fake = new FakeSocket(answer, path + ".fake");
            File.Move(path, Kept);
            File.Move(fake.Path, path);
        }

        private string Kept => path + ".kept";

        public async ValueTask DisposeAsync()
        {
            File.Move(Kept, path, overwrite: true);
            await fake.DisposeAsync();
        }
    }
}
