using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Portal.Docker;
using Portal.Lab.Directories;
using Portal.Tests.Lab;
using Portal.Tests.Pages;

namespace Portal.Tests.Promises;

/// <summary>Calls everything that changes something, on real parts, and looks the change up in the audit log.</summary>
[Collection(PagesCollection.Name)]
[Trait("Category", "Lab")]
public sealed class AuditWalkTests(PagesWorld world)
{
    [Fact]
    public async Task Whatever_changes_something_stands_in_the_audit_log()
    {
        var tenant = $"w{Guid.NewGuid():N}"[..10];
        await world.AddTenantAsync(tenant, "Walked");
        await DeleteAsync($"tenants/{tenant}/members/{(await world.PostAsync($"tenants/{tenant}/members", new { group = SampleTree.Group("walkers"), role = "viewer" })).GetProperty("id")}");
        await DeleteAsync($"administrators/{(await world.PostAsync("administrators", new { group = SampleTree.Group("walkers") })).GetProperty("id")}");
        await SignInAndOutAsync();

        using (var secret = await world.Administrator.PutAsJsonAsync($"/api/v1/tenants/{tenant}/secrets/walked", new { value = "x" }))
        {
            secret.EnsureSuccessStatusCode();
        }

        await DeleteAsync($"tenants/{tenant}/secrets/walked");
        using (var rules = await world.Administrator.PutAsJsonAsync($"/api/v1/tenants/{tenant}/readiness-rules", new { blocking = new[] { "latest-tag" } }))
        {
            rules.EnsureSuccessStatusCode();
        }

        var registry = (await LabFixture.Registry).Host;
        await world.PostAsync($"tenants/{tenant}/registries", new { host = registry, userName = "walker", password = "x" });
        using (var changed = await world.Administrator.PatchAsJsonAsync($"/api/v1/tenants/{tenant}/registries/{registry}", new { password = "y" }))
        {
            changed.EnsureSuccessStatusCode();
        }

        await DeleteAsync($"tenants/{tenant}/registries/{registry}");
        await world.AddStackAsync(tenant, "walked");
        using (var changed = await world.Administrator.PatchAsJsonAsync($"/api/v1/tenants/{tenant}/stacks/walked", new { healing = false }))
        {
            changed.EnsureSuccessStatusCode();
        }

        await AdoptAsync(tenant);
        var route = $"tenants/{tenant}/routes/{(await world.PostAsync($"tenants/{tenant}/routes", new { stack = "walked", service = "web", port = 8080, hostName = $"{tenant}.localhost" })).GetProperty("id")}";
        using (var limited = await world.Administrator.PatchAsJsonAsync($"/api/v1/{route}", new { rate = 100 }))
        {
            limited.EnsureSuccessStatusCode();
        }

        await CertifyAsync("certificates", $"{tenant}.walk.example");
        await CertifyAsync($"tenants/{tenant}/certificates", $"{tenant}.localhost");
        await DeleteAsync(route);
        var port = await world.PostAsync($"tenants/{tenant}/tcp-routes", new { stack = "walked", service = "web", port = 8080 });
        await DeleteAsync($"tenants/{tenant}/tcp-routes/{port.GetProperty("id")}");
        await world.DeployAsync(tenant, "walked", new { target = "both" });
        await VouchAsync(tenant);
        await QuietAsync(tenant);
        await world.PostAsync($"tenants/{tenant}/checks", new { name = "walked", stack = "walked", service = "web", path = "/health" });
        await world.PostAsync($"tenants/{tenant}/rehearsals", new { });
        await DeleteAsync($"tenants/{tenant}/checks/walked");
        await FourEyesAsync(tenant);
        await world.SwitchAsync(tenant, "walking");
        await world.PostAsync($"tenants/{tenant}/switchback", new { minutes = 10 });
        await DeleteAsync($"tenants/{tenant}/switchback");
        await world.PostAsync($"tenants/{tenant}/gradual", new { steps = new[] { 1 }, reason = "walking" });
        await DeleteAsync($"tenants/{tenant}/gradual");
        await StopAsync(tenant);
        var slow = await world.PushAsync("walk-slow", "START_DELAY_MS=60000");
        var deployment = await world.RequestAsync(tenant, "walked", new { target = "standby", images = new { web = slow } });
        await world.PostAsync($"deployments/{deployment}/cancel", new { });
        await world.GetAsync($"deployments/{deployment}?wait=120");

        var hook = $"tenants/{tenant}/webhooks/{(await world.PostAsync($"tenants/{tenant}/webhooks", new { name = "walk", stack = "walked" })).GetProperty("id")}";
        var hookSecret = (await world.PostAsync($"{hook}/rotate", new { })).GetProperty("secret").GetString()!;
        await world.PostAsync($"{hook}/disable", new { });
        await world.PostAsync($"{hook}/enable", new { });
        await CallAsync(hook.Split('/')[^1], hookSecret);

        foreach (var (endpoint, action) in EndpointWalkTests.Changing)
        {
            var platform = endpoint.Contains("/tenants/{tenant}", StringComparison.Ordinal) || endpoint.Contains("/deployments/", StringComparison.Ordinal) || endpoint.Contains("/hooks/", StringComparison.Ordinal) ? $"&tenant={tenant}" : "";
            var lines = await world.GetAsync($"audit?action={action}{platform}");
            Assert.True(lines.GetArrayLength() > 0, $"{endpoint} left no {action} in the audit log");
            var line = lines[0];
            Assert.Equal(action, line.GetProperty("action").GetString());
            Assert.NotEqual("", line.GetProperty("actor").GetString());
            Assert.NotEqual("", line.GetProperty("source").GetString());
        }
    }

