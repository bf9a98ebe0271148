using System.Security.Cryptography;
using Portal.Docker;
using Portal.Lab;
using Portal.Tests.Lab;

namespace Portal.Tests.Survive;

/// <summary>The disk that an engine keeps its data on is full. A small file system in memory stands for it.</summary>
[Trait("Category", "Lab")]
public sealed class DiskFullTests
{
    private const string Stack = "shop";

    [Fact]
    public async Task A_full_disk_rolls_back_and_says_so_the_old_one_serves_and_afterwards_all_goes_on()
    {
        var folder = Path.Combine(Path.GetTempPath(), $"portal-lab-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(5))}");
        var data = Path.Combine(folder, "data");
        LabFixture.UndoLog.AddFolder(folder);
        Directory.CreateDirectory(data);
        await Shell.RunAsync("mount", ["-t", "tmpfs", "-o", "size=240m,mode=711", "portal-lab", data]);
        await using var engine = await EngineLab.StartAsync(LabFixture.UndoLog, "small", new EngineLabOptions { Network = await LabFixture.Network, DataRoot = folder });
        await using var world = await PortalWorld.StartOnAsync(engine, database: null);
        await world.PushAsync("1");
        // With a layer of its own, which has to be fetched.
        var samples = await LabFixture.Samples;
        await samples.BuildAsync($"{world.Tenant}/web", "2");
        await world.AddStackAsync(Stack, "1");
        await world.DeployAsync(Stack, new { target = "live" });
        var before = (await world.ContainersAsync(Stack)).Select(container => container.Id).Order().ToList();
        await using var load = world.Load(Stack);
        await Eventually.SeesAsync("load", () => Task.FromResult(load.Requests), seen => seen > 50);
        var ballast = Path.Combine(data, "ballast");
        await FillAsync(ballast);

        // What has to be fetched is not begun, and what is there already cannot be made a container of.
        var unfetched = await world.DeployAsync(Stack, new { target = "live", images = world.Web("2") }, "rolled_back");
        Assert.True(unfetched.Text!.Contains("does not fit on the host", StringComparison.Ordinal), unfetched.ToString());
        var unmade = await world.DeployAsync(Stack, new { target = "live", images = world.Web("1"), force = true }, "rolled_back");
        Assert.True(unmade.Text!.Contains("no space left", StringComparison.Ordinal), unmade.ToString());

        Assert.Equal(before, (await world.ContainersAsync(Stack)).Select(container => container.Id).Order());
        Assert.True(load.Failed == 0, $"{load.Failed} requests were lost");

        File.Delete(ballast);
        await world.DeployAsync(Stack, new { target = "live", images = world.Web("2") });
        var report = await load.StopAsync();
        Assert.True(report.Failed == 0, world.Explain(report));
        Assert.Equal("2", (await world.AskAsync(world.HostOf(Stack))).Version);
    }

    /// <summary>To the last byte, and shown to be.</summary>
    private static async Task FillAsync(string file)
    {
        var (code, _, said) = await Shell.TryAsync("dd", ["if=/dev/zero", $"of={file}", "bs=64k"]);
        Assert.True(code != 0 && said.Contains("No space left", StringComparison.Ordinal), said);
    }
}
