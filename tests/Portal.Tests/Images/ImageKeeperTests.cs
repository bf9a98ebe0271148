using Portal.Docker;
using Portal.Tests.Lab;

namespace Portal.Tests.Images;

/// <summary>Images that nothing needs go; and a revision is offered only where it could run again.</summary>
[Trait("Category", "Lab")]
public sealed class ImageKeeperTests(ImageWorld images) : IClassFixture<ImageWorld>
{
    private readonly PortalWorld world = images.World;

    [Fact]
    public async Task What_nothing_needs_any_more_is_removed_and_what_either_side_needs_stays()
    {
        var (one, two, three, byHand) = (await images.PushAsync("keep", "1"), await images.PushAsync("keep", "2"), await images.PushAsync("keep", "3"), await images.PushAsync("keep", "hand"));
        // Somebody else's: on the host before any tenant asked for it.
        await world.Engine.Images.PullAsync(byHand.WithDigest(byHand.Digest!), images.Guarded.Credentials).ToListAsync();
        await images.AddStackAsync(world.Tenant, "keep", ImageWorld.Tagged(one));
        await GoodAsync("keep", new { target = "both" });
        await GoodAsync("keep", new { target = "both", images = Just(byHand) });
        await GoodAsync("keep", new { target = "both", images = Just(two) });
        await GoodAsync("keep", new { target = "standby", images = Just(three) });

        await Eventually.EqualsAsync(false, () => images.IsThereAsync(one));

        // The newest is kept for itself, the one before because live runs it; and after a switch so that the way back is open.
        await world.Engine.Containers.RemoveAsync((await world.ContainersAsync("keep", await world.LiveAsync())).Single().Id, force: true);
        await Eventually.SeesAsync("the healed replica", async () => (await world.ContainersAsync("keep", await world.LiveAsync())).Count(container => container.Status == ContainerStatus.Running), count => count == 1);
        Assert.True(await images.IsThereAsync(two) && await images.IsThereAsync(three) && await images.IsThereAsync(byHand), "An image that is needed, or not the portal's, was removed.");
        Assert.Contains(one.Digest!, (await world.GetAsync("audit?action=image.removed")).ToString());
        Assert.DoesNotContain(byHand.Digest!, (await world.GetAsync("audit?action=image.removed")).ToString());
    }

    [Fact]
    public async Task What_a_container_of_somebody_elses_uses_stays()
    {
        var (one, two) = (await images.PushAsync("used", "1"), await images.PushAsync("used", "2"));
        await images.AddStackAsync(world.Tenant, "used", ImageWorld.Tagged(one));
        await GoodAsync("used", new { target = "standby" });
        var container = await world.Engine.Containers.CreateAsync($"{world.Tenant}-somebody", new ContainerSpec { Image = $"{one.Name}@{one.Digest}" });
        try
        {
            await GoodAsync("used", new { target = "standby", images = Just(two) });
            await Eventually.SeesAsync("the keeper's refusal", () => Task.FromResult(world.Portal.Process.Output.Any(line => line.Contains($"{one.Digest}", StringComparison.Ordinal) && line.Contains("stays on", StringComparison.Ordinal))), seen => seen);
            Assert.True(await images.IsThereAsync(one), "An image that a container uses was removed.");
        }
        finally
        {
            await world.Engine.Containers.RemoveAsync(container, force: true);
        }
    }

    [Fact]
    public async Task A_revision_is_offered_only_where_its_images_and_secrets_were_found_and_says_why_not()
    {
        var (one, two) = (await images.PushAsync("offer", "1"), await images.PushAsync("offer", "2"));
        await world.PutAsync($"tenants/{world.Tenant}/secrets/offered", new { value = "first" });
        await world.PostAsync($"tenants/{world.Tenant}/stacks", new
        {
            name = "offer",
            compose = $"services:\n  main:\n    image: {ImageWorld.Tagged(one)}\n    stop_grace_period: 1s\n    secrets: [offered]\nsecrets: {{offered: {{external: true}}}}\n",
        });
        await GoodAsync("offer", new { target = "both" });
        await GoodAsync("offer", new { target = "both", images = Just(two) });
        await Eventually.EqualsAsync(false, () => images.IsThereAsync(one));

        // Gone from the host, and still at its registry by its digest.
        Assert.True((await images.RevisionAsync("offer", 1)).GetProperty("available").GetBoolean());

        await DeleteAsync(one);
        var gone = await images.RevisionAsync("offer", 1);
        Assert.False(gone.GetProperty("available").GetBoolean(), gone.ToString());
        Assert.Contains(ImageWorld.Tagged(one), gone.GetProperty("problem").GetString());
        Assert.True((await images.RevisionAsync("offer", 2)).GetProperty("available").GetBoolean());

        await images.SqlAsync("delete from secret_versions where version = 1 and secret_id = (select id from secrets where name = 'offered')");
        var noSecret = await images.RevisionAsync("offer", 2);
        Assert.Contains("secret offered", noSecret.GetProperty("problem").GetString());
    }

    /// <summary>From the registry, as its owner would.</summary>
    private async Task DeleteAsync(ImageReference image)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"ci:{ImageWorld.Password}")));
        using var answer = await http.DeleteAsync(new Uri(images.Guarded.Address, $"/v2/{image.Repository}/manifests/{image.Digest}"));
        answer.EnsureSuccessStatusCode();
    }

    private async Task GoodAsync(string stack, object request)
    {
        var ended = await images.DeployAsync(world.Tenant, stack, request);
        Assert.True(ended.State == "succeeded", ended.ToString());
    }

    private static Dictionary<string, string> Just(ImageReference image) => new() { ["main"] = ImageWorld.Tagged(image) };
}
