using System.Net;
using System.Text.Json;
using Microsoft.Playwright;
using Npgsql;
using Portal.Lab.Load;
using Portal.Tests.HAProxy;
using Portal.Tests.Lab;
using static Microsoft.Playwright.Assertions;

namespace Portal.Tests.Gateways;

/// <summary>One portal with three gateways: its own, one by sockets and one by ports.</summary>
[Trait("Category", "Lab")]
public sealed class SeveralGatewaysTests(SeveralGatewaysTests.Lab lab) : IClassFixture<SeveralGatewaysTests.Lab>
{
    private const string Stack = "shop";
    private static readonly LocatorAssertionsToContainTextOptions Patiently = new() { Timeout = 30_000 };
    private readonly PortalWorld world = lab.World;

    [Fact]
    public async Task A_switch_moves_all_of_them_under_load_and_no_request_fails_or_meets_the_old_side_after_the_answer()
    {
        await lab.AllReadyAsync();
        var old = await VersionAsync();
        await using var first = world.Load(Stack);
        await using var second = lab.Load(lab.Second);
        await using var third = lab.Load(lab.Third);
        LoadRun[] loads = [first, second, third];
        await MoreAsync(loads);

        var answer = await SwitchAsync();
        var acknowledged = loads.Select(load => load.Elapsed).ToList();

        Assert.Equal(0, answer.GetProperty("gatewaysAway").GetArrayLength());
        await MoreAsync(loads);
        for (var i = 0; i < loads.Length; i++)
        {
            var report = await loads[i].StopAsync();
            Assert.True(report.Failed == 0, $"gateway {i}: {world.Explain(report)}");
            Assert.True(report.Version(old)!.LastSent <= acknowledged[i], $"gateway {i}: {acknowledged[i]} {report}");
        }

        var measured = await world.GetAsync($"tenants/{world.Tenant}/switches/{answer.GetProperty("id").GetString()}?measured=true");
        Assert.Equal(0, measured.GetProperty("failed").GetInt64());
        Assert.True(measured.GetProperty("requests").GetInt64() > 0, measured.ToString());
    }

