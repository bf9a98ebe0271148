using System.Net;
using System.Text.Json;
using Portal.Lab.Load;
using Portal.Tests.Lab;

namespace Portal.Tests.Switching;

/// <summary>A switch in steps.</summary>
[Collection(SwitchWorldCollection.Name)]
[Trait("Category", "Lab")]
public sealed class GradualTests(SwitchWorld lab)
{
    [Fact]
    public async Task Step_by_step_all_clients_come_to_the_new_side_and_no_request_is_lost()
    {
        var tenant = await lab.TenantAsync();
        await using var load = LoadGenerator.Start(Load(tenant));

        var begun = await BeginAsync(tenant, [30, 60], 3);
        Assert.Equal(30, begun.GetProperty("percent").GetInt32());
        // Each request without a cookie draws anew.
        await Eventually.SeesAsync("an answer of the new side", () => lab.World.AskAsync(tenant.Host), answer => answer.Version == "2");
        Assert.Equal("blue", await tenant.LiveAsync());
        var ended = await EndedAsync(tenant);
        var report = await load.StopAsync();

        Assert.Equal(("finished", "All clients are on green."), (ended.GetProperty("state").GetString(), ended.GetProperty("outcome").GetString()));
        Assert.Equal("green", await tenant.LiveAsync());
        Assert.True(report.Failed == 0, lab.World.Explain(report));
        foreach (var action in new[] { "gradual.begun", "gradual.advanced", "gradual.ended" })
        {
            Assert.Equal(1, (await tenant.AuditAsync(action)).GetArrayLength());
        }

        Assert.True((await tenant.AuditAsync("gradual.advanced"))[0].GetProperty("after").GetProperty("measured").GetProperty("new").GetProperty("requests").GetInt64() > 0);
    }

    [Fact]
    public async Task A_new_side_that_is_worse_loses_its_clients_again_by_itself_and_the_numbers_are_told()
    {
        await lab.World.PushAsync("sick", "UNHEALTHY=true");
        var tenant = await lab.TenantAsync("sick");
        await using (LoadGenerator.Start(Load(tenant) with { Path = "/health" }))
        {
            await BeginAsync(tenant, [50], 600);
            var ended = await EndedAsync(tenant);
            Assert.Equal(("taken_back", 0), (ended.GetProperty("state").GetString(), ended.GetProperty("percent").GetInt32()));
            Assert.Contains("% of", ended.GetProperty("outcome").GetString(), StringComparison.Ordinal);
        }

        Assert.Equal("blue", await tenant.LiveAsync());
        var line = (await tenant.AuditAsync("gradual.taken_back"))[0].GetProperty("after").GetProperty("measured");
        Assert.True(line.GetProperty("new").GetProperty("failed").GetInt64() > 0 && line.GetProperty("old").GetProperty("failed").GetInt64() == 0, line.ToString());
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("1", (await lab.World.AskAsync(tenant.Host)).Version);
        }
    }

    [Fact]
    public async Task Meanwhile_standby_takes_no_deployment_and_whoever_may_switch_stops_it_or_goes_all_the_way()
    {
        var tenant = await lab.TenantAsync();
        await BeginAsync(tenant, [1, 99], 3600);
        Tenancy.IsRefused(await tenant.TryDeployAsync(new { target = "standby", images = lab.World.Web("1") }), "a gradual switch to it is under way", $"DELETE /api/v1/tenants/{tenant.Slug}/gradual");
        Tenancy.IsRefused(await TryBeginAsync(tenant, [5], 60), "under way");
        // It outlives the portal.
        await lab.World.RestartPortalAsync();
        Assert.Equal("running", (await LastAsync(tenant)).GetProperty("state").GetString());

        Assert.Equal(HttpStatusCode.NoContent, await lab.World.DeleteAsync($"tenants/{tenant.Slug}/gradual"));
        Assert.Equal(HttpStatusCode.NotFound, await lab.World.DeleteAsync($"tenants/{tenant.Slug}/gradual"));
        Assert.Equal("stopped", (await LastAsync(tenant)).GetProperty("state").GetString());
        await tenant.DeployAsync(new { target = "standby", force = true });

        await BeginAsync(tenant, [99], 3600);
        await tenant.SwitchedAsync();
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("2", (await lab.World.AskAsync(tenant.Host)).Version);
        }

        Assert.Equal("finished", (await EndedAsync(tenant)).GetProperty("state").GetString());
    }

    [Fact]
    public async Task What_is_no_row_of_steps_is_refused_and_so_is_a_standby_that_cannot_take_the_traffic()
    {
        var tenant = await lab.TenantAsync();
        foreach (var steps in new int[][] { [], [100], [0, 5], [5, 5], [25, 5], [101], [.. Enumerable.Range(1, 21)] })
        {
            var (status, answer) = await TryBeginAsync(tenant, steps, 60);
            Assert.True(status == HttpStatusCode.BadRequest, $"{string.Join(",", steps)}: {status} {answer}");
        }

        Assert.Equal(HttpStatusCode.BadRequest, (await TryBeginAsync(tenant, [5], 0)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await lab.World.TryPostAsync($"tenants/{tenant.Slug}/gradual", new { steps = new[] { 5 } })).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await lab.World.TryPostAsync($"tenants/{tenant.Slug}/gradual", new { steps = new[] { 5 }, reason = "a test", stickTo = "luck" })).Status);
        await tenant.CheckAsync(new { name = "never", host = tenant.Host, contains = "no version says this" });
        Tenancy.IsRefused(await TryBeginAsync(tenant, [5], 60), "check never");
        Assert.Equal(HttpStatusCode.NotFound, await lab.World.StatusAsync($"tenants/{tenant.Slug}/gradual"));
    }

    private LoadPlan Load(Tenancy tenant) => new(new IPEndPoint(IPAddress.Loopback, lab.World.GatewayPort), tenant.Host) { Connections = 4, RatePerSecond = 100 };

    private Task<(HttpStatusCode Status, JsonElement Body)> TryBeginAsync(Tenancy tenant, int[] steps, int seconds) =>
        lab.World.TryPostAsync($"tenants/{tenant.Slug}/gradual", new { steps, stepSeconds = seconds, reason = "a test" });

    private async Task<JsonElement> BeginAsync(Tenancy tenant, int[] steps, int seconds)
    {
        var (status, answer) = await TryBeginAsync(tenant, steps, seconds);
        Assert.True(status == HttpStatusCode.Created, $"{status}: {answer}");
        return answer;
    }

    private Task<JsonElement> LastAsync(Tenancy tenant) => lab.World.GetAsync($"tenants/{tenant.Slug}/gradual");

    private Task<JsonElement> EndedAsync(Tenancy tenant) =>
        Eventually.SeesAsync("the gradual switch's end", () => LastAsync(tenant), gradual => gradual.GetProperty("state").GetString() != "running");
}
