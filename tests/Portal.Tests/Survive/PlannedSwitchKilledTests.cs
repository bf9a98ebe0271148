using System.Net;
using System.Text.Json;
using Npgsql;
using Portal.Tests.EndToEnd;
using Portal.Tests.Lab;

namespace Portal.Tests.Survive;

/// <summary>A switch that is to follow a deployment, while the portal dies in between.</summary>
[Trait("Category", "Lab")]
public sealed class PlannedSwitchKilledTests
{
    [Fact]
    public async Task A_portal_killed_between_deployment_and_switch_switches_once_when_it_is_back()
    {
        await using var world = await WorldAsync();
        var shop = await SwitchingShop.MakeAsync(world, "shop", "");
        // Runs on live alone, so that standby cannot take the traffic until it is there as well.
        await shop.AddAsync("late");
        await shop.DeployAsync("late", new { target = "live" });
        var (status, body) = await shop.CallAsync("2");
        Assert.True(status == HttpStatusCode.Accepted, body.ToString());
        var deployed = await world.EndedAsync(body.GetProperty("deploymentId").GetString()!);
        Assert.True(deployed.State == "succeeded", deployed.ToString());
        await shop.EndsAsync(body, "waiting");
        Assert.Empty(await shop.SwitchesAsync());

        await world.Portal.KillAsync();
        await world.RestartPortalAsync();
        await shop.DeployAsync("late", new { target = "standby" });

        await shop.EndsAsync(body, "applied");
        Assert.Equal("2", (await world.AskAsync(world.HostOf("shop"))).Version);
        var seen = await shop.LookAsync(body);
        Assert.Equal("applied", seen.GetProperty("deployment").GetProperty("then").GetProperty("state").GetString());

        // As if it had died between the switch and its record.
        await world.Portal.KillAsync();
        await using (var source = NpgsqlDataSource.Create(world.Portal.Database))
        {
            await using var forget = source.CreateCommand("update planned_switches set state = 'waiting', reason = null, switch_id = null, ended_at = null");
            Assert.Equal(1, await forget.ExecuteNonQueryAsync());
        }

        await world.RestartPortalAsync();
        await shop.EndsAsync(body, "applied");
        Assert.Single(await shop.SwitchesAsync());
        Assert.Equal("2", (await world.AskAsync(world.HostOf("shop"))).Version);
    }

    [Fact]
    public async Task A_newer_deployment_overtakes_the_switch_that_waited_and_is_named()
    {
        await using var world = await WorldAsync();
        var shop = await SwitchingShop.MakeAsync(world, "shop", "");
        await shop.AddAsync("late");
        await shop.DeployAsync("late", new { target = "live" });
        var (_, body) = await shop.CallAsync("2");
        var deployed = await world.EndedAsync(body.GetProperty("deploymentId").GetString()!);
        Assert.True(deployed.State == "succeeded", deployed.ToString());
        await shop.EndsAsync(body, "waiting");

        var newer = await shop.RequestAsync("shop", new { target = "standby", images = world.Web("3") });

        var then = await shop.EndsAsync(body, "given_up");
        Assert.Contains(newer, then.GetProperty("reason").GetString(), StringComparison.Ordinal);
        await world.EndedAsync(newer);
        await shop.DeployAsync("late", new { target = "standby" });
        Assert.Empty(await shop.SwitchesAsync());
        Assert.Equal("1", (await world.AskAsync(world.HostOf("shop"))).Version);
    }

    [Fact]
    public async Task The_time_of_a_switch_outlives_the_portal_that_wrote_it_down()
    {
        await using var world = await WorldAsync();
        var shop = await SwitchingShop.MakeAsync(world, "shop", "");
        var (status, answer) = await world.TryPatchAsync($"tenants/{world.Tenant}/stacks/shop", new { movesOn = "auto-after 10s" });
        Assert.True(status == HttpStatusCode.OK, answer.ToString());
        await shop.DeployAsync("shop", new { target = "standby", images = world.Web("2") });
        var before = await Eventually.SeesAsync("its time", PlanAsync, plan => plan.GetProperty("dueAt").ValueKind == JsonValueKind.String);

        await world.Portal.KillAsync();
        await world.RestartPortalAsync();

        var applied = await Eventually.SeesAsync("the switch", PlanAsync, plan => plan.GetProperty("state").GetString() == "applied");
        Assert.Equal(before.GetProperty("dueAt").GetString(), applied.GetProperty("dueAt").GetString());
        var made = Assert.Single(await shop.SwitchesAsync());
        Assert.True(made.GetProperty("requestedAt").GetDateTimeOffset() >= applied.GetProperty("dueAt").GetDateTimeOffset(), $"{made} {applied}");
        Assert.Equal("2", (await world.AskAsync(world.HostOf("shop"))).Version);

        async Task<JsonElement> PlanAsync() => (await world.GetAsync($"tenants/{world.Tenant}/planned-switches"))[0];
    }

    /// <summary>One that tries for longer than any test takes.</summary>
    private static async Task<PortalWorld> WorldAsync()
    {
        var world = await PortalWorld.StartAsync(new("Portal:Switching:PlanPatience", "00:30:00"), new("Portal:Switching:PlanLimit", "01:00:00"));
        foreach (var tag in new[] { "1", "2", "3" })
        {
            await world.PushAsync(tag);
        }

        return world;
    }
}
