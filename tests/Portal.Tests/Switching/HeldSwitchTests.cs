using System.Net;
using System.Text.Json;
using Portal.Lab.Load;
using Portal.Tests.Lab;

namespace Portal.Tests.Switching;

/// <summary>Requests that wait instead of being refused, or of running on both sides at once.</summary>
[Collection(SwitchWorldCollection.Name)]
[Trait("Category", "Lab")]
public sealed class HeldSwitchTests(SwitchWorld lab)
{
    [Fact]
    public async Task A_switch_that_holds_goes_once_the_old_side_has_answered_all_and_whoever_came_meanwhile_gets_the_new_one()
    {
        var tenant = await lab.TenantAsync();
        using var http = new HttpClient();
        var inFlight = AskAsync(http, tenant, "/slow?ms=3000");
        await Eventually.SeesAsync("the request at the service", async () => (await AskAsync(http, tenant, "/health")).Headers.GetValues("X-In-Flight").Single(), slow => slow == "1");

        var switching = tenant.SwitchAsync(new { reason = "a migration", holdSeconds = 30 });
        await Eventually.SeesAsync("requests that wait", HeldAsync, held => held);
        var waiting = Enumerable.Range(0, 5).Select(_ => AskAsync(http, tenant, "/")).ToList();
        using var old = await inFlight;
        var (status, answer) = await switching;

        Assert.True(status == HttpStatusCode.Created, $"{status}: {answer}");
        Assert.Equal("1", old.Headers.GetValues("X-Version").Single());
        foreach (var one in waiting)
        {
            using var waited = await one;
            Assert.Equal((HttpStatusCode.OK, "2"), (waited.StatusCode, waited.Headers.GetValues("X-Version").Single()));
        }

        // The meter had nothing left to count down: all had been answered before.
        var done = await lab.World.GetAsync($"tenants/{tenant.Slug}/switches/{answer.GetProperty("id").GetString()}?measured=true");
        Assert.True(done.GetProperty("drainSeconds").GetDouble() < 1, done.ToString());
        Assert.Equal(30, (await tenant.AuditAsync("switch.requested"))[0].GetProperty("after").GetProperty("holdSeconds").GetDouble());

        async Task<bool> HeldAsync() => (await File.ReadAllTextAsync(Path.Combine(lab.World.Portal.DataDirectory, "gateway", "live.map"))).Contains($"{tenant.Slug} blue!held", StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_waits_no_longer_than_it_may_and_a_hold_that_is_refused_holds_nobody()
    {
        var tenant = await lab.TenantAsync();
        foreach (var seconds in new[] { 0, -1, 61 })
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await tenant.SwitchAsync(new { reason = "a test", holdSeconds = seconds })).Status);
        }

        using var http = new HttpClient();
        var inFlight = AskAsync(http, tenant, "/slow?ms=8000");
        await Eventually.SeesAsync("the request at the service", async () => (await AskAsync(http, tenant, "/health")).Headers.GetValues("X-In-Flight").Single(), slow => slow == "1");
        await tenant.SwitchedAsync(new { reason = "a test", holdSeconds = 1 });

        Assert.False(inFlight.IsCompleted);
        Assert.Equal("2", (await lab.World.AskAsync(tenant.Host)).Version);
        using var old = await inFlight;
        Assert.Equal("1", old.Headers.GetValues("X-Version").Single());
    }

    [Fact]
    public async Task A_redeploy_that_stops_first_loses_no_request_where_its_route_holds()
    {
        var tenant = await lab.TenantAsync(standby: null);
        var route = (await lab.World.GetAsync($"tenants/{tenant.Slug}/routes"))[0].GetProperty("id").GetString();
        Assert.Equal(HttpStatusCode.OK, (await lab.World.TryPatchAsync($"tenants/{tenant.Slug}/routes/{route}", new { holdSeconds = 30 })).Status);
        var (patched, problem) = await lab.World.TryPatchAsync($"tenants/{tenant.Slug}/stacks/{Tenancy.Stack}", new
        {
            compose = $$"""
                services:
                  web:
                    image: {{lab.World.Image("1")}}
                    expose: ["8080"]
                    deploy:
                      update_config: {order: stop-first}
                    labels: {portal.route.host: "{{tenant.Host}}", portal.route.port: "8080", portal.health: "tcp:8080", portal.health.interval: 200ms}
                """,
        });
        Assert.True(patched == HttpStatusCode.OK, problem.ToString());
        await using var load = LoadGenerator.Start(new LoadPlan(new IPEndPoint(IPAddress.Loopback, lab.World.GatewayPort), tenant.Host) { Connections = 4, RatePerSecond = 50, Timeout = TimeSpan.FromSeconds(40) });
        await Eventually.SeesAsync("answers", () => Task.FromResult(load.Requests), requests => requests > 20);

        await tenant.DeployAsync(new { target = "live", images = lab.World.Web("2") });
        await Eventually.SeesAsync("the new version", () => Task.FromResult(load.LatestVersion), version => version == "2");
        var report = await load.StopAsync();

        Assert.True(report.Failed == 0, lab.World.Explain(report));
    }

    private async Task<HttpResponseMessage> AskAsync(HttpClient http, Tenancy tenant, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{lab.World.GatewayPort}{path}") { Headers = { Host = tenant.Host } };
        return await http.SendAsync(request);
    }
}