    private async Task CertifyAsync(string place, string host)
    {
        var made = LabCertificate.Make([host]);
        await world.PostAsync(place, new { certificate = made.Chain, key = made.Key });
        await DeleteAsync($"{place}/{host}");
    }

    private async Task VouchAsync(string tenant)
    {
        using var shares = await world.Administrator.PatchAsJsonAsync($"/api/v1/tenants/{tenant}/stacks/walked", new { shared = new[] { new { kind = "database", name = "walked" } } });
        shares.EnsureSuccessStatusCode();
        var deployment = await world.RequestAsync(tenant, "walked", new { target = "standby", migration = true });
        await world.PostAsync($"deployments/{deployment}/compatible", new { reason = "walking" });
        await world.GetAsync($"deployments/{deployment}?wait=120");
    }

    private async Task FourEyesAsync(string tenant)
    {
        await RulesAsync(true);
        await world.PostAsync($"tenants/{tenant}/asked-switches/{await AskAsync()}/refuse", new { });
        var asked = await AskAsync();
        using var other = new HttpClient { BaseAddress = world.Address };
        other.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await PortalCalls.TokenAsync(other, "acme-ops", SampleTree.Password("acme-ops")));
        using var approved = await other.PostAsJsonAsync($"/api/v1/tenants/{tenant}/asked-switches/{asked}/approve", new { });
        Assert.Equal(HttpStatusCode.Created, approved.StatusCode);
        await DeleteAsync($"tenants/{tenant}/switchback");
        await RulesAsync(false);

        async Task<string> AskAsync() => (await world.PostAsync($"tenants/{tenant}/switches", new { reason = "walking" })).GetProperty("id").GetString()!;

        async Task RulesAsync(bool secondPerson)
        {
            using var answer = await world.Administrator.PutAsJsonAsync($"/api/v1/tenants/{tenant}/switch-rules", new { secondPerson });
            answer.EnsureSuccessStatusCode();
        }
    }

    private async Task StopAsync(string tenant)
    {
        using var moves = await world.Administrator.PatchAsJsonAsync($"/api/v1/tenants/{tenant}/stacks/walked", new { movesOn = "auto-after 24h" });
        moves.EnsureSuccessStatusCode();
        await world.RequestAsync(tenant, "walked", new { target = "standby", force = true });
        await world.PostAsync($"tenants/{tenant}/planned-switches/{(await world.GetAsync($"tenants/{tenant}/planned-switches"))[0].GetProperty("id")}/stop", new { });
        using var back = await world.Administrator.PatchAsJsonAsync($"/api/v1/tenants/{tenant}/stacks/walked", new { movesOn = "manual" });
        back.EnsureSuccessStatusCode();
    }

    private async Task QuietAsync(string tenant)
    {
        using var zone = await world.Administrator.PutAsJsonAsync($"/api/v1/tenants/{tenant}/time-zone", new { timeZone = "Europe/Berlin" });
        zone.EnsureSuccessStatusCode();
        using var automation = await world.Administrator.PutAsJsonAsync($"/api/v1/tenants/{tenant}/automation", new { failover = new { } });
        Assert.Equal(HttpStatusCode.OK, automation.StatusCode);
        using var held = await world.Administrator.PutAsJsonAsync($"/api/v1/tenants/{tenant}/lock", new { reason = "walking" });
        held.EnsureSuccessStatusCode();
        await DeleteAsync($"tenants/{tenant}/lock");
        await world.PostAsync($"tenants/{tenant}/freezes", new { name = "walk", from = "2020-01-01T00:00:00Z", until = "2020-01-02T00:00:00Z" });
        await DeleteAsync($"tenants/{tenant}/freezes/walk");
    }

    private async Task SignInAndOutAsync()
    {
        using var client = new HttpClient { BaseAddress = world.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await PortalCalls.TokenAsync(client, "acme-dev", SampleTree.Password("acme-dev")));
        using var ended = await client.DeleteAsync("/api/v1/sessions/current");
        Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
    }

    private async Task CallAsync(string hook, string secret)
    {
        using var client = new HttpClient { BaseAddress = world.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        var image = world.Image("2");
        using var answer = await client.PostAsJsonAsync($"/hooks/{hook}?wait=120", new { image = image[..image.LastIndexOf(':')], tag = "2" });
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }

    private async Task AdoptAsync(string tenant)
    {
        var engine = (await LabFixture.Engine).Client;
        var container = await engine.Containers.CreateAsync($"{tenant}-foreign", new ContainerSpec { Image = (await engine.Images.ListAsync())[0].Id });
        try
        {
            var host = (await world.GetAsync("hosts")).EnumerateArray().Single(one => one.GetProperty("name").GetString() == "lab").GetProperty("id").GetString();
            await world.PostAsync($"hosts/{host}/stacks/{tenant}-foreign/adopt", new { tenant, name = "foreign" });
        }
        finally
        {
            await engine.Containers.RemoveAsync(container, force: true);
        }
    }

    private async Task DeleteAsync(string path)
    {
        using var answer = await world.Administrator.DeleteAsync($"/api/v1/{path}");
        Assert.True(answer.StatusCode == HttpStatusCode.NoContent, $"DELETE {path}: {(int)answer.StatusCode}");
    }
}
