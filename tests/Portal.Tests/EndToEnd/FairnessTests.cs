using Portal.Tests.Lab;

namespace Portal.Tests.EndToEnd;

/// <summary>On a portal whose hosts take one deployment at a time.</summary>
[Trait("Category", "Lab")]
public sealed class FairnessTests(FairnessTests.Lab lab) : IClassFixture<FairnessTests.Lab>
{
    [Fact]
    public async Task A_host_takes_no_more_at_once_than_it_may_and_tenants_take_turns()
    {
        var world = lab.World;
        await world.PushAsync("1");
        var modest = world.Tenant + "m";
        await world.AddTenantAsync(modest);
        string[] greedy = ["one", "two", "three"];
        foreach (var stack in greedy)
        {
            await world.AddStackAsync(stack, "1", replicas: 1);
        }

        await world.PostAsync($"tenants/{modest}/stacks", new { name = "only", compose = $"services: {{web: {{image: \"{world.Image("1")}\"}}}}" });
        var asked = new List<string>();
        foreach (var stack in greedy)
        {
            asked.Add(await world.RequestAsync(stack, new { target = "standby" }));
        }

        asked.Add((await world.PostAsync($"tenants/{modest}/stacks/only/deployments", new { target = "standby" })).GetProperty("id").GetString()!);

        var ran = new List<(string Id, DateTimeOffset From, DateTimeOffset To)>();
        foreach (var deployment in asked)
        {
            var ended = await world.GetAsync($"deployments/{deployment}?wait=120");
            Assert.Equal("succeeded", ended.GetProperty("state").GetString());
            ran.Add((deployment, ended.GetProperty("startedAt").GetDateTimeOffset(), ended.GetProperty("endedAt").GetDateTimeOffset()));
        }

        var order = ran.OrderBy(one => one.From).ToList();
        Assert.All(order.Zip(order.Skip(1)), pair => Assert.True(pair.First.To <= pair.Second.From, $"{pair.First} and {pair.Second} at once"));
        // The first of the greedy tenant had begun before anybody else came; the modest one is next.
        Assert.Equal(asked[^1], order[1].Id);
    }

    public sealed class Lab : IAsyncLifetime
    {
        public PortalWorld World { get; private set; } = null!;

        public async Task InitializeAsync() => World = await PortalWorld.StartAsync(new KeyValuePair<string, string?>("Portal:Deployments:ParallelPerHost", "1"));

        public async Task DisposeAsync() => await World.DisposeAsync();
    }
}
