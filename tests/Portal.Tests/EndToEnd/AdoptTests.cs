using System.Net;
using System.Text.Json;
using Portal.Docker;
using Portal.Tests.Lab;

namespace Portal.Tests.EndToEnd;

/// <summary>What somebody else started on a host is listed, read back, and becomes a tenant's stack; it itself runs on untouched.</summary>
[Trait("Category", "Lab"), Collection(PortalWorldCollection.Name)]
public sealed class AdoptTests(PortalWorldCollection.Shared shared)
{
    private readonly PortalWorld world = shared.World;

    [Fact]
    public async Task A_project_of_docker_compose_is_adopted_and_deploys_as_it_ran()
    {
        var project = world.Tenant + "shop";
        var image = (await world.PushAsync("1")).Reference;
        await foreach (var _ in world.Engine.Images.PullAsync(ImageReference.Parse(image)))
        {
        }

        var volume = $"{project}_data";
        await world.Engine.Volumes.CreateAsync(volume);
        List<string> made = [];
        try
        {
            foreach (var number in new[] { 1, 2 })
            {
                made.Add(await world.Engine.Containers.CreateAsync($"{project}_web_{number}", new ContainerSpec
                {
                    Image = image,
                    Labels = new Dictionary<string, string> { ["com.docker.compose.project"] = project, ["com.docker.compose.service"] = "web", ["kept"] = "yes, $5" },
                    Environment = new Dictionary<string, string?> { ["LEVEL"] = "cost $5", ["DB_PASSWORD"] = "hunter-2-hunter", ["NUMBER"] = "0755" },
                    Mounts = [new MountSpec(MountKind.Volume, volume, "/data")],
                    PortBindings = [new PortBinding(new ContainerPort(8080))],
                    RestartPolicy = new RestartPolicy(RestartKind.UnlessStopped),
                    Memory = 128 << 20,
                    CapDrop = ["NET_RAW"],
                    StopTimeout = TimeSpan.FromSeconds(3),
                }));
                await world.Engine.Containers.StartAsync(made[^1]);
            }

            var host = (await world.GetAsync("hosts")).EnumerateArray().Single(one => one.GetProperty("name").GetString() == "lab").GetProperty("id").GetString();
            var found = (await world.GetAsync($"hosts/{host}/stacks")).EnumerateArray().Single(stack => stack.GetProperty("name").GetString() == project);
            Assert.Equal("compose", found.GetProperty("origin").GetString());
            Assert.Equal(2, found.GetProperty("services")[0].GetProperty("running").GetInt32());

            var read = await world.GetAsync($"hosts/{host}/stacks/{project}");
            Assert.DoesNotContain("hunter-2", read.ToString(), StringComparison.Ordinal);
            await world.PostAsync($"hosts/{host}/stacks/{project}/adopt", new { tenant = world.Tenant, name = "adopted" });
            await world.DeployAsync("adopted", new { target = "standby" });

            var (before, after) = (await world.Engine.Containers.InspectAsync(made[0]), await ReplicaAsync("adopted"));
            Assert.Equal(2, (await world.ContainersAsync("adopted")).Count);
            foreach (var name in new[] { "LEVEL", "DB_PASSWORD", "NUMBER" })
            {
                Assert.Equal(before.Environment[name], after.Environment[name]);
            }

            Assert.Equal(before.ImageId, after.ImageId);
            Assert.Equal(before.Arguments, after.Arguments);
            Assert.Equal("yes, $5", after.Labels["kept"]);
            Assert.Equal((before.Definition.Memory, before.Definition.StopTimeout), (after.Definition.Memory, after.Definition.StopTimeout));
            Assert.Equal(RestartKind.UnlessStopped, after.Definition.RestartPolicy!.Kind);
            Assert.Equal(["NET_RAW"], after.Definition.CapDrop);
            Assert.Equal("/data", Assert.Single(after.Mounts).Target);
            // What the portal made is not from elsewhere, and what is still is.
            var still = (await world.GetAsync($"hosts/{host}/stacks")).EnumerateArray().Select(stack => stack.GetProperty("name").GetString()).ToList();
            Assert.Contains(project, still);
            Assert.DoesNotContain(after.Name, still);
            // The other one runs on, on its own volume.
            Assert.True(before.State.Running);
            Assert.NotEqual(volume, after.Mounts[0].Name);
        }
        finally
        {
            foreach (var id in made)
            {
                await world.Engine.Containers.RemoveAsync(id, force: true);
            }

            await world.Engine.Volumes.RemoveAsync(volume);
        }
    }

    [Fact]
    public async Task What_is_not_there_and_who_may_not_look_get_nothing()
    {
        var host = (await world.GetAsync("hosts")).EnumerateArray().Single(one => one.GetProperty("name").GetString() == "lab").GetProperty("id").GetString();
        Assert.Equal(HttpStatusCode.NotFound, await world.StatusAsync($"hosts/{host}/stacks/nothing-of-this-name"));
        Assert.Equal(HttpStatusCode.NotFound, await world.StatusAsync($"hosts/{Guid.NewGuid()}/stacks"));
        Assert.Equal(HttpStatusCode.NotFound, (await world.TryPostAsync($"hosts/{host}/stacks/nothing-of-this-name/adopt", new { tenant = world.Tenant })).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await world.TryPostAsync($"hosts/{host}/stacks/nothing/adopt", new { tenant = "nobody" })).Status);
    }

    private async Task<ContainerDetails> ReplicaAsync(string stack) => await world.Engine.Containers.InspectAsync((await world.ContainersAsync(stack))[0].Id);
}
