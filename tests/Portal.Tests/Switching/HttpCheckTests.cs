using System.Net;
using System.Text.Json;
using Portal.Tests.Lab;

namespace Portal.Tests.Switching;

/// <summary>The requests of a tenant's own that standby must answer before it goes live.</summary>
[Collection(SwitchWorldCollection.Name)]
[Trait("Category", "Lab")]
public sealed class HttpCheckTests(SwitchWorld lab)
{
    [Fact]
    public async Task A_check_asks_standby_through_the_gateway_and_one_that_fails_blocks_by_its_name()
    {
        var tenant = await lab.TenantAsync();
        await tenant.CheckAsync(new { name = "front", host = tenant.Host, contains = "version 1" });

        Tenancy.IsRefused(await tenant.SwitchAsync(), "check front", "does not hold “version 1”");
        Assert.Equal("1", (await lab.World.AskAsync(tenant.Host)).Version);

        Assert.Equal(HttpStatusCode.NoContent, await lab.World.DeleteAsync($"tenants/{tenant.Slug}/checks/front"));
        await tenant.CheckAsync(new { name = "front", host = tenant.Host, contains = "version 2" });
        await tenant.CheckAsync(new { name = "health", stack = Tenancy.Stack, service = "web", path = "/health?deep=1", matches = "^ok$\\s*" });
        await tenant.CheckAsync(new { name = "gone", host = tenant.Host, path = "/gone", status = 404 });
        await tenant.SwitchedAsync();
        Assert.Equal("2", (await lab.World.AskAsync(tenant.Host)).Version);

        var asked = (await tenant.AuditAsync("switch.requested"))[0].ToString();
        Assert.All(new[] { "check front", "check health", "check gone" }, check => Assert.Contains(check, asked, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_check_of_a_route_that_is_HTTPS_only_asks_by_HTTPS()
    {
        var tenant = await lab.TenantAsync(standby: null);
        var made = LabCertificate.Make([tenant.Host]);
        await lab.World.PostAsync($"tenants/{tenant.Slug}/certificates", new { certificate = made.Pem });
        var route = (await lab.World.GetAsync($"tenants/{tenant.Slug}/routes"))[0].GetProperty("id").GetString();
        Assert.Equal(HttpStatusCode.OK, (await lab.World.TryPatchAsync($"tenants/{tenant.Slug}/routes/{route}", new { httpsOnly = true })).Status);
        using var plain = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        await Eventually.EqualsAsync($"https://standby--{tenant.Host}:{lab.HttpsPort}/", async () =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{lab.World.GatewayPort}/") { Headers = { Host = $"standby--{tenant.Host}" } };
            using var answer = await plain.SendAsync(request);
            return answer.Headers.Location?.OriginalString;
        });
        await tenant.CheckAsync(new { name = "front", host = tenant.Host, contains = "version 1" });

        var found = Found(await tenant.RehearseAsync());

        Assert.True(found["check front"].Passed, found["check front"].Seen);
    }

    [Fact]
    public async Task The_way_back_within_the_window_is_blocked_by_no_check()
    {
        var tenant = await lab.TenantAsync();
        await tenant.SwitchedAsync();
        await tenant.CheckAsync(new { name = "never", host = tenant.Host, contains = "no version says this" });
        Assert.False((await tenant.RehearseAsync()).GetProperty("passed").GetBoolean());

        await tenant.SwitchedAsync(new { reason = "back" });

        Assert.Equal("1", (await lab.World.AskAsync(tenant.Host)).Version);
        // The way there again is none back, and the check counts.
        Tenancy.IsRefused(await tenant.SwitchAsync(), "check never");
    }

    [Fact]
    public async Task A_check_is_bounded_in_time_and_bytes_and_follows_nobody_elsewhere()
    {
        var tenant = await lab.TenantAsync("odd");
        await tenant.CheckAsync(new { name = "moved", host = tenant.Host, path = "/dir" });
        await tenant.CheckAsync(new { name = "redirects", host = tenant.Host, path = "/dir", status = 302 });
        await tenant.CheckAsync(new { name = "far", host = tenant.Host, path = "/long.txt", contains = "needle" });
        await tenant.CheckAsync(new { name = "stumbles", host = tenant.Host, matches = "^(a+)+$" });

        var found = Found(await tenant.RehearseAsync());

        Assert.Contains("answers 302 and points to", found["check moved"].Seen, StringComparison.Ordinal);
        Assert.True(found["check redirects"].Passed, found["check redirects"].Seen);
        Assert.Contains("the first 256 KiB of the body does not hold", found["check far"].Seen, StringComparison.Ordinal);
        Assert.Contains("takes longer than 250 ms", found["check stumbles"].Seen, StringComparison.Ordinal);
        Assert.False(found["check far"].Passed || found["check stumbles"].Passed || found["check moved"].Passed);

        var slow = await lab.TenantAsync();
        await slow.CheckAsync(new { name = "slow", host = slow.Host, path = "/slow?ms=30000" });
        Tenancy.IsRefused(await slow.SwitchAsync(), "has not answered in 5 s");
    }

    [Fact]
    public async Task What_may_not_be_a_check_is_refused_by_field()
    {
        var (tenant, other) = (await lab.TenantAsync(null), await lab.TenantAsync(null));
        (object Body, string Field)[] wrong =
        [
            (new { name = "Front!", host = tenant.Host }, "name"),
            (new { name = "a", host = other.Host }, "host"),
            (new { name = "a", host = "example.org" }, "host"),
            (new { name = "a" }, "host"),
            (new { name = "a", host = tenant.Host, stack = "shop", service = "web" }, "host"),
            (new { name = "a", stack = "shop", service = "nothing" }, "service"),
            (new { name = "a", stack = "shop" }, "service"),
            (new { name = "a", host = tenant.Host, path = "no/slash" }, "path"),
            (new { name = "a", host = tenant.Host, path = "/a b" }, "path"),
            (new { name = "a", host = tenant.Host, status = 99 }, "status"),
            (new { name = "a", host = tenant.Host, matches = "(" }, "matches"),
            (new { name = "a", host = tenant.Host, matches = "a", contains = "a" }, "matches"),
            (new { name = "a", host = tenant.Host, contains = "" }, "contains"),
        ];
        foreach (var (body, field) in wrong)
        {
            var (status, answer) = await lab.World.TryPostAsync($"tenants/{tenant.Slug}/checks", body);
            Assert.True(status == HttpStatusCode.BadRequest && answer.GetProperty("errors").TryGetProperty(field, out _), $"{JsonSerializer.Serialize(body)}: {status} {answer}");
        }

        await tenant.CheckAsync(new { name = "a", host = tenant.Host });
        var (taken, _) = await lab.World.TryPostAsync($"tenants/{tenant.Slug}/checks", new { name = "a", host = tenant.Host });
        Assert.Equal(HttpStatusCode.Conflict, taken);
        Assert.Equal(HttpStatusCode.NotFound, await lab.World.DeleteAsync($"tenants/{tenant.Slug}/checks/b"));
        Assert.Equal(1, (await lab.World.GetAsync($"tenants/{tenant.Slug}/checks")).GetArrayLength());
    }

    private static Dictionary<string, (bool Passed, string Seen)> Found(JsonElement rehearsal) => rehearsal.GetProperty("checks").EnumerateArray().ToDictionary(
        check => check.GetProperty("subject").GetString()!, check => (check.GetProperty("passed").GetBoolean(), check.GetProperty("seen").GetString()!));
}