    [Fact]
    public async Task One_that_was_killed_is_left_behind_with_a_note_and_comes_back_to_the_new_side_before_it_is_ready()
    {
        await lab.AllReadyAsync();
        await lab.Second.KillAsync();

        var answer = await SwitchAsync();

        var live = await world.LiveAsync();
        Assert.Equal(["edge-2"], answer.GetProperty("gatewaysAway").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal("edge-2", (await world.GetAsync($"tenants/{world.Tenant}/switches/{answer.GetProperty("id").GetString()}")).GetProperty("gatewaysAway").GetString());
        Assert.Contains("edge-2", (await world.GetAsync($"audit?tenant={world.Tenant}&action=switch.applied"))[0].ToString(), StringComparison.Ordinal);
        Assert.Equal(lab.VersionOf(live), await lab.Third.VersionAsync(lab.Host));
        await StateAsync("edge-2", "away");
        // What it will start from is written meanwhile.
        await Eventually.SeesAsync("the new side on its disk", () => Task.FromResult(lab.Second.LiveFile), text => text.Contains($"{world.Tenant} {live}", StringComparison.Ordinal));
        // What is deployed without it is there when it comes back.
        // Where it was the way back there is nothing to give up.
        await world.DeleteAsync($"tenants/{world.Tenant}/switchback");
        await world.AddStackAsync("extra", "1", replicas: 1);
        await world.DeployAsync("extra", new { target = "both" });

        await lab.Second.StartAsync();

        await Eventually.SeesAsync("it ready again", lab.Second.ReadyAsync, status => status == HttpStatusCode.OK);
        Assert.Equal(lab.VersionOf(live), await lab.Second.VersionAsync(lab.Host));
        Assert.Equal("1", await lab.Second.VersionAsync(world.HostOf("extra")));
        await StateAsync("edge-2", "in_line");
        foreach (var action in (string[])["gateway.away", "gateway.in_line"])
        {
            await Eventually.SeesAsync(action, async () => (await world.GetAsync($"audit?action={action}")).ToString(), text => text.Contains("edge-2", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Whoever_looks_at_the_hosts_sees_one_go_away_and_come_back()
    {
        await lab.AllReadyAsync();
        await using var context = await (await LabFixture.Browser).NewContextAsync(new() { BaseURL = world.Portal.Address.ToString(), ReducedMotion = ReducedMotion.Reduce });
        var page = await context.NewPageAsync();
        await page.GotoAsync("/hosts");
        await page.GetByLabel("Name").FillAsync("admin");
        await page.GetByLabel("Password").FillAsync(PortalLab.AdministratorPassword);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        var row = page.GetByRole(AriaRole.Region, new() { Name = "Gateways" }).Locator("tr", new() { HasText = "edge-2" });
        await Expect(row).ToContainTextAsync("in line", Patiently);

        await lab.Second.KillAsync();

        await Expect(row).ToContainTextAsync("away", Patiently);
        await Expect(row).ToContainTextAsync("No HAProxy answers", Patiently);
        await lab.AllReadyAsync();
        await Expect(row).ToContainTextAsync("in line", Patiently);
    }

    [Fact]
    public async Task One_that_starts_without_the_portal_serves_from_its_disk_and_is_not_ready_before_the_portal_is_back()
    {
        await lab.AllReadyAsync();
        var version = await VersionAsync();
        await world.Portal.KillAsync();
        await lab.Third.KillAsync();

        await lab.Third.StartAsync();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await lab.Third.ReadyAsync());
        Assert.Equal(version, await lab.Third.VersionAsync(lab.Host));
        await world.RestartPortalAsync();
        await lab.AllReadyAsync();
        Assert.Equal(version, await lab.Third.VersionAsync(lab.Host));
    }

    [Fact]
    public async Task One_that_answers_garbage_is_put_out_and_said_to_be_wrong_and_comes_back_by_itself()
    {
        await lab.AllReadyAsync();
        await using (GarbledSocket.At(lab.Second.Admin, "SSH-2.0-OpenSSH_9.2\n"))
        {
            await StateAsync("edge-2", "wrong");
            await Eventually.SeesAsync("it not ready", lab.Second.ReadyAsync, status => status == HttpStatusCode.ServiceUnavailable);
            Assert.Equal(["edge-2"], (await SwitchAsync()).GetProperty("gatewaysAway").EnumerateArray().Select(name => name.GetString()));
        }

        await lab.AllReadyAsync();
        Assert.Equal(await VersionAsync(), await lab.Second.VersionAsync(lab.Host));
    }

    [Fact]
    public async Task A_portal_killed_between_the_gateways_and_the_record_brings_them_all_where_the_record_is()
    {
        await lab.AllReadyAsync();
        var before = await VersionAsync();
        await using (await HoldPairsAsync())
        {
            var call = world.TryPostAsync($"tenants/{world.Tenant}/switches", new { reason = "killed on the way" });
            await Eventually.SeesAsync("the gateways on the other side", () => lab.Third.VersionAsync(lab.Host), version => version != before);
            await world.Portal.KillAsync();
            _ = await Record.ExceptionAsync(() => call);
        }

        await world.RestartPortalAsync();
        await lab.AllReadyAsync();
        await Eventually.SeesAsync("no open switch", async () => (await world.GetAsync($"tenants/{world.Tenant}/switches")).EnumerateArray().Count(one => one.GetProperty("state").GetString() == "requested"), open => open == 0, TimeSpan.FromSeconds(60));
        await Eventually.SeesAsync("one side everywhere", SeenAsync, seen => seen.Distinct().Count() == 1);
        await SwitchAsync();
        Assert.Single((await SeenAsync()).Distinct());
    }

    private async Task<IReadOnlyList<string?>> SeenAsync() =>
        [await VersionAsync(), await lab.Second.VersionAsync(lab.Host), await lab.Third.VersionAsync(lab.Host), lab.VersionOf(await world.LiveAsync())];

    private async Task<string> VersionAsync() => (await world.AskAsync(lab.Host)).Version!;

    private Task StateAsync(string name, string state) => Eventually.SeesAsync($"{name} {state}", async () =>
        (await world.GetAsync("gateways")).EnumerateArray().Single(one => one.GetProperty("name").GetString() == name).GetProperty("state").ToString(), seen => seen == state);

    private async Task<JsonElement> SwitchAsync()
    {
        var (status, body) = await world.TryPostAsync($"tenants/{world.Tenant}/switches", new { reason = "over all gateways" });
        Assert.True(status == HttpStatusCode.Created, $"{status}: {body}");
        return body;
    }

    private static async Task MoreAsync(IReadOnlyList<LoadRun> loads)
    {
        foreach (var load in loads)
        {
            var seen = load.Requests;
            await Eventually.SeesAsync("more requests", () => Task.FromResult(load.Requests), now => now > seen + 100);
        }
    }

    private async Task<NpgsqlConnection> HoldPairsAsync()
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(world.Portal.Database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("begin; select 1 from pairs for no key update", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    public sealed class Lab : IAsyncLifetime
    {
        private string firstLive = "";

        public PortalWorld World { get; private set; } = null!;

        internal GatewayHost Second { get; } = new("edge-2", tcp: false);

        internal GatewayHost Third { get; } = new("edge-3", tcp: true);

        public IPEndPoint FirstHealth { get; } = new(IPAddress.Loopback, LoopbackPort.Free());

        public string Host => World.HostOf(Stack);

        /// <summary>Version 1 on the side that was live first, 2 on the other.</summary>
        public string VersionOf(string colour) => colour == firstLive ? "1" : "2";

        internal LoadRun Load(GatewayHost gateway) => LoadGenerator.Start(new LoadPlan(gateway.Address, Host) { Connections = 8, RatePerSecond = 200 });

        /// <summary>Each runs, and says that it may take traffic.</summary>
        public async Task AllReadyAsync()
        {
            await Task.WhenAll(Second.StartAsync(), Third.StartAsync());
            foreach (var (name, look) in new (string, Func<Task<HttpStatusCode>>)[] { ("the first", () => GatewayHost.StatusAsync(FirstHealth, "/ready")), ("the second", Second.ReadyAsync), ("the third", Third.ReadyAsync) })
            {
                await Eventually.SeesAsync($"{name} ready", look, status => status == HttpStatusCode.OK);
            }
        }

        public async Task InitializeAsync()
        {
            World = await PortalWorld.StartAsync([
                new("Portal:Switching:MeasureFor", "00:00:01"),
                new("Portal:Gateway:Name", "edge-1"), new("Portal:Gateway:Health", FirstHealth.ToString()), .. Second.Settings(0), .. Third.Settings(1)]);
            await AllReadyAsync();
            firstLive = await World.LiveAsync();
            await World.PushAsync("1");
            await World.PushAsync("2");
            await World.AddStackAsync(Stack, "1");
            await World.DeployAsync(Stack, new { target = "both" });
            await World.DeployAsync(Stack, new { target = "standby", images = World.Web("2") });
        }

        public async Task DisposeAsync()
        {
            if (World is not null)
            {
                await World.DisposeAsync();
            }

            await Second.DisposeAsync();
            await Third.DisposeAsync();
        }
    }
}
