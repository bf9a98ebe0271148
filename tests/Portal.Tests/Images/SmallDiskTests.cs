using System.Security.Cryptography;
using Portal.Docker;
using Portal.Lab;
using Portal.Tests.Lab;

namespace Portal.Tests.Images;

/// <summary>An engine whose data lie on a disk of 48 MiB.</summary>
[Trait("Category", "Lab")]
public sealed class SmallDiskTests(ImageWorld images) : IClassFixture<ImageWorld>
{
    [Fact]
    public async Task What_does_not_fit_is_refused_with_numbers_before_it_is_fetched_and_layers_that_are_there_cost_nothing()
    {
        var world = images.World;
        var disk = Path.Combine(Path.GetTempPath(), $"portal-lab-small-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(5))}");
        var undo = new[] { LabFixture.UndoLog.AddFolder(disk), LabFixture.UndoLog.Add($"umount -l -- {UndoLog.Quote(disk)}") };
        Directory.CreateDirectory(disk);
        await Shell.RunAsync("mount", ["-t", "tmpfs", "-o", "size=48m", "tmpfs", disk]);
        await using (var engine = await EngineLab.StartAsync(LabFixture.UndoLog, "small", new EngineLabOptions { Network = await LabFixture.Network, DataRoot = Path.Combine(disk, "engine") }))
        {
            await world.PostAsync("hosts", new { name = "small", endpoint = $"unix://{engine.Socket}", publishAddress = engine.Address.ToString() });
            var tenant = $"{world.Tenant}d";
            await world.PostAsync("tenants", new { slug = tenant, name = "Small", blue = "small", green = "small" });
            await world.PostAsync($"tenants/{tenant}/registries", new { host = images.Guarded.Host, userName = "ci", password = ImageWorld.Password });
            var fits = await images.PushAsync("fits", "1", files: Noise(9));
            var tooLarge = await images.PushAsync("too-large", "1", files: Noise(30));
            await images.AddStackAsync(tenant, "small", ImageWorld.Tagged(fits));

            var first = await images.DeployAsync(tenant, "small", new { target = "standby" });
            Assert.True(first.State == "succeeded", first.ToString());

            var refused = await images.DeployAsync(tenant, "small", new { target = "standby", images = new { main = ImageWorld.Tagged(tooLarge) } });
            Assert.Equal("rolled_back", refused.State);
            Assert.Equal("image_unavailable", refused.Reason);
            Assert.Matches(@"does not fit on the host: it needs at least \d+\.\d MiB .* of the \d+\.\d MiB that are free", refused.Text);
            // Nothing was begun: not one line of a pull.
            Assert.DoesNotContain(refused.Log, line => line.StartsWith("step_progress", StringComparison.Ordinal));

            // The same layers under another name need nothing, although there is no room for them twice.
            var again = await images.DeployAsync(tenant, "small", new { target = "live", images = new { main = await AgainAsync(fits) } });
            Assert.True(again.State == "succeeded", again.ToString());
            foreach (var container in await engine.Client.Containers.ListAsync(new ContainerFilter { All = true }))
            {
                await engine.Client.Containers.RemoveAsync(container.Id, force: true);
            }
        }

        foreach (var entry in undo.Reverse())
        {
            await entry.RunAsync();
        }
    }

    private async Task<string> AgainAsync(ImageReference image)
    {
        var engine = images.World.Engine;
        var again = images.Guarded.Reference($"{images.World.Tenant}/fits-again:1");
        await engine.Images.PullAsync(image, images.Guarded.Credentials).ToListAsync();
        await engine.Images.TagAsync($"{image.Name}@{image.Digest}", again);
        Assert.Equal(image.Digest, await LabImages.PushAsync(engine, again, images.Guarded.Credentials));
        return again.ToString();
    }

    /// <summary>So many MiB that do not pack.</summary>
    private static Dictionary<string, string> Noise(int mebibytes) => new() { ["noise"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(mebibytes * 1024 * 1024)) };
}
