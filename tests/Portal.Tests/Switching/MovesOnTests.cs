using System.Globalization;
using System.Net;
using System.Text.Json;
using Portal.Tests.Lab;

namespace Portal.Tests.Switching;

/// <summary>A stack whose deployments to standby move on by themselves, at once or at their time, unless somebody stops them.</summary>
[Collection(SwitchWorldCollection.Name)]
[Trait("Category", "Lab")]
public sealed class MovesOnTests(SwitchWorld lab)
{
    [Fact]
    public async Task What_is_deployed_to_standby_goes_live_by_itself_once_it_is_healthy_whoever_asked()
    {
        var tenant = await lab.TenantAsync(standby: null);
        await MovesAsync(tenant, "auto-after-health");
        var hook = await lab.World.PostAsync($"tenants/{tenant.Slug}/webhooks", new { name = "ci", stack = Tenancy.Stack, target = "standby" });

        await tenant.DeployAsync(new { target = "standby", images = lab.World.Web("2") });

        var plan = await PlanAsync(tenant, 0, "applied");
        Assert.Equal("2", (await lab.World.AskAsync(tenant.Host)).Version);
        var made = Assert.Single((await lab.World.GetAsync($"tenants/{tenant.Slug}/switches")).EnumerateArray());
        Assert.Equal((plan.GetProperty("switchId").GetString(), "stack shop"), (made.GetProperty("id").GetString(), made.GetProperty("actor").GetString()));
        Assert.Contains("auto-after-health: r2, asked for by admin", made.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal("shop", (await tenant.AuditAsync("switch.planned"))[0].GetProperty("target").GetString());

        // A registry tells of what is live already: nothing is deployed over the way back, and nothing switched.
        var (status, same) = await CallAsync(hook, "2");
        Assert.True(status == HttpStatusCode.OK, same.ToString());
        var standby = (await lab.World.AskAsync($"standby--{tenant.Host}")).Version;
        Assert.True(standby == "1", $"standby runs {standby} after {same}");
        // A push of something else gives the way back up, as with a webhook that switches.
        await lab.World.PushAsync("3");
        (status, var next) = await CallAsync(hook, "3");
        Assert.True(status == HttpStatusCode.OK, next.ToString());
        Assert.Equal("auto-after-health", (await PlansAsync(tenant))[0].GetProperty("movesOn").GetString());
        await PlanAsync(tenant, 0, "applied");
        Assert.Equal("3", (await lab.World.AskAsync(tenant.Host)).Version);
        // To both, there is nothing to move to.
        await lab.World.DeleteAsync($"tenants/{tenant.Slug}/switchback");
        await tenant.DeployAsync(new { target = "both", images = lab.World.Web("2") });
        Assert.Equal(2, (await PlansAsync(tenant)).GetArrayLength());
    }

    [Fact]
    public async Task At_its_time_it_is_switched_unless_it_is_stopped_overtaken_or_held()
    {
        var tenant = await lab.TenantAsync(standby: null);
        await MovesAsync(tenant, "auto-after 1h");

        await tenant.DeployAsync(new { target = "standby", images = lab.World.Web("2") });
        var first = await Eventually.SeesAsync("its time", async () => (await PlansAsync(tenant))[0], plan => plan.GetProperty("dueAt").ValueKind == JsonValueKind.String);
        var ended = (await lab.World.GetAsync($"tenants/{tenant.Slug}/deployments"))[0].GetProperty("endedAt").GetDateTimeOffset();
        Assert.Equal(ended.AddHours(1), first.GetProperty("dueAt").GetDateTimeOffset());
        Assert.Equal("1", (await lab.World.AskAsync(tenant.Host)).Version);
        Assert.Equal(1, (await tenant.AuditAsync("switch.scheduled")).GetArrayLength());

        // Something newer.
        await tenant.DeployAsync(new { target = "standby", images = lab.World.Web("1"), force = true });
        Assert.Contains("came after it", (await PlanAsync(tenant, 1, "given_up")).GetProperty("reason").GetString(), StringComparison.Ordinal);
        // Somebody's no, which is said once.
        var stop = $"tenants/{tenant.Slug}/planned-switches/{(await PlanAsync(tenant, 0, "waiting")).GetProperty("id").GetString()}/stop";
        Assert.Equal("stopped", (await lab.World.PostAsync(stop, new { })).GetProperty("state").GetString());
        Assert.Equal(HttpStatusCode.Conflict, (await lab.World.TryPostAsync(stop, new { })).Status);
        Assert.Equal("admin", (await tenant.AuditAsync("switch.stopped"))[0].GetProperty("actor").GetString());
        Assert.Equal("admin stopped it.", (await PlansAsync(tenant))[0].GetProperty("reason").GetString());
        // The setting taken back.
        await tenant.DeployAsync(new { target = "standby", images = lab.World.Web("2") });
        await MovesAsync(tenant, "manual");
        Assert.Contains("set to manual", (await PlanAsync(tenant, 0, "given_up")).GetProperty("reason").GetString(), StringComparison.Ordinal);

        // A lock at the moment.
        await MovesAsync(tenant, "auto-after 2s");
        await tenant.DeployAsync(new { target = "standby", images = lab.World.Web("2"), force = true });
        await lab.World.PutAsync($"tenants/{tenant.Slug}/lock", new { reason = "the auditors are looking" });
        Assert.Contains("the auditors are looking", (await PlanAsync(tenant, 0, "failed")).GetProperty("reason").GetString(), StringComparison.Ordinal);
        await lab.World.DeleteAsync($"tenants/{tenant.Slug}/lock");
        Assert.Empty((await lab.World.GetAsync($"tenants/{tenant.Slug}/switches")).EnumerateArray());

        // And undisturbed.
        await tenant.DeployAsync(new { target = "standby", images = lab.World.Web("2"), force = true });
        var applied = await PlanAsync(tenant, 0, "applied");
        var made = await lab.World.GetAsync($"tenants/{tenant.Slug}/switches/{applied.GetProperty("switchId").GetString()}");
        Assert.True(made.GetProperty("requestedAt").GetDateTimeOffset() >= applied.GetProperty("dueAt").GetDateTimeOffset(), $"{made} {applied}");
        Assert.Equal("2", (await lab.World.AskAsync(tenant.Host)).Version);
    }

    [Fact]
    public async Task Whatever_is_none_of_the_three_words_is_refused_and_what_is_absent_stays()
    {
        var tenant = await lab.TenantAsync(standby: null);
        await MovesAsync(tenant, "auto-after 90s");
        var (status, answer) = await lab.World.TryPatchAsync($"tenants/{tenant.Slug}/stacks/shop", new { movesOn = "auto-after tomorrow" });
        Assert.True(status == HttpStatusCode.BadRequest && answer.GetProperty("errors").TryGetProperty("movesOn", out _), answer.ToString());
        await lab.World.TryPatchAsync($"tenants/{tenant.Slug}/stacks/shop", new { healing = true });
        Assert.Equal("auto-after 1m30s", (await lab.World.GetAsync($"tenants/{tenant.Slug}/stacks/shop")).GetProperty("stack").GetProperty("movesOn").GetString());
        (_, answer) = await lab.World.TryPatchAsync($"tenants/{tenant.Slug}/stacks/shop", new { movesOn = (string?)null });
        Assert.Equal("manual", answer.GetProperty("stack").GetProperty("movesOn").GetString());
        Assert.Contains("auto-after 1m30s", (await tenant.AuditAsync("stack.changed"))[0].GetProperty("before").ToString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await lab.World.TryPostAsync($"tenants/{tenant.Slug}/planned-switches/{Guid.NewGuid()}/stop", new { })).Status);
    }

    private async Task MovesAsync(Tenancy tenant, string word)
    {
        var (status, answer) = await lab.World.TryPatchAsync($"tenants/{tenant.Slug}/stacks/{Tenancy.Stack}", new { movesOn = word });
        Assert.True(status == HttpStatusCode.OK, $"{status}: {answer}");
    }

    private Task<(HttpStatusCode Status, JsonElement Body)> CallAsync(JsonElement hook, string tag)
    {
        var image = lab.World.Image(tag);
        return lab.World.CallAsync(hook.GetProperty("id").GetString()!, hook.GetProperty("secret").GetString()!, new { image = image[..image.LastIndexOf(':')], tag }, "?wait=90");
    }

    private Task<JsonElement> PlansAsync(Tenancy tenant) => lab.World.GetAsync($"tenants/{tenant.Slug}/planned-switches");

    /// <summary>The newest but so many, once it is as said.</summary>
    private Task<JsonElement> PlanAsync(Tenancy tenant, int older, string state) => Eventually.SeesAsync(
        $"planned switch {older.ToString(CultureInfo.InvariantCulture)} that is {state}", async () => (await PlansAsync(tenant))[older], plan => plan.GetProperty("state").GetString() == state);
}
