using System.Net;
using Portal.Docker;
using Portal.Lab;
using Portal.Tests.Lab;

namespace Portal.Tests.Images;

/// <summary>One host, several tenants: an engine runs whatever lies on it, so the portal says whose it is.</summary>
[Trait("Category", "Lab")]
public sealed class SharedHostTests(ImageWorld images) : IClassFixture<ImageWorld>
{
    private readonly PortalWorld world = images.World;

    [Fact]
    public async Task An_image_that_lies_on_the_host_for_one_tenant_is_not_run_for_another_that_names_its_digest()
    {
        var image = await PrivateAsync("digest");
        await images.AddStackAsync(images.Stranger, "stolen", $"{image.Name}@{image.Digest}");

        var ended = await images.DeployAsync(images.Stranger, "stolen", new { target = "standby" });

        Assert.Equal("failed", ended.State);
        Assert.Equal("image_unavailable", ended.Reason);
        Assert.Contains("wants a user name and password", ended.Text);
        Assert.Empty(await world.Engine.Containers.ListAsync(new ContainerFilter { All = true, Labels = [$"portal.tenant.name={images.Stranger}", "portal.stack=stolen"] }));
    }

    [Theory]
    [InlineData("never", false)]
    [InlineData("never", true)]
    [InlineData("missing", false)]
    public async Task Nor_for_one_that_says_that_nothing_is_to_be_pulled(string policy, bool byDigest)
    {
        var image = await PrivateAsync($"{policy}{byDigest}".ToLowerInvariant());
        // As whoever runs the host may: now an engine finds it by its tag as well.
        await world.Engine.Images.TagAsync($"{image.Name}@{image.Digest}", ImageReference.Parse(ImageWorld.Tagged(image)));
        var written = byDigest ? $"{image.Name}@{image.Digest}" : ImageWorld.Tagged(image);
        var stack = $"s{image.Tag}{policy}{byDigest}".ToLowerInvariant();
        await images.AddStackAsync(images.Stranger, stack, written, $"pull_policy: {policy}");

        var (status, body) = await world.TryPostAsync($"tenants/{images.Stranger}/stacks/{stack}/deployments", new { target = "standby" });

        Assert.True(status == HttpStatusCode.BadRequest, $"{status} {body}");
        Assert.Contains(policy == "never" ? "on the host for somebody else" : "wants a user name and password", body.ToString());

        await images.AddStackAsync(world.Tenant, stack, written, $"pull_policy: {policy}");
        var own = await images.DeployAsync(world.Tenant, stack, new { target = "standby" });
        Assert.True(own.State == "succeeded", own.ToString());
        await world.Engine.Images.RemoveAsync(ImageWorld.Tagged(image), force: true);
    }

    [Theory]
    [InlineData("never")]
    [InlineData("missing")]
    public async Task An_image_that_was_made_on_the_host_is_everybodys_there(string policy)
    {
        // Named as of a registry that answers at once that it has no such thing.
        var image = images.Guarded.Reference($"{world.Tenant}/made-here-{policy}:1");
        await LabImages.BusyboxAsync(world.Engine, image, "sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1 & wait; done");
        foreach (var tenant in new[] { world.Tenant, images.Stranger })
        {
            await images.AddStackAsync(tenant, $"here-{policy}", image.ToString(), $"pull_policy: {policy}");
            var ended = await images.DeployAsync(tenant, $"here-{policy}", new { target = "standby" });
            Assert.True(ended.State == "succeeded", ended.ToString());
        }
    }

    [Fact]
    public async Task One_that_is_not_on_the_host_any_more_is_said_to_be_missing()
    {
        var image = ImageReference.Parse($"{world.Tenant}/soon-gone:1");
        await LabImages.BusyboxAsync(world.Engine, image, "sh", "-c", "sleep 1000");
        await images.AddStackAsync(world.Tenant, "gone", image.ToString(), "pull_policy: never");
        await GoodAsync();
        var container = (await world.ContainersAsync("gone")).Single();
        await world.Engine.Containers.RemoveAsync(container.Id, force: true);
        await world.Engine.Images.RemoveAsync(image.ToString(), force: true);

        var (status, body) = await world.TryPostAsync($"tenants/{world.Tenant}/stacks/gone/deployments", new { target = "standby", force = true });

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("not on the host", body.ToString());
        // An earlier revision asks no registry: the deployment itself says so, at once.
        var ended = await images.DeployAsync(world.Tenant, "gone", new { target = "live", revision = 1 });
        Assert.Equal("image_unavailable", ended.Reason);

        async Task GoodAsync()
        {
            var ended = await images.DeployAsync(world.Tenant, "gone", new { target = "standby" });
            Assert.True(ended.State == "succeeded", ended.ToString());
        }
    }

    /// <summary>One that only the world's own tenant may have, and that lies on the host because it runs for it.</summary>
    private async Task<ImageReference> PrivateAsync(string name)
    {
        var image = await images.PushAsync($"private-{name}", "1");
        await images.AddStackAsync(world.Tenant, $"p-{name}", ImageWorld.Tagged(image));
        var ended = await images.DeployAsync(world.Tenant, $"p-{name}", new { target = "standby" });
        Assert.True(ended.State == "succeeded", ended.ToString());
        return image;
    }
}
