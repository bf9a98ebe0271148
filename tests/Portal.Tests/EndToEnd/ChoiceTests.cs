using System.Net;
using System.Text.Json;
using Portal.Tests.Lab;

namespace Portal.Tests.EndToEnd;

/// <summary>What people choose of a stack (images, replicas) stays chosen, whoever else chooses something meanwhile.</summary>
[Trait("Category", "Lab"), Collection(PortalWorldCollection.Name)]
public sealed class ChoiceTests(PortalWorldCollection.Shared shared)
{
    private readonly PortalWorld world = shared.World;

    [Fact]
    public async Task Of_two_services_chosen_at_the_same_instant_neither_is_taken_back()
    {
        await world.PushAsync("1");
        await world.PushAsync("2");
        string[] services = ["one", "two", "three", "four"];
        await AddAsync("choice", services);

        await Task.WhenAll(services.Select(service => world.RequestAsync("choice", new { target = "standby", images = new Dictionary<string, string> { [service] = world.Image("2") } })));

        var revision = (await world.GetAsync($"tenants/{world.Tenant}/stacks/choice")).GetProperty("revisions").EnumerateArray().MaxBy(one => one.GetProperty("number").GetInt32());
        var images = revision.GetProperty("images").EnumerateObject().ToDictionary(image => image.Name, image => image.Value.GetProperty("reference").GetString());
        Assert.True(services.All(service => images[service] == world.Image("2")), revision.ToString());
    }

    [Fact]
    public async Task Replicas_come_and_go_without_a_redeploy_of_the_others()
    {
        await world.PushAsync("1");
        await AddAsync("scale", ["web", "other"]);
        await world.DeployAsync("scale", new { target = "live" });
        var before = await IdsAsync();

        await world.DeployAsync("scale", new { target = "live", replicas = new { web = 3 } });

        var more = await IdsAsync();
        Assert.Equal(4, more.Count);
        Assert.Subset(more, before);

        await world.PushAsync("2");
        await world.DeployAsync("scale", new { target = "live", images = new { other = world.Image("2") } });
        Assert.Equal(4, (await IdsAsync()).Count);

        await world.DeployAsync("scale", new { target = "live", replicas = new { web = 0 } });
        Assert.Single(await IdsAsync());
    }

    [Fact]
    public async Task A_cancel_at_the_instant_of_the_beginning_is_heard()
    {
        await world.PushAsync("1");
        await world.PushAsync("slow", "START_DELAY_MS=600000");
        await AddAsync("instant", ["web"]);
        await world.DeployAsync("instant", new { target = "live" });
        for (var round = 0; round < 4; round++)
        {
            var deployment = await world.RequestAsync("instant", new { target = "live", images = world.Web("slow"), force = true });

            var (status, answer) = await world.TryPostAsync($"deployments/{deployment}/cancel", new { });

            Assert.True(status is HttpStatusCode.OK or HttpStatusCode.Accepted or HttpStatusCode.NoContent, $"{status}: {answer}");
            Assert.Equal("cancelled", (await world.EndedAsync(deployment)).State);
        }
    }

    [Theory]
    [InlineData("nobody", 2)]
    [InlineData("web", -1)]
    [InlineData("web", 101)]
    public async Task Replicas_that_cannot_be_are_refused_by_their_service(string service, int replicas)
    {
        await world.PushAsync("1");
        var name = $"no-{service}{Math.Abs(replicas)}";
        await AddAsync(name, ["web"]);

        var (status, answer) = await world.TryPostAsync($"tenants/{world.Tenant}/stacks/{name}/deployments", new { target = "live", replicas = new Dictionary<string, int> { [service] = replicas } });

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(service, answer.ToString());
    }

    private async Task<HashSet<string>> IdsAsync() => [.. (await world.ContainersAsync("scale")).Select(container => container.Id)];

    private Task<JsonElement> AddAsync(string name, IEnumerable<string> services) => world.PostAsync($"tenants/{world.Tenant}/stacks", new
    {
        name,
        compose = "services:\n" + string.Concat(services.Select(service => $$"""
              {{service}}: {image: "{{world.Image("1")}}", labels: {portal.health: "http:8080/health", portal.health.interval: 200ms} }

            """)),
    });
}
