using Portal.Docker;
using Portal.Tests.Lab;

namespace Portal.Tests.EndToEnd;

[Trait("Category", "Lab"), Collection(PortalWorldCollection.Name)]
public sealed class RedeployTests(PortalWorldCollection.Shared shared)
{
    private readonly PortalWorld world = shared.World;

    [Fact]
    public async Task A_redeploy_loses_no_request_and_runs_the_digest_of_its_revision()
    {
        await world.PushAsync("1");
        var (_, digest) = await world.PushAsync("2");
        await world.AddStackAsync("calm", "1");
        await world.DeployAsync("calm", new { target = "live" });
        await using var load = world.Load("calm");
        await Eventually.SeesAsync("load", () => Task.FromResult(load.Requests), seen => seen > 100);

        await world.DeployAsync("calm", new { target = "live", images = world.Web("2") });

        await Eventually.SeesAsync("version 2 alone", () => Task.FromResult(load.LatestVersion), seen => seen == "2");
        var report = await load.StopAsync();
        Assert.True(report.Failed == 0, world.Explain(report));
        var containers = await world.ContainersAsync("calm");
        Assert.Equal(2, containers.Count);
        foreach (var container in containers)
        {
            var image = await world.Engine.Images.InspectAsync(container.ImageId);
            Assert.Contains(image.RepoDigests, reference => reference.EndsWith(digest, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task What_never_turns_healthy_is_rolled_back_and_the_old_one_serves_all_the_while()
    {
        await world.PushAsync("1");
        await world.PushAsync("sick", "UNHEALTHY=true");
        await world.AddStackAsync("sick", "1", startLimit: "8s");
        await world.DeployAsync("sick", new { target = "live" });
        await using var load = world.Load("sick");

        var ended = await world.DeployAsync("sick", new { target = "live", images = world.Web("sick") }, "rolled_back");

        Assert.Equal("never_healthy", ended.Reason);
        var report = await load.StopAsync();
        Assert.True(report.Failed == 0 && report.Versions is [{ Version: "1" }], world.Explain(report));
        Assert.Equal(2, (await world.ContainersAsync("sick")).Count(container => container.Status == ContainerStatus.Running));
        Assert.Equal(2, (await world.ContainersAsync("sick")).Count);
    }

    [Fact]
    public async Task What_exits_is_rolled_back_with_its_exit_code_and_its_last_words()
    {
        await world.PushAsync("1");
        await world.PushAsync("dead", "EXIT_CODE=3");
        await world.AddStackAsync("dead", "1");
        await world.DeployAsync("dead", new { target = "live" });

        var ended = await world.DeployAsync("dead", new { target = "live", images = world.Web("dead") }, "rolled_back");

        Assert.Equal("container_exited", ended.Reason);
        Assert.Contains("3", ended.Text);
        Assert.True(ended.Log.Any(line => line.Contains("Version dead ends with 3, because EXIT_CODE says so.", StringComparison.Ordinal)), ended.ToString());
        Assert.Equal("1", (await world.AskAsync(world.HostOf("dead"))).Version);
    }

    [Fact]
    public async Task What_its_engine_starts_again_and_again_is_told_by_its_exit_code_too()
    {
        await world.PushAsync("loop", "EXIT_CODE=5");
        await world.PostAsync($"tenants/{world.Tenant}/stacks", new
        {
            name = "loop",
            compose = $$"""
                services:
                  web: {image: "{{world.Image("loop")}}", restart: always, labels: {portal.health: "tcp:8080"} }
                """,
        });

        var ended = await world.DeployAsync("loop", new { target = "live" }, "failed");

        Assert.True(ended.Text!.Contains("exited with 5", StringComparison.Ordinal), ended.ToString());
    }

    [Fact]
    public async Task An_image_that_the_registry_does_not_have_is_refused_by_field_and_nothing_is_queued()
    {
        await world.PushAsync("1");
        await world.AddStackAsync("gone", "1");

        var (status, body) = await world.TryPostAsync($"tenants/{world.Tenant}/stacks/gone/deployments", new { target = "live", images = world.Web("nowhere") });

        Assert.Equal(400, (int)status);
        Assert.Contains("images.web", body.ToString());
        Assert.Equal(0, (await world.GetAsync($"tenants/{world.Tenant}/deployments?stack=gone")).GetArrayLength());
    }

    [Fact]
    public async Task A_first_deployment_that_fails_leaves_nothing_behind()
    {
        await world.PushAsync("stillborn", "EXIT_CODE=1");
        await world.AddStackAsync("stillborn", "stillborn");

        await world.DeployAsync("stillborn", new { target = "live" }, "failed");

        Assert.Empty(await world.ContainersAsync("stillborn"));
    }

    [Fact]
    public async Task A_cancelled_deployment_leaves_live_as_it_was()
    {
        await world.PushAsync("1");
        await world.PushAsync("slow", "START_DELAY_MS=600000");
        await world.AddStackAsync("halt", "1", startLimit: "10m");
        await world.DeployAsync("halt", new { target = "live" });
        var before = (await world.ContainersAsync("halt")).Select(container => container.Id).Order().ToArray();
        var deployment = await world.RequestAsync("halt", new { target = "live", images = world.Web("slow") });
        await Eventually.SeesAsync("a new container", () => world.ContainersAsync("halt"), seen => seen.Count > 2);

        await world.PostAsync($"deployments/{deployment}/cancel", new { });

        var ended = await world.EndedAsync(deployment);
        Assert.True(ended.State == "cancelled", ended.ToString());
        Assert.Equal(before, (await world.ContainersAsync("halt")).Select(container => container.Id).Order());
    }

    [Fact]
    public async Task A_newer_request_supersedes_the_queued_one_and_both_say_so()
    {
        await world.PushAsync("1");
        await world.PushAsync("2");
        await world.PushAsync("3");
        await world.PushAsync("slow", "START_DELAY_MS=600000");
        await world.AddStackAsync("queue", "1", startLimit: "10m");
        await world.DeployAsync("queue", new { target = "live" });
        var running = await world.RequestAsync("queue", new { target = "live", images = world.Web("slow") });
        await Eventually.SeesAsync("a new container", () => world.ContainersAsync("queue"), seen => seen.Count > 2);
        var older = await world.RequestAsync("queue", new { target = "live", images = world.Web("2") });

        var newer = await world.RequestAsync("queue", new { target = "live", images = world.Web("3") });

        var superseded = await world.GetAsync($"deployments/{older}?wait=30");
        Assert.Equal(("superseded", newer), (superseded.GetProperty("state").GetString(), superseded.GetProperty("supersededBy").GetString()));
        await world.PostAsync($"deployments/{running}/cancel", new { });
        Assert.Equal("succeeded", (await world.EndedAsync(newer)).State);
        Assert.Equal("3", (await world.AskAsync(world.HostOf("queue"))).Version);
    }

    [Fact]
    public async Task A_container_removed_by_hand_comes_back()
    {
        await world.PushAsync("1");
        await world.AddStackAsync("heal", "1");
        await world.DeployAsync("heal", new { target = "live" });
        var victim = (await world.ContainersAsync("heal"))[0];

        await world.Engine.Containers.RemoveAsync(victim.Id, force: true);

        await Eventually.SeesAsync("two containers, none of them the one that was removed", () => world.ContainersAsync("heal"),
            seen => seen.Count(container => container.Status == ContainerStatus.Running) == 2 && seen.All(container => container.Id != victim.Id));
        await Eventually.SeesAsync("an answer", () => world.AskAsync(world.HostOf("heal")), seen => seen.Version == "1");
    }

    [Fact]
    public async Task An_earlier_revision_can_be_run_again()
    {
        await world.PushAsync("1");
        await world.PushAsync("2");
        await world.AddStackAsync("again", "1");
        await world.DeployAsync("again", new { target = "live" });
        await world.DeployAsync("again", new { target = "live", images = world.Web("2") });

        await world.DeployAsync("again", new { target = "live", revision = 1 });

        Assert.Equal("1", (await world.AskAsync(world.HostOf("again"))).Version);
    }
}
