using System.Net;
using System.Text.Json;
using Portal.Tests.Lab;

namespace Portal.Tests.Readiness;

/// <summary>The report, and the rules that keep a stack from live, on every way there.</summary>
[Trait("Category", "Lab"), Collection(PortalWorldCollection.Name)]
public sealed class ReadinessTests(PortalWorldCollection.Shared shared)
{
    private readonly PortalWorld world = shared.World;

    [Fact]
    public async Task The_report_says_of_each_stack_what_it_lacks_with_why_and_the_fix()
    {
        await world.PushAsync("1");
        await world.AddStackAsync("report", "1", replicas: 1);

        var report = await world.GetAsync($"tenants/{world.Tenant}/stacks/report/readiness");

        Assert.False(report.GetProperty("ready").GetBoolean());
        Assert.False(report.GetProperty("blocked").GetBoolean());
        // The sample's image has no user and no shell: that was read from the registry, for nothing has been pulled yet.
        Assert.Equal(["log-size", "memory-limit", "replicas", "restart", "root"], Rules(report));
        Assert.All(report.GetProperty("findings").EnumerateArray(), finding =>
        {
            Assert.NotEqual("", finding.GetProperty("why").GetString());
            Assert.Contains("web:", finding.GetProperty("fix").GetString());
        });
        Assert.Equal(HttpStatusCode.NotFound, await world.StatusAsync($"tenants/{world.Tenant}/stacks/no-such/readiness"));
        Assert.Equal(HttpStatusCode.NotFound, await world.StatusAsync($"tenants/{world.Tenant}/stacks/report/readiness?revision=9"));
    }

    [Fact]
    public async Task A_chosen_rule_keeps_a_stack_from_live_by_api_webhook_and_switch_and_says_its_name()
    {
        await using var apart = await Apart.OfAsync(world);
        await world.PushAsync("1");
        await world.PushAsync("2");
        await apart.AddStackAsync("gate", world.Image("1"));
        Assert.Equal("succeeded", await apart.DeployAsync("gate", new { target = "both" }));
        await world.PutAsync($"tenants/{apart.Tenant}/readiness-rules", new { blocking = new[] { "memory-limit", "root" } });

        var (status, body) = await world.TryPostAsync($"tenants/{apart.Tenant}/stacks/gate/deployments", new { target = "live", images = world.Web("2") });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Contains("memory-limit: web", body.GetProperty("detail").GetString());
        Assert.Contains("root: web", body.GetProperty("detail").GetString());
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await world.TryPostAsync($"tenants/{apart.Tenant}/stacks/gate/deployments", new { target = "both", images = world.Web("2") })).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await world.TryPostAsync($"tenants/{apart.Tenant}/stacks/gate/deployments", new { target = "live", revision = 1 })).Status);

        var hook = await world.PostAsync($"tenants/{apart.Tenant}/webhooks", new { name = "gate", stack = "gate", target = "live" });
        var image = world.Image("2");
        (status, body) = await world.CallAsync(hook.GetProperty("id").GetString()!, hook.GetProperty("secret").GetString()!, new { image = image[..image.LastIndexOf(':')], tag = "2" });
        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Contains("not_ready", body.ToString());
        var delivery = await world.GetAsync($"tenants/{apart.Tenant}/deliveries/{body.GetProperty("deliveryId").GetString()}");
        Assert.Contains("memory-limit", delivery.ToString());

        // Nothing was begun by any of them, and standby is for trying things out.
        Assert.Equal(2, (await world.GetAsync($"tenants/{apart.Tenant}/deployments?stack=gate")).GetArrayLength());
        Assert.Equal("succeeded", await apart.DeployAsync("gate", new { target = "standby", images = world.Web("2") }));

        (status, body) = await world.TryPostAsync($"tenants/{apart.Tenant}/switches", new { reason = "past the rules" });
        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Contains("memory-limit", body.ToString());

        await world.PutAsync($"tenants/{apart.Tenant}/readiness-rules", new { blocking = Array.Empty<string>() });
        await world.PostAsync($"tenants/{apart.Tenant}/switches", new { reason = "allowed again" });
        Assert.Contains("readiness.chosen", (await world.GetAsync($"audit?tenant={apart.Tenant}&action=readiness.chosen")).ToString());
    }

    [Fact]
    public async Task A_stack_that_meets_the_chosen_rules_goes_live()
    {
        await using var apart = await Apart.OfAsync(world);
        await world.PushAsync("1");
        await world.PutAsync($"tenants/{apart.Tenant}/readiness-rules", new { blocking = new[] { "memory-limit", "root", "shell", "latest-tag", "log-size", "restart", "health-check", "replicas" } });
        await apart.AddStackAsync("good", world.Image("1"), """
                deploy: {replicas: 2, resources: {limits: {memory: 256M}}}
                user: "10001"
                restart: unless-stopped
                logging: {driver: json-file, options: {max-size: 1m}}
            """);

        Assert.Equal("succeeded", await apart.DeployAsync("good", new { target = "live" }));
        var report = await world.GetAsync($"tenants/{apart.Tenant}/stacks/good/readiness");
        Assert.True(report.GetProperty("ready").GetBoolean(), report.ToString());
    }

    [Fact]
    public async Task A_rule_that_there_is_not_is_refused_by_name()
    {
        using var administrator = await world.Portal.AdministratorAsync();
        using var answer = await administrator.PutAsync($"/api/v1/tenants/{world.Tenant}/readiness-rules", new StringContent("""{"blocking":["no-such"]}""", System.Text.Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("no-such", await answer.Content.ReadAsStringAsync());
    }

    private static IEnumerable<string> Rules(JsonElement report) => report.GetProperty("findings").EnumerateArray().Select(finding => finding.GetProperty("rule").GetString()!).Order();

    /// <summary>A tenant for what would get in others' way, on the same portal.</summary>
    private sealed class Apart(PortalWorld world, string tenant) : IAsyncDisposable
    {
        public string Tenant => tenant;

        public static async Task<Apart> OfAsync(PortalWorld world)
        {
            var tenant = $"{world.Tenant}{Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(2))}";
            await world.AddTenantAsync(tenant);
            return new Apart(world, tenant);
        }

        public Task AddStackAsync(string name, string image, string more = "    deploy: {replicas: 1}") => world.PostAsync($"tenants/{tenant}/stacks", new
        {
            name,
            compose = $$"""
                services:
                  web:
                    image: {{image}}
                    expose: ["8080"]
                    labels: {portal.route.host: "{{name}}.{{tenant}}.localhost", portal.route.port: "8080", portal.health: "http:8080/health", portal.health.interval: 200ms}
                {{string.Join('\n', more.Split('\n').Select(line => $"    {line.Trim()}"))}}
                """,
        });

        public async Task<string> DeployAsync(string stack, object request)
        {
            var id = (await world.PostAsync($"tenants/{tenant}/stacks/{stack}/deployments", request)).GetProperty("id").GetString()!;
            return (await world.EndedAsync(id)).State;
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var container in await world.Engine.Containers.ListAsync(new Portal.Docker.ContainerFilter { All = true, Labels = [$"portal.tenant.name={tenant}"] }))
            {
                await world.Engine.Containers.RemoveAsync(container.Id, force: true);
            }
        }
    }
}
