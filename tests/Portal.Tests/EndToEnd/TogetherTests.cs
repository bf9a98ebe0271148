using Portal.Docker;
using Portal.Tests.Lab;

namespace Portal.Tests.EndToEnd;

/// <summary>Services that need each other: what comes first, what waits, what comes and goes together.</summary>
[Trait("Category", "Lab"), Collection(PortalWorldCollection.Name)]
public sealed class TogetherTests(PortalWorldCollection.Shared shared)
{
    private readonly PortalWorld world = shared.World;

    [Fact]
    public async Task A_migration_runs_once_for_a_revision_before_what_waits_for_it()
    {
        await world.PushAsync("1");
        await world.PushAsync("2");
        await world.PushAsync("once", "EXIT_CODE=0");
        await AddAsync("order", $$"""
            services:
              web:
                image: {{world.Image("1")}}
                labels: {portal.health: "http:8080/health", portal.health.interval: 200ms}
                depends_on: {migrate: {condition: service_completed_successfully}, db: {condition: service_healthy} }
              migrate:
                image: {{world.Image("once")}}
                depends_on: {db: {condition: service_healthy} }
              db:
                image: {{world.Image("1")}}
                labels: {portal.health: "http:8080/health", portal.health.interval: 200ms}
            """);

        await world.DeployAsync("order", new { target = "live" });

        var first = await DetailsAsync("order");
        Assert.Equal(0, first["migrate"].State.ExitCode);
        Assert.True(first["db"].State.StartedAt < first["migrate"].State.StartedAt, "The migration began before what it needs.");
        Assert.True(first["migrate"].State.FinishedAt <= first["web"].State.StartedAt, "The service began before the migration had ended.");

        await world.DeployAsync("order", new { target = "live", images = world.Web("2") });

        var second = await DetailsAsync("order");
        Assert.NotEqual(first["migrate"].Id, second["migrate"].Id);
        Assert.Equal(first["db"].Id, second["db"].Id);
        Assert.True(second["migrate"].State.FinishedAt <= second["web"].State.StartedAt, "The new version began before the migration of its revision had ended.");

        await world.DeployAsync("order", new { target = "live" });
        Assert.Equal(second["migrate"].Id, (await DetailsAsync("order"))["migrate"].Id);
    }

    [Fact]
    public async Task A_migration_that_fails_leaves_what_runs_as_it_was()
    {
        await world.PushAsync("1");
        await world.PushAsync("once", "EXIT_CODE=0");
        await world.PushAsync("broken", "EXIT_CODE=7");
        await AddAsync("fails", $$"""
            services:
              migrate: {image: "{{world.Image("once")}}"}
              web:
                image: {{world.Image("1")}}
                labels: {portal.health: "http:8080/health", portal.health.interval: 200ms}
                depends_on: {migrate: {condition: service_completed_successfully} }
            """);
        await world.DeployAsync("fails", new { target = "live" });
        var before = (await DetailsAsync("fails"))["web"].Id;

        var ended = await world.DeployAsync("fails", new { target = "live", images = new { migrate = world.Image("broken"), web = world.Image("1") } }, "rolled_back");

        Assert.Equal("container_exited", ended.Reason);
        Assert.Contains("migrate 1 exited with 7", ended.Text);
        Assert.Equal([before], (await world.ContainersAsync("fails")).Where(container => container.Status == ContainerStatus.Running).Select(container => container.Id));
    }

    [Fact]
    public async Task A_sidekick_shares_its_primarys_network_and_is_replaced_with_it()
    {
        await world.PushAsync("1");
        await world.PushAsync("2");
        await AddAsync("side", $$"""
            services:
              web:
                image: {{world.Image("1")}}
                labels: {io.rancher.sidekicks: "watch", portal.health: "http:8080/health", portal.health.interval: 200ms}
                deploy: {replicas: 2}
              watch:
                image: {{world.Image("1")}}
                network_mode: service:web
                environment: {PORT: "9090"}
                labels: {portal.health: "http:9090/health", portal.health.interval: 200ms}
            """);
        await world.DeployAsync("side", new { target = "live" });
        await AssertSharedAsync();
        var before = (await world.ContainersAsync("side")).Select(container => container.Id).ToHashSet();

        await world.DeployAsync("side", new { target = "live", images = world.Web("2") });

        await AssertSharedAsync();
        var after = (await world.ContainersAsync("side")).Select(container => container.Id).ToHashSet();
        Assert.Equal(4, after.Count);
        Assert.Empty(after.Intersect(before));

        await world.DeployAsync("side", new { target = "live", replicas = new { web = 1 } });
        Assert.Equal(2, (await world.ContainersAsync("side")).Count);

        async Task AssertSharedAsync()
        {
            var containers = await Task.WhenAll((await world.ContainersAsync("side")).Select(container => world.Engine.Containers.InspectAsync(container.Id)));
            var webs = containers.Where(container => container.Labels["portal.service"] == "web").ToDictionary(container => container.Labels["portal.replica"], container => container.Id);
            foreach (var watch in containers.Where(container => container.Labels["portal.service"] == "watch"))
            {
                Assert.Equal($"container:{webs[watch.Labels["portal.replica"]]}", watch.Definition.NetworkMode);
            }
        }
    }

    private Task AddAsync(string name, string compose) => world.PostAsync($"tenants/{world.Tenant}/stacks", new { name, compose });

    private async Task<Dictionary<string, ContainerDetails>> DetailsAsync(string stack)
    {
        var containers = await Task.WhenAll((await world.ContainersAsync(stack)).Select(container => world.Engine.Containers.InspectAsync(container.Id)));
        return containers.ToDictionary(container => container.Labels["portal.service"]);
    }
}
