using System.Net;
using System.Text.Json;
using Portal.Tests.Lab;

namespace Portal.Tests.EndToEnd;

/// <summary>Both sides held against each other, and one brought to what the other runs.</summary>
[Trait("Category", "Lab"), Collection(PortalWorldCollection.Name)]
public sealed class ParityTests(PortalWorldCollection.Shared shared)
{
    private readonly PortalWorld world = shared.World;

    [Fact]
    public async Task Standby_is_brought_to_what_live_runs_and_live_to_what_standby_runs()
    {
        var tenant = await TenantAsync("a");
        await AddAsync(tenant, "shop");
        await AddAsync(tenant, "blog");
        await DeployAsync(tenant, "shop", new { target = "both" });
        await DeployAsync(tenant, "blog", new { target = "both" });
        var alike = await ParityAsync(tenant, seen => seen.GetProperty("percent").GetInt32() == 100);
        Assert.Equal(18, alike.GetProperty("compared").GetInt32());
        Assert.NotEqual("", alike.GetProperty("clusters").GetProperty("facts")[0].GetProperty("live").GetString());

        await DeployAsync(tenant, "shop", new { target = "standby", images = new { web = world.Image("2") }, replicas = new { web = 2 } });
        var differing = await ParityAsync(tenant, seen => Fact(seen, "shop", "healthy").GetProperty("standby").GetString() == "2");
        Assert.True(differing.GetProperty("percent").GetInt32() < 100);
        Assert.Equal("12", $"{Fact(differing, "shop", "revision").GetProperty("live")}{Fact(differing, "shop", "revision").GetProperty("standby")}");
        Assert.Equal(["revision", "image", "wanted", "healthy"], Differing(differing, "shop"));
        Assert.Empty(Differing(differing, "blog"));

        var forth = await AlignAsync(tenant, "standby");
        Assert.Equal("live", forth.GetProperty("to").GetString());
        Assert.Equal(["blog same", "shop deploying"], Outcomes(forth));
        Assert.Equal("succeeded", (await world.EndedAsync(Deployment(forth, "shop"))).State);
        await ParityAsync(tenant, seen => seen.GetProperty("percent").GetInt32() == 100);
        Assert.Equal("2", (await world.AskAsync($"shop.{tenant}.localhost")).Version);

        await DeployAsync(tenant, "shop", new { target = "live", revision = 1 });
        var back = await AlignAsync(tenant, "live");
        Assert.Equal("succeeded", (await world.EndedAsync(Deployment(back, "shop"))).State);
        var again = await ParityAsync(tenant, seen => seen.GetProperty("percent").GetInt32() == 100);
        Assert.Equal("1", Fact(again, "shop", "revision").GetProperty("standby").GetString());
        Assert.Equal(["blog same", "shop same"], Outcomes(await AlignAsync(tenant, "live", HttpStatusCode.OK)));
    }

    [Fact]
    public async Task What_runs_on_one_side_alone_is_deployed_where_it_is_missing_and_never_removed()
    {
        var tenant = await TenantAsync("b");
        await AddAsync(tenant, "onlylive");
        await AddAsync(tenant, "onlystandby");
        await AddAsync(tenant, "nowhere");
        await DeployAsync(tenant, "onlylive", new { target = "live" });
        await DeployAsync(tenant, "onlystandby", new { target = "standby" });
        Assert.Equal(8, Differing(await ParityAsync(tenant, seen => Services(seen, "onlylive").GetArrayLength() == 1), "onlylive").Count);

        var done = await AlignAsync(tenant, "live");

        Assert.Equal(["nowhere same", "onlylive deploying", "onlystandby only_there"], Outcomes(done));
        Assert.Equal("succeeded", (await world.EndedAsync(Deployment(done, "onlylive"))).State);
        Assert.Equal("1", (await world.AskAsync($"standby--onlystandby.{tenant}.localhost")).Version);
    }

    [Fact]
    public async Task What_keeps_a_stack_from_live_is_told_and_keeps_no_other_back()
    {
        var tenant = await TenantAsync("c");
        await AddAsync(tenant, "bare");
        await DeployAsync(tenant, "bare", new { target = "standby" });
        await world.PutAsync($"tenants/{tenant}/readiness-rules", new { blocking = new[] { "memory-limit" } });

        var (status, body) = await world.TryPostAsync($"tenants/{tenant}/parity", new { from = "standby" });

        Assert.True(status == HttpStatusCode.Conflict, body.ToString());
        Assert.Contains("memory-limit", body.GetProperty("stacks")[0].GetProperty("reason").GetString(), StringComparison.Ordinal);
        var (wrong, problem) = await world.TryPostAsync($"tenants/{tenant}/parity", new { from = "blue" });
        Assert.Equal(400, (int)wrong);
        Assert.Contains("from", problem.ToString(), StringComparison.Ordinal);
    }

    private async Task<string> TenantAsync(string letter)
    {
        await world.PushAsync("1");
        await world.PushAsync("2");
        var tenant = $"{world.Tenant}p{letter}";
        await world.AddTenantAsync(tenant);
        return tenant;
    }

    private Task AddAsync(string tenant, string stack) => world.PostAsync($"tenants/{tenant}/stacks", new
    {
        name = stack,
        compose = $$"""
            services:
              web:
                image: {{world.Image("1")}}
                expose: ["8080"]
                labels: {portal.route.host: "{{stack}}.{{tenant}}.localhost", portal.route.port: "8080", portal.health: "http:8080/health", portal.health.interval: 200ms}
            """,
    });

    private async Task DeployAsync(string tenant, string stack, object request)
    {
        var asked = await world.PostAsync($"tenants/{tenant}/stacks/{stack}/deployments", request);
        var ended = await world.EndedAsync(asked.GetProperty("id").GetString()!);
        Assert.True(ended.State == "succeeded", ended.ToString());
    }

    private Task<JsonElement> ParityAsync(string tenant, Func<JsonElement, bool> good) => Eventually.SeesAsync("that", () => world.GetAsync($"tenants/{tenant}/parity"), good);

    private async Task<JsonElement> AlignAsync(string tenant, string from, HttpStatusCode expected = HttpStatusCode.Accepted)
    {
        var (status, body) = await world.TryPostAsync($"tenants/{tenant}/parity", new { from });
        Assert.True(status == expected, $"{status}: {body}");
        return body;
    }

    private static JsonElement Services(JsonElement pair, string stack) => pair.GetProperty("stacks").EnumerateArray().Single(one => one.GetProperty("stack").GetString() == stack).GetProperty("services");

    private static JsonElement Fact(JsonElement pair, string stack, string fact) => Services(pair, stack)[0].GetProperty("facts").EnumerateArray().Single(one => one.GetProperty("fact").GetString() == fact);

    private static IReadOnlyList<string> Differing(JsonElement pair, string stack) =>
        [.. Services(pair, stack)[0].GetProperty("facts").EnumerateArray().Where(fact => !fact.GetProperty("equal").GetBoolean()).Select(fact => fact.GetProperty("fact").GetString()!)];

    private static IEnumerable<string> Outcomes(JsonElement done) => done.GetProperty("stacks").EnumerateArray().Select(stack => $"{stack.GetProperty("stack").GetString()} {stack.GetProperty("outcome").GetString()}");

    private static string Deployment(JsonElement done, string stack) =>
        done.GetProperty("stacks").EnumerateArray().Single(one => one.GetProperty("stack").GetString() == stack).GetProperty("deploymentId").GetString()!;
}
