using System.Net;
using Portal.Docker;
using Portal.Tests.Lab;

namespace Portal.Tests.Switching;

/// <summary>While somebody holds a tenant, or it is its time of quiet, nothing moves but what heals and the way back.</summary>
[Collection(SwitchWorldCollection.Name)]
[Trait("Category", "Lab")]
public sealed class FreezeTests(SwitchWorld lab)
{
    [Fact]
    public async Task While_the_tenant_is_held_nothing_is_switched_or_deployed_by_anybody_and_healing_goes_on()
    {
        var tenant = await lab.TenantAsync();
        var made = await lab.World.PostAsync($"tenants/{tenant.Slug}/webhooks", new { name = "ci", stack = Tenancy.Stack, target = "standby" });
        await lab.World.PutAsync($"tenants/{tenant.Slug}/lock", new { reason = "the auditors are looking" });

        Tenancy.IsRefused(await tenant.SwitchAsync(), "admin holds this tenant", "the auditors are looking");
        Tenancy.IsRefused(await tenant.TryDeployAsync(new { target = "standby" }), "the auditors are looking");
        Tenancy.IsRefused(await tenant.TryDeployAsync(new { target = "live" }), "the auditors are looking");
        var image = lab.World.Image("1");
        var (status, answer) = await lab.World.CallAsync(made.GetProperty("id").GetString()!, made.GetProperty("secret").GetString()!, new { image = image[..image.LastIndexOf(':')], tag = "1" });
        Assert.True(status == HttpStatusCode.Conflict, $"{status} {answer}");
        Assert.Contains("locked", answer.ToString(), StringComparison.Ordinal);
        Assert.Contains("the auditors are looking", answer.ToString(), StringComparison.Ordinal);
        var (again, _) = await lab.World.TryPutAsync($"tenants/{tenant.Slug}/lock", new { reason = "me too" });
        Assert.Equal(HttpStatusCode.Conflict, again);

        var victim = (await ContainersAsync(tenant))[0];
        await lab.World.Engine.Containers.RemoveAsync(victim.Id, force: true);
        await Eventually.SeesAsync("the replica again", () => ContainersAsync(tenant), seen => seen.Count == 2 && seen.All(one => one.Id != victim.Id));
        await Eventually.SeesAsync("both sides healthy", () => lab.World.GetAsync($"tenants/{tenant.Slug}/preflight"), seen => seen.GetProperty("passed").GetBoolean());

        Assert.Equal(HttpStatusCode.NoContent, await lab.World.DeleteAsync($"tenants/{tenant.Slug}/lock"));
        Assert.Equal(HttpStatusCode.NotFound, await lab.World.DeleteAsync($"tenants/{tenant.Slug}/lock"));
        await tenant.SwitchedAsync();
    }

    [Fact]
    public async Task The_way_back_is_open_while_the_tenant_is_held()
    {
        var tenant = await lab.TenantAsync();
        await tenant.SwitchedAsync();
        await lab.World.PutAsync($"tenants/{tenant.Slug}/lock", new { reason = "nothing moves" });

        await tenant.SwitchedAsync(new { reason = "back" });

        Assert.Equal("1", (await lab.World.AskAsync(tenant.Host)).Version);
        Tenancy.IsRefused(await tenant.SwitchAsync(), "nothing moves");
    }

