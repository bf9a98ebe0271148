using System.Globalization;
using System.Net;
using System.Text.Json;
using Portal.Docker;
using Portal.Tests.Lab;

namespace Portal.Tests.Switching;

/// <summary>The time in which the old side is kept for the way back.</summary>
[Collection(SwitchWorldCollection.Name)]
[Trait("Category", "Lab")]
public sealed class SwitchBackTests(SwitchWorld lab)
{
    [Fact]
    public async Task While_the_way_back_is_open_standby_stays_as_it_was_unless_it_is_given_up()
    {
        var tenant = await lab.TenantAsync();
        await tenant.SwitchedAsync();

        foreach (var target in new[] { "standby", "both", "blue" })
        {
            Tenancy.IsRefused(await tenant.TryDeployAsync(new { target, images = lab.World.Web("2") }), "blue is kept as it was for the way back until", $"DELETE /api/v1/tenants/{tenant.Slug}/switchback");
        }

        await tenant.DeployAsync(new { target = "live", images = lab.World.Web("1") });
        Assert.Equal(HttpStatusCode.NoContent, await lab.World.DeleteAsync($"tenants/{tenant.Slug}/switchback"));

        Assert.False((await WindowAsync(tenant)).GetProperty("open").GetBoolean());
        Assert.Equal(HttpStatusCode.Conflict, await lab.World.DeleteAsync($"tenants/{tenant.Slug}/switchback"));
        await tenant.DeployAsync(new { target = "standby", images = lab.World.Web("2") });
        Assert.Equal(1, (await tenant.AuditAsync("switchback.given_up")).GetArrayLength());
        // Given up, the way there is a switch like any other.
        await tenant.CheckAsync(new { name = "never", host = tenant.Host, contains = "no version says this" });
        Tenancy.IsRefused(await tenant.SwitchAsync(), "check never");
    }

    [Fact]
    public async Task The_window_is_extended_and_outlives_the_portal()
    {
        var tenant = await lab.TenantAsync();
        await tenant.SwitchedAsync();
        var first = Until(await WindowAsync(tenant));

        await lab.World.PostAsync($"tenants/{tenant.Slug}/switchback", new { minutes = 90 });
        var second = Until(await WindowAsync(tenant));
        Assert.Equal(TimeSpan.FromMinutes(90), second - first);
        await lab.World.PostAsync($"tenants/{tenant.Slug}/switchback", new { until = second.AddHours(3) });
        foreach (var body in new object[] { new { }, new { minutes = 0 }, new { minutes = -5 }, new { minutes = 100_000 }, new { until = second }, new { until = second.AddDays(8) }, new { until = second.AddHours(4), minutes = 5 } })
        {
            var (status, answer) = await lab.World.TryPostAsync($"tenants/{tenant.Slug}/switchback", body);
            Assert.True(status == HttpStatusCode.BadRequest, $"{body}: {status} {answer}");
        }

        await lab.World.RestartPortalAsync();
        await Eventually.SeesAsync("standby in the new portal's inventory", () => WindowAsync(tenant), seen => seen.GetProperty("ready").GetBoolean());

        var open = await WindowAsync(tenant);
        Assert.Equal(second.AddHours(3), Until(open));
        Assert.Equal("blue", open.GetProperty("to").GetString());
        await tenant.SwitchedAsync(new { reason = "back" });
        Assert.Equal("1", (await lab.World.AskAsync(tenant.Host)).Version);
        Assert.False((await WindowAsync(tenant)).GetProperty("open").GetBoolean());
        var (closed, _) = await lab.World.TryPostAsync($"tenants/{tenant.Slug}/switchback", new { minutes = 5 });
        Assert.Equal(HttpStatusCode.Conflict, closed);
        // The way back opens no window of its own: standby takes what comes next.
        await tenant.DeployAsync(new { target = "standby" });
    }

    [Fact]
    public async Task That_the_old_side_cannot_take_the_traffic_is_said_and_keeps_nobody_from_going_back()
    {
        var tenant = await lab.TenantAsync();
        await lab.World.TryPatchAsync($"tenants/{tenant.Slug}/stacks/{Tenancy.Stack}", new { healing = false });
        await tenant.SwitchedAsync();
        Assert.True((await WindowAsync(tenant)).GetProperty("ready").GetBoolean());

        var old = (await lab.World.Engine.Containers.ListAsync(new ContainerFilter { All = true, Labels = [$"portal.tenant.name={tenant.Slug}", "portal.environment=blue"] }))[0];
        await lab.World.Engine.Containers.RemoveAsync(old.Id, force: true);

        var seen = await Eventually.SeesAsync("that it is gone", () => WindowAsync(tenant), window => !window.GetProperty("ready").GetBoolean());
        Assert.Contains("standby has 0 healthy replicas, live has 1", seen.ToString(), StringComparison.Ordinal);
        await tenant.SwitchedAsync(new { reason = "back all the same" });
        Assert.Equal("blue", await tenant.LiveAsync());
    }

    [Fact]
    public async Task What_the_old_side_still_has_to_finish_is_counted_down_and_ends_where_it_began()
    {
        var tenant = await lab.TenantAsync();
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(60) };
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{lab.World.GatewayPort}/slow?ms=6000") { Headers = { Host = tenant.Host } };
        var slow = http.SendAsync(request);
        await Eventually.SeesAsync("the request at the service", SlowOnesAsync, slowOnes => slowOnes == "1");

        var id = (await tenant.SwitchedAsync()).GetProperty("id").GetString();
        async Task<string> SlowOnesAsync()
        {
            using var asking = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{lab.World.GatewayPort}/health") { Headers = { Host = tenant.Host } };
            using var told = await http.SendAsync(asking);
            return told.Headers.GetValues("X-In-Flight").Single();
        }

        Task<JsonElement> LookAsync() => lab.World.GetAsync($"tenants/{tenant.Slug}/switches/{id}");
        await Eventually.SeesAsync("that it still drains", LookAsync, seen => seen.GetProperty("draining") is { ValueKind: JsonValueKind.Number } left && left.GetInt64() == 1);
        using var answer = await slow;
        var drained = await Eventually.SeesAsync("that it has drained", LookAsync, seen => seen.GetProperty("drainSeconds").ValueKind == JsonValueKind.Number);

        Assert.Equal("1", answer.Headers.GetValues("X-Version").Single());
        Assert.True(drained.GetProperty("drainSeconds").GetDouble() > 1, drained.ToString());
        Assert.Equal(JsonValueKind.Null, (await LookAsync()).GetProperty("draining").ValueKind);
        Assert.Equal(1, (await tenant.AuditAsync("switch.drained")).GetArrayLength());
    }

    private Task<JsonElement> WindowAsync(Tenancy tenant) => lab.World.GetAsync($"tenants/{tenant.Slug}/switchback");

    private static DateTimeOffset Until(JsonElement window) => DateTimeOffset.Parse(window.GetProperty("until").GetString()!, CultureInfo.InvariantCulture);
}
