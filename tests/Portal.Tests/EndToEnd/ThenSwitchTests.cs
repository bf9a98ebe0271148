using System.Net;
using System.Text.Json;
using Portal.Tests.Lab;

namespace Portal.Tests.EndToEnd;

/// <summary>Blue/green in one call: a webhook that deploys to standby and has the tenant switched once that has succeeded.</summary>
[Trait("Category", "Lab")]
public sealed class ThenSwitchTests(ThenSwitchTests.Lab lab) : IClassFixture<ThenSwitchTests.Lab>
{
    private readonly PortalWorld world = lab.World;

    [Fact]
    public async Task One_call_goes_live_and_answers_with_the_switch_and_the_same_again_switches_nothing()
    {
        var shop = await ShopAsync("once");
        await using var load = world.Load("once");
        var (status, body) = await shop.CallAsync("2", "?wait=120", delivery: "first");

        Assert.True(status == HttpStatusCode.OK, body.ToString());
        Assert.Equal("applied", body.GetProperty("then").GetProperty("state").GetString());
        Assert.Equal("2", (await world.AskAsync(world.HostOf("once"))).Version);
        var made = Assert.Single(await shop.SwitchesAsync());
        Assert.Equal(body.GetProperty("then").GetProperty("switchId").GetString(), made.GetProperty("id").GetString());
        Assert.Equal("once-ci", made.GetProperty("actor").GetString());
        Assert.Contains("once-ci", made.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Contains(body.GetProperty("deliveryId").GetString()!, made.GetProperty("reason").GetString(), StringComparison.Ordinal);

        // A registry tells of one push several times, and CI repeats its call.
        foreach (var delivery in new[] { "first", "second", "third" })
        {
            var (again, same) = await shop.CallAsync("2", "?wait=120", delivery);
            Assert.True(again == HttpStatusCode.OK, same.ToString());
        }

        Assert.Single(await shop.SwitchesAsync());
        Assert.Equal("1", (await world.AskAsync($"standby--{world.HostOf("once")}")).Version);
        var report = await load.StopAsync();
        Assert.True(report.Failed == 0, world.Explain(report));

        // Within the first one's window, on the way back to the first colour: a way forward all the same.
        var (next, third) = await shop.CallAsync("3", "?wait=120");
        Assert.True(next == HttpStatusCode.OK, third.ToString());
        Assert.Equal("3", (await world.AskAsync(world.HostOf("once"))).Version);
        Assert.Equal("once-ci", (await world.GetAsync($"audit?tenant={world.Tenant}&action=switchback.given_up"))[0].GetProperty("actor").GetString());
        Assert.All(await shop.SwitchesAsync(), one => Assert.Equal(("applied", JsonValueKind.Null), (one.GetProperty("state").GetString(), one.GetProperty("undoOf").ValueKind)));
    }

    [Fact]
    public async Task A_switch_that_is_blocked_answers_409_with_the_reason_and_live_stays()
    {
        var shop = await ShopAsync("blocked", "w");
        await shop.AddAsync("half");
        await shop.DeployAsync("half", new { target = "live" });

        var (status, body) = await shop.CallAsync("2", "?wait=120");

        Assert.True(status == HttpStatusCode.Conflict, body.ToString());
        Assert.Equal("not_switched", body.GetProperty("result").GetString());
        Assert.Contains("half web: standby has 0 healthy replicas", body.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Empty(await shop.SwitchesAsync());
        Assert.Equal("1", (await world.AskAsync($"blocked.{shop.Tenant}.localhost")).Version);

        // Mended, and called again: the deployment is there already, and the switch is tried anew.
        await shop.DeployAsync("half", new { target = "standby" });
        var (good, then) = await shop.CallAsync("2", "?wait=120");
        Assert.True(good == HttpStatusCode.OK, then.ToString());
        Assert.Equal("2", (await world.AskAsync($"blocked.{shop.Tenant}.localhost")).Version);
    }

    [Fact]
    public async Task A_deployment_that_fails_is_followed_by_no_switch()
    {
        var shop = await ShopAsync("failing", "f");
        await world.PushAsync("bad", "EXIT_CODE=7");

        var (status, body) = await shop.CallAsync("bad", "?wait=120");

        Assert.True(status == HttpStatusCode.Conflict, body.ToString());
        Assert.Contains("exited with 7", body.ToString(), StringComparison.Ordinal);
        await shop.EndsAsync(body, "given_up");
        Assert.Empty(await shop.SwitchesAsync());
    }

    [Fact]
    public async Task It_is_for_standby_alone()
    {
        var (status, body) = await world.TryPostAsync($"tenants/{world.Tenant}/webhooks", new { name = "wrong", stack = "any", target = "both", then = "switch" });

        Assert.Equal(400, (int)status);
        Assert.Contains("\"then\"", body.ToString(), StringComparison.Ordinal);
        Assert.Equal(400, (int)(await world.TryPostAsync($"tenants/{world.Tenant}/webhooks", new { name = "wrong", stack = "any", then = "dance" })).Status);
    }

    private Task<SwitchingShop> ShopAsync(string stack, string letter = "") => SwitchingShop.MakeAsync(world, stack, letter);

    public sealed class Lab : IAsyncLifetime
    {
        public PortalWorld World { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            World = await PortalWorld.StartAsync(new("Portal:Switching:MeasureFor", "00:00:01"), new("Portal:Switching:PlanPatience", "00:00:03"));
            foreach (var tag in new[] { "1", "2", "3" })
            {
                await World.PushAsync(tag);
            }
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