    [Fact]
    public async Task In_a_time_of_quiet_nothing_is_taken_and_before_and_after_it_is()
    {
        var tenant = await lab.TenantAsync();
        var now = DateTimeOffset.Parse((await lab.World.GetAsync($"tenants/{tenant.Slug}/deployments"))[0].GetProperty("endedAt").GetString()!, System.Globalization.CultureInfo.InvariantCulture);
        await lab.World.PutAsync($"tenants/{tenant.Slug}/time-zone", new { timeZone = "Europe/Berlin" });
        await AddAsync(new { name = "last year", from = now.AddDays(-400), until = now.AddDays(-1) });
        await AddAsync(new { name = "next year", from = now.AddDays(1), until = now.AddDays(400) });
        Assert.Equal(System.Text.Json.JsonValueKind.Null, (await lab.World.GetAsync($"tenants/{tenant.Slug}/freezes")).GetProperty("now").ValueKind);

        await AddAsync(new { name = "the sale", from = now.AddHours(-1), until = now.AddHours(2) });
        Tenancy.IsRefused(await tenant.SwitchAsync(), "Nothing is switched or deployed until", "the sale", "Europe/Berlin");
        Tenancy.IsRefused(await tenant.TryDeployAsync(new { target = "standby" }), "the sale");
        Assert.Equal("frozen", (await lab.World.GetAsync($"tenants/{tenant.Slug}/freezes")).GetProperty("now").GetProperty("kind").GetString());
        Assert.Equal(HttpStatusCode.NoContent, await lab.World.DeleteAsync($"tenants/{tenant.Slug}/freezes/{Uri.EscapeDataString("the sale")}"));

        // Every week, all but one minute of it: whenever this test runs.
        var local = TimeZoneInfo.ConvertTime(now, TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin")).AddDays(-1);
        string At(DateTimeOffset time) => $"{time.DayOfWeek.ToString()[..3].ToLowerInvariant()} {time:HH:mm}";
        await AddAsync(new { name = "most days", weekly = new { from = At(local), until = At(local.AddMinutes(-1)) } });
        Tenancy.IsRefused(await tenant.SwitchAsync(), "most days");
        await lab.World.DeleteAsync($"tenants/{tenant.Slug}/freezes/{Uri.EscapeDataString("most days")}");
        await tenant.SwitchedAsync();

        async Task AddAsync(object freeze) => await lab.World.PostAsync($"tenants/{tenant.Slug}/freezes", freeze);
    }

    [Fact]
    public async Task What_may_not_be_a_time_of_quiet_is_refused_by_field()
    {
        var tenant = $"{lab.World.Tenant}q";
        await lab.World.AddTenantAsync(tenant);
        (object Body, string Field)[] wrong =
        [
            (new { name = "" , weekly = new { from = "fri 17:00", until = "mon 08:00" } }, "name"),
            (new { name = "a" }, "from"),
            (new { name = "a", from = "2026-12-24T00:00:00Z" }, "until"),
            (new { name = "a", from = "2026-12-24T00:00:00Z", until = "2026-12-23T00:00:00Z" }, "until"),
            (new { name = "a", from = "2026-12-24T00:00:00Z", until = "2026-12-25T00:00:00Z", weekly = new { from = "fri 17:00", until = "mon 08:00" } }, "from"),
            (new { name = "a", weekly = new { from = "friday", until = "mon 08:00" } }, "weekly.from"),
            (new { name = "a", weekly = new { from = "fri 17:00", until = "mon 25:00" } }, "weekly.until"),
            (new { name = "a", weekly = new { from = "fri 17:00", until = "fri 17:00" } }, "weekly.until"),
        ];
        foreach (var (body, field) in wrong)
        {
            var (status, answer) = await lab.World.TryPostAsync($"tenants/{tenant}/freezes", body);
            Assert.True(status == HttpStatusCode.BadRequest && answer.GetProperty("errors").TryGetProperty(field, out _), $"{body}: {status} {answer}");
        }

        foreach (var zone in new[] { "", "Berlin", "../etc/passwd", "/etc/localtime" })
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await lab.World.TryPutAsync($"tenants/{tenant}/time-zone", new { timeZone = zone })).Status);
        }
    }

    private async Task<IReadOnlyList<ContainerSummary>> ContainersAsync(Tenancy tenant) =>
        await lab.World.Engine.Containers.ListAsync(new ContainerFilter { All = true, Labels = [$"portal.tenant.name={tenant.Slug}"] });
}
