using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Portal.Tests.Lab;

namespace Portal.Tests.EndToEnd;

/// <summary>A stack with version 1 on both sides, and a webhook of it that deploys to standby and then switches.</summary>
internal sealed class SwitchingShop
{
    private readonly PortalWorld world;
    private readonly string hook;
    private readonly string secret;

    private SwitchingShop(PortalWorld world, string tenant, string hook, string secret) => (this.world, Tenant, this.hook, this.secret) = (world, tenant, hook, secret);

    public string Tenant { get; }

    /// <param name="letter">Makes a tenant of its own; blank: the world's.</param>
    public static async Task<SwitchingShop> MakeAsync(PortalWorld world, string stack, string letter)
    {
        var tenant = world.Tenant + letter;
        if (letter.Length > 0)
        {
            await world.AddTenantAsync(tenant);
        }

        var bare = new SwitchingShop(world, tenant, "", "");
        await bare.AddAsync(stack);
        await bare.DeployAsync(stack, new { target = "both" });
        var made = await world.PostAsync($"tenants/{tenant}/webhooks", new { name = $"{stack}-ci", stack, then = "switch" });
        return new SwitchingShop(world, tenant, made.GetProperty("id").GetString()!, made.GetProperty("secret").GetString()!);
    }

    public Task AddAsync(string name) => world.PostAsync($"tenants/{Tenant}/stacks", new
    {
        name,
        compose = $$"""
            services:
              web:
                image: {{world.Image("1")}}
                expose: ["8080"]
                labels: {portal.route.host: "{{name}}.{{Tenant}}.localhost", portal.route.port: "8080", portal.health: "http:8080/health", portal.health.interval: 200ms}
            """,
    });

    public async Task<string> RequestAsync(string stack, object request) =>
        (await world.PostAsync($"tenants/{Tenant}/stacks/{stack}/deployments", request)).GetProperty("id").GetString()!;

    public async Task DeployAsync(string stack, object request)
    {
        var ended = await world.EndedAsync(await RequestAsync(stack, request));
        Assert.True(ended.State == "succeeded", ended.ToString());
    }

    public Task<(HttpStatusCode Status, JsonElement Body)> CallAsync(string tag, string? query = null, string? delivery = null) =>
        world.CallAsync(hook, secret, new { image = world.Image(tag)[..^(tag.Length + 1)], tag }, query, delivery);

    /// <summary>The switch that follows a delivery, as whoever has the secret sees it, once it is as said.</summary>
    public Task<JsonElement> EndsAsync(JsonElement answer, string state) => Eventually.SeesAsync($"a planned switch that is {state}", async () =>
    {
        var id = answer.GetProperty("deliveryId").GetString();
        return (await world.GetAsync($"tenants/{Tenant}/deliveries/{id}")).GetProperty("delivery").GetProperty("then");
    }, then => then.ValueKind == JsonValueKind.Object && then.GetProperty("state").GetString() == state, TimeSpan.FromSeconds(90));

    /// <summary>What <c>GET /hooks/…/deliveries/…</c> answers for the delivery.</summary>
    public async Task<JsonElement> LookAsync(JsonElement answer)
    {
        using var http = new HttpClient { BaseAddress = world.Portal.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        using var response = await http.GetAsync($"/hooks/{hook}/deliveries/{answer.GetProperty("deliveryId").GetString()}?wait=90");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await PortalCalls.JsonAsync(response);
    }

    public async Task<IReadOnlyList<JsonElement>> SwitchesAsync() => [.. (await world.GetAsync($"tenants/{Tenant}/switches")).EnumerateArray()];
}
