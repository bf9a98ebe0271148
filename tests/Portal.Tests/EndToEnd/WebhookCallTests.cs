using System.Net;
using System.Text;
using System.Text.Json;
using Portal.Tests.Lab;

namespace Portal.Tests.EndToEnd;

/// <summary>A webhook as CI and registries call it, against everything real.</summary>
[Trait("Category", "Lab"), Collection(PortalWorldCollection.Name)]
public sealed class WebhookCallTests(PortalWorldCollection.Shared shared)
{
    private readonly PortalWorld world = shared.World;

    [Fact]
    public async Task A_call_that_waits_answers_200_once_the_new_version_runs_on_standby_and_live_is_untouched()
    {
        var (id, secret) = await HookAsync("push", "standby");
        var live = await world.LiveAsync();
        var (_, digest) = await world.PushAsync("2");

        var (status, body) = await world.CallAsync(id, secret, Payload("2"), "?wait=120");

        Assert.True(status == HttpStatusCode.OK, body.ToString());
        Assert.Equal("2", (await world.AskAsync($"standby--{world.HostOf("push")}")).Version);
        Assert.Equal("1", (await world.AskAsync(world.HostOf("push"))).Version);
        Assert.Equal(live, await world.LiveAsync());
        var delivery = await DeliveryAsync(body.GetProperty("deliveryId").GetString()!);
        Assert.Contains(digest, delivery.ToString());
    }

    [Fact]
    public async Task A_deployment_that_fails_answers_409_with_the_reason()
    {
        var (id, secret) = await HookAsync("fail", "standby");
        await world.PushAsync("bad", "EXIT_CODE=7");

        var (status, body) = await world.CallAsync(id, secret, Payload("bad"), "?wait=120");

        Assert.True(status == HttpStatusCode.Conflict, body.ToString());
        Assert.Contains("exited with 7", body.ToString());
        Assert.Equal("1", (await world.AskAsync($"standby--{world.HostOf("fail")}")).Version);
    }

    [Fact]
    public async Task A_deployment_that_outlasts_the_wait_answers_504_and_goes_on()
    {
        var (id, secret) = await HookAsync("long", "standby");
        await world.PushAsync("slow", "START_DELAY_MS=4000");

        var (status, body) = await world.CallAsync(id, secret, Payload("slow"), "?wait=1");

        Assert.True(status == HttpStatusCode.GatewayTimeout, body.ToString());
        var ended = await world.EndedAsync(body.GetProperty("deploymentId").GetString()!);
        Assert.True(ended.State == "succeeded", ended.ToString());
    }

