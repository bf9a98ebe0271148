using System.Net;

namespace Portal.Tests.Switching;

/// <summary>What was tested is what goes live, unless an owner says otherwise and why.</summary>
[Collection(SwitchWorldCollection.Name)]
[Trait("Category", "Lab")]
public sealed class RehearsalTests(SwitchWorld lab)
{
    [Fact]
    public async Task A_rehearsal_runs_every_check_and_moves_nothing()
    {
        var tenant = await lab.TenantAsync();
        await tenant.CheckAsync(new { name = "front", host = tenant.Host, contains = "version 2" });
        var before = await lab.World.GetAsync($"tenants/{tenant.Slug}");

        var made = await tenant.RehearseAsync();

        Assert.True(made.GetProperty("passed").GetBoolean(), made.ToString());
        Assert.Equal(["shop web", "check front"], made.GetProperty("checks").EnumerateArray().Select(check => check.GetProperty("subject").GetString()));
        var standby = made.GetProperty("standby")[0];
        Assert.Equal(2, standby.GetProperty("revision").GetInt32());
        Assert.Contains("@sha256:", standby.GetProperty("images").GetProperty("web").GetString(), StringComparison.Ordinal);
        Assert.NotEqual("", standby.GetProperty("fingerprint").GetString());
        Assert.Equal(before.ToString(), (await lab.World.GetAsync($"tenants/{tenant.Slug}")).ToString());
        Assert.Equal("1", (await lab.World.AskAsync(tenant.Host)).Version);
        Assert.Equal(0, (await lab.World.GetAsync($"tenants/{tenant.Slug}/switches")).GetArrayLength());
        var kept = await lab.World.GetAsync($"tenants/{tenant.Slug}/rehearsals/{made.GetProperty("id")}");
        Assert.All(new[] { "checks", "standby", "passed", "to" }, field => Assert.Equal(made.GetProperty(field).ToString(), kept.GetProperty(field).ToString()));
        Assert.Equal("ok", (await tenant.AuditAsync("rehearsal.made"))[0].GetProperty("result").GetString());
    }

    [Fact]
    public async Task What_was_tested_is_what_goes_live()
    {
        var tenant = await lab.TenantAsync();
        var tested = (await tenant.RehearseAsync()).GetProperty("id").GetString();
        await tenant.DeployAsync(new { target = "standby", images = lab.World.Web("1") });

        Tenancy.IsRefused(await tenant.SwitchAsync(new { reason = "as tested", rehearsal = tested }), "standby is not what was tested", "r2 was tested", "web:1@sha256:", "web:2@sha256:");
        Assert.Equal("blue", await tenant.LiveAsync());

        await tenant.DeployAsync(new { target = "standby", images = lab.World.Web("2") });
        var switched = await tenant.SwitchedAsync(new { reason = "as tested", rehearsal = tested });
        var row = await lab.World.GetAsync($"tenants/{tenant.Slug}/switches/{switched.GetProperty("id")}");
        Assert.Equal(tested, row.GetProperty("rehearsal").GetString());

        var (status, answer) = await tenant.SwitchAsync(new { reason = "which?", rehearsal = Guid.NewGuid() });
        // The way back asks for nothing, not even for a rehearsal that there is.
        Assert.True(status == HttpStatusCode.Created, answer.ToString());
        (status, answer) = await tenant.SwitchAsync(new { reason = "which?", rehearsal = Guid.NewGuid() });
        Assert.True(status == HttpStatusCode.BadRequest, answer.ToString());
    }

    [Fact]
    public async Task A_rehearsal_that_did_not_pass_lets_nothing_live()
    {
        var tenant = await lab.TenantAsync();
        await tenant.CheckAsync(new { name = "front", host = tenant.Host, contains = "no version says this" });
        var failed = (await tenant.RehearseAsync()).GetProperty("id").GetString();
        await lab.World.DeleteAsync($"tenants/{tenant.Slug}/checks/front");

        Tenancy.IsRefused(await tenant.SwitchAsync(new { reason = "relying on it", rehearsal = failed }), "did not pass", "check front");
        await tenant.SwitchedAsync(new { reason = "relying on nothing" });
    }

    [Fact]
    public async Task An_owner_switches_against_a_failed_check_with_a_reason_and_both_are_on_record()
    {
        var tenant = await lab.TenantAsync();
        await tenant.CheckAsync(new { name = "front", host = tenant.Host, contains = "no version says this" });
        var (empty, _) = await tenant.SwitchAsync(new { reason = "now", @override = " " });
        Assert.Equal(HttpStatusCode.BadRequest, empty);

        var switched = await tenant.SwitchedAsync(new { reason = "now", @override = "the text moved, the shop is fine" });

        Assert.Equal("2", (await lab.World.AskAsync(tenant.Host)).Version);
        var row = await lab.World.GetAsync($"tenants/{tenant.Slug}/switches/{switched.GetProperty("id")}");
        Assert.Equal("the text moved, the shop is fine", row.GetProperty("override").GetString());
        var line = (await tenant.AuditAsync("switch.overridden"))[0].ToString();
        Assert.Contains("the text moved", line, StringComparison.Ordinal);
        Assert.Contains("check front", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_override_that_nothing_needed_is_none()
    {
        var tenant = await lab.TenantAsync();

        var switched = await tenant.SwitchedAsync(new { reason = "now", @override = "to be sure" });

        Assert.Equal(System.Text.Json.JsonValueKind.Null, (await lab.World.GetAsync($"tenants/{tenant.Slug}/switches/{switched.GetProperty("id")}")).GetProperty("override").ValueKind);
        Assert.Equal(0, (await tenant.AuditAsync("switch.overridden")).GetArrayLength());
    }
}
