using System.Net;
using Portal.Docker;
using Portal.Tests.Lab;

namespace Portal.Tests.Survive;

/// <summary>Containers and registries that fail by themselves.</summary>
[Trait("Category", "Lab"), Collection(PortalWorldCollection.Name)]
public sealed class CrashLoopTests(PortalWorldCollection.Shared shared)
{
    private readonly PortalWorld world = shared.World;

    [Theory]
    // Ends before it ever answered.
    [InlineData("early", "echo 'no configuration found'; sleep 1; exit 3")]
    // Answers for a while, again and again; the stack asks to watch it for longer than that.
    [InlineData("late", "httpd -p 8080 -h /tmp; sleep 1; echo 'no configuration found'; exit 3")]
    public async Task What_its_engine_starts_again_and_again_never_succeeds_and_the_old_one_serves(string name, string script)
    {
        var stack = $"crash{name}";
        await world.PushAsync("1");
        await world.PushScriptAsync(stack, script);
        await world.PostAsync($"tenants/{world.Tenant}/stacks", new
        {
            name = stack,
            compose = $$"""
                services:
                  web:
                    image: {{world.Image("1")}}
                    restart: always
                    deploy: {update_config: {monitor: 3s} }
                    expose: ["8080"]
                    labels:
                      portal.route.host: {{world.HostOf(stack)}}
                      portal.route.port: "8080"
                      portal.health: "tcp:8080"
                      portal.health.interval: 200ms
                """,
        });
        await world.DeployAsync(stack, new { target = "live" });
        var before = Assert.Single(await world.ContainersAsync(stack)).Id;
        await using var load = world.Load(stack);

        var ended = await world.DeployAsync(stack, new { target = "live", images = world.Web(stack) }, "rolled_back");

        Assert.True(ended.Reason == "container_exited" && ended.Text!.Contains("exited with 3", StringComparison.Ordinal), ended.ToString());
        Assert.True(ended.Log.Any(line => line.Contains("| no configuration found", StringComparison.Ordinal)), ended.ToString());
        var report = await load.StopAsync();
        Assert.True(report is { Failed: 0, Versions: [{ Version: "1" }] }, world.Explain(report));
        Assert.Equal([before], (await world.ContainersAsync(stack)).Select(container => container.Id));
        Assert.Equal((HttpStatusCode.OK, "1"), await world.AskAsync(world.HostOf(stack)));
    }
}