    [Fact]
    public async Task Six_calls_for_one_push_make_one_deployment()
    {
        var (id, secret) = await HookAsync("burst", "standby");
        await world.PushAsync("2");

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => world.CallAsync(id, secret, Payload("2"), delivery: $"burst-{i}")));

        Assert.Equal(1, answers.Count(answer => answer.Status == HttpStatusCode.Accepted));
        Assert.Equal(5, answers.Count(answer => answer.Status == HttpStatusCode.OK && answer.Body.GetProperty("result").GetString() == "coalesced"));
        var deployments = await world.GetAsync($"tenants/{world.Tenant}/deployments?stack=burst");
        Assert.Single(deployments.EnumerateArray(), deployment => deployment.GetProperty("trigger").GetString() == "webhook");
        await world.EndedAsync(answers.First(answer => answer.Status == HttpStatusCode.Accepted).Body.GetProperty("deploymentId").GetString()!);
    }

    [Fact]
    public async Task The_same_delivery_id_answers_as_the_first_did()
    {
        var (id, secret) = await HookAsync("twice", "standby");
        await world.PushAsync("2");
        var (_, first) = await world.CallAsync(id, secret, Payload("2"), "?wait=120", delivery: "the-one");

        var (status, again) = await world.CallAsync(id, secret, Payload("2"), delivery: "the-one");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(first.GetProperty("deploymentId").GetString(), again.GetProperty("deploymentId").GetString());
    }

    [Fact]
    public async Task Strangers_and_rubbish_change_nothing_and_are_told_what_is_wrong()
    {
        var (id, secret) = await HookAsync("door", "standby");
        var before = await DeploymentsAsync("door");

        Assert.Equal(401, await StatusAsync(id, "not-the-secret", Payload("1")));
        Assert.Equal(404, await StatusAsync(Guid.NewGuid().ToString(), secret, Payload("1")));
        Assert.Equal(404, await StatusAsync("x", secret, Payload("1")));
        Assert.Equal(422, await StatusAsync(id, secret, "{"u8.ToArray()));
        Assert.Equal(422, await StatusAsync(id, secret, new { tag = "1" }));
        Assert.Equal(413, await StatusAsync(id, secret, new byte[(1024 * 1024) + 1]));
        // The payload may only choose among the images that the stack names.
        var (status, body) = await world.CallAsync(id, secret, new { image = "evil/miner", tag = "1" });
        Assert.Equal((HttpStatusCode.OK, "ignored"), (status, body.GetProperty("result").GetString()));
        // Nor may it reach live through a webhook made for standby.
        Assert.Equal(422, await StatusAsync(id, secret, new { image = world.Image("1")[..^2], tag = "1", target = "live" }));

        Assert.Equal(before, await DeploymentsAsync("door"));
    }

    [Fact]
    public async Task Disabled_and_rotated_webhooks_let_nobody_in_by_the_old_way()
    {
        var (id, secret) = await HookAsync("rotate", "standby");

        var rotated = await world.PostAsync($"tenants/{world.Tenant}/webhooks/{id}/rotate", new { });
        Assert.Equal(401, await StatusAsync(id, secret, Payload("1")));
        var fresh = rotated.GetProperty("secret").GetString()!;
        Assert.Equal(200, await StatusAsync(id, fresh, new { image = "other/image", tag = "1" }));
        await world.PostAsync($"tenants/{world.Tenant}/webhooks/{id}/disable", new { });
        Assert.Equal(404, await StatusAsync(id, fresh, Payload("1")));
    }

    [Fact]
    public async Task The_bearer_token_works_as_well_and_Docker_Hubs_body_too()
    {
        var (id, secret) = await HookAsync("hub", "standby");
        await world.PushAsync("2");
        using var http = new HttpClient { BaseAddress = world.Portal.Address };
        http.DefaultRequestHeaders.Authorization = new("Bearer", secret);
        var name = world.Image("2")[..^2];
        using var content = new StringContent(
            JsonSerializer.Serialize(new { push_data = new { tag = "2", pusher = "ci" }, repository = new { repo_name = name } }), Encoding.UTF8, "application/json");

        using var answer = await http.PostAsync($"/hooks/{id}?wait=120", content);

        Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        Assert.Equal("2", (await world.AskAsync($"standby--{world.HostOf("hub")}")).Version);
    }

    /// <summary>A stack of this name with version 1 on both sides, and a webhook of it.</summary>
    private async Task<(string Id, string Secret)> HookAsync(string stack, string target)
    {
        await world.PushAsync("1");
        await world.AddStackAsync(stack, "1", replicas: 1);
        await world.DeployAsync(stack, new { target = "both" });
        return await world.WebhookAsync($"{stack}-ci", stack, target);
    }

    private object Payload(string tag) => new { image = world.Image(tag)[..^(tag.Length + 1)], tag };

    private async Task<int> StatusAsync(string id, string secret, object body) => (int)(await world.CallAsync(id, secret, body)).Status;

    private async Task<int> DeploymentsAsync(string stack) => (await world.GetAsync($"tenants/{world.Tenant}/deployments?stack={stack}")).GetArrayLength();

    private Task<JsonElement> DeliveryAsync(string id) => world.GetAsync($"tenants/{world.Tenant}/deliveries/{id}");
}
