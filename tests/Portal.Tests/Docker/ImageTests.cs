using System.Net;
using System.Net.Sockets;
using Portal.Docker;
using Portal.Lab;
using Portal.Tests.Lab;
using static Portal.Tests.Docker.EngineScope;

namespace Portal.Tests.Docker;

[Trait("Category", "Lab")]
public sealed class ImageTests
{
    [Fact]
    public async Task An_imported_image_has_what_it_was_given()
    {
        await using var lab = await OpenAsync();
        var image = ImageReference.Parse($"{lab.Name("made")}:1");
        string[] changes = ["ENTRYPOINT [\"sh\", \"-c\"]", "USER 65534", "EXPOSE 80 53/udp", "LABEL role=test", "ENV A=1", "WORKDIR /tmp"];

        var id = await LabImages.BusyboxAsync(lab.Client, image, ["echo hello"], changes);

        var details = await lab.Client.Images.InspectAsync(image.ToString());
        Assert.Equal(id, details.Id);
        Assert.Equal([image.ToString()], details.RepoTags);
        Assert.Equal(("65534", "/tmp", "linux"), (details.Config.User, details.Config.WorkingDir, details.Os));
        Assert.Equal(["sh", "-c"], details.Config.Entrypoint);
        Assert.Equal(["echo hello"], details.Config.Command);
        Assert.Equal([new ContainerPort(53, "udp"), new ContainerPort(80)], details.Config.ExposedPorts.OrderBy(port => port.Number));
        Assert.Contains("A=1", details.Config.Environment);
        Assert.True(details.Size > 500_000);
        Assert.Contains(await lab.Client.Images.ListAsync(["role=test"]), summary => summary.Id == id);
        Assert.Equal([id], (await lab.Client.Images.RemoveAsync(image.ToString())).Take(1));
        await FailsAsync(EngineErrorKind.NotFound, () => lab.Client.Images.InspectAsync(image.ToString()));
    }

    [Fact]
    public async Task A_pushed_image_is_pulled_by_tag_and_by_the_digest_that_the_push_gave()
    {
        await using var lab = await OpenAsync();
        var (image, digest) = await PushedAsync(lab, await LabFixture.Registry, "one");
        Assert.True(ImageReference.IsDigest(digest));

        Assert.Equal(digest, (await lab.Client.Images.ResolveAsync(image)).Digest);
        foreach (var wanted in new[] { image, image.WithDigest(digest) })
        {
            await RemoveAsync(lab, image);
            var progress = await lab.Client.Images.PullAsync(wanted, cancel: lab.Cancel).ToListAsync();

            Assert.Contains(progress, line => line is { Layer: not null, Current: > 0, Total: > 0 });
            var pulled = await lab.Client.Images.InspectAsync(image.WithDigest(digest).ToString());
            Assert.Contains($"{image.Name}@{digest}", pulled.RepoDigests);
        }
    }

    [Fact]
    public async Task A_digest_gets_its_image_also_after_the_tag_has_moved_on()
    {
        await using var lab = await OpenAsync();
        var (image, digest) = await PushedAsync(lab, await LabFixture.Registry, "moving");
        var old = (await lab.Client.Images.InspectAsync(image.ToString())).Id;
        Assert.NotEqual(digest, await ByAnotherAsync(lab, image));
        await RemoveAsync(lab, image);

        await lab.Client.Images.PullAsync(image.WithDigest(digest), cancel: lab.Cancel).ToListAsync();

        Assert.Equal(old, (await lab.Client.Images.InspectAsync($"{image.Name}@{digest}")).Id);
    }

    [Fact]
    public async Task What_the_registry_does_not_have_is_not_found()
    {
        await using var lab = await OpenAsync();
        var registry = await LabFixture.Registry;
        var (image, _) = await PushedAsync(lab, registry, "some");

        foreach (var missing in new[] { image.WithTag("other"), registry.Reference("no/such:1") })
        {
            await FailsAsync(EngineErrorKind.NotFound, async () => await lab.Client.Images.PullAsync(missing).ToListAsync());
            await FailsAsync(EngineErrorKind.NotFound, () => lab.Client.Images.ResolveAsync(missing));
        }
    }

    [Fact]
    public async Task After_a_failed_pull_no_old_image_runs_when_the_create_names_the_digest()
    {
        await using var lab = await OpenAsync();
        await using var registry = await RegistryLab.StartAsync(
            LabFixture.UndoLog, new RegistryLabOptions { Address = lab.Engine.Gateway.ToString() });
        var (image, _) = await PushedAsync(lab, registry, "web");
        var newer = await ByAnotherAsync(lab, image);
        await registry.KillAsync();

        await Assert.ThrowsAsync<EngineException>(async () => await lab.Client.Images.PullAsync(image.WithDigest(newer)).ToListAsync());

        await lab.Client.Containers.CreateAsync(lab.Name("by-tag"), lab.Spec() with { Image = image.ToString() });
        await FailsAsync(
            EngineErrorKind.NotFound,
            () => lab.Client.Containers.CreateAsync(lab.Name("by-digest"), lab.Spec() with { Image = image.WithDigest(newer).ToString() }));
    }

    [Fact]
    public async Task Only_the_right_credentials_pull_push_and_resolve()
    {
        await using var lab = await OpenAsync();
        await using var registry = await RegistryLab.StartAsync(
            LabFixture.UndoLog, new RegistryLabOptions { Address = lab.Engine.Gateway.ToString(), Account = ("ci", "right horse") });
        var (image, digest) = await PushedAsync(lab, registry, "private");
        await RemoveAsync(lab, image);
        var images = lab.Client.Images;

        foreach (var wrong in new[] { new RegistryCredentials("ci", "wrong horse", registry.Host), null })
        {
            var error = await FailsAsync(EngineErrorKind.Refused, async () => await images.PullAsync(image, wrong).ToListAsync());
            Assert.Equal(401, error.Error.StatusCode);
            Assert.DoesNotContain("wrong horse", error.ToString());
            await FailsAsync(EngineErrorKind.Refused, () => images.ResolveAsync(image, wrong));
        }

        await images.PullAsync(image.WithDigest(digest), registry.Credentials).ToListAsync();
        await images.PullAsync(image, registry.Credentials).ToListAsync();
        Assert.Equal(digest, (await images.ResolveAsync(image, registry.Credentials)).Digest);
        await FailsAsync(
            EngineErrorKind.Refused,
            async () => await images.PushAsync(image, new RegistryCredentials("ci", "wrong horse", registry.Host)).ToListAsync());
    }

    [Fact]
    public async Task A_pull_can_be_given_up_and_the_engine_gives_it_up_too()
    {
        await using var lab = await OpenAsync();
        using var silent = new TcpListener(lab.Engine.Gateway, 0);
        silent.Start();
        var image = ImageReference.Parse($"{silent.LocalEndpoint}/web:1");
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(lab.Cancel);

        var pull = Task.Run(async () => await lab.Client.Images.PullAsync(image, cancel: cancel.Token).ToListAsync());
        using var asked = await silent.AcceptTcpClientAsync(lab.Cancel);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pull);
        var buffer = new byte[4096];
        while (await asked.GetStream().ReadAsync(buffer, lab.Cancel) > 0)
        {
            // The engine's question; the end of the stream is its hanging up.
        }
    }

    [Fact]
    public async Task A_registry_can_be_killed_and_comes_back_with_its_images()
    {
        await using var lab = await OpenAsync();
        await using var registry = await RegistryLab.StartAsync(
            LabFixture.UndoLog, new RegistryLabOptions { Address = lab.Engine.Gateway.ToString() });
        var (image, digest) = await PushedAsync(lab, registry, "kept");
        await registry.KillAsync();
        await Assert.ThrowsAsync<EngineException>(() => lab.Client.Images.ResolveAsync(image));

        await registry.RestartAsync();

        Assert.Equal(digest, (await lab.Client.Images.ResolveAsync(image)).Digest);
    }

    [Fact]
    public async Task A_tag_is_put_on_and_a_used_image_is_not_removed()
    {
        await using var lab = await OpenAsync();
        var image = ImageReference.Parse($"{lab.Name("used")}:1");
        await LabImages.BusyboxAsync(lab.Client, image, "sleep", "1000");
        await lab.Client.Images.TagAsync(image.ToString(), image.WithTag("2"));
        await lab.RunAsync(lab.Spec() with { Image = image.ToString() });

        Assert.Equal(2, (await lab.Client.Images.InspectAsync(image.ToString())).RepoTags.Count);
        Assert.Empty(await lab.Client.Images.RemoveAsync(image.WithTag("2").ToString()));
        await FailsAsync(EngineErrorKind.Conflict, () => lab.Client.Images.RemoveAsync(image.ToString()));
    }

    [Fact]
    public async Task An_image_made_from_a_folder_runs_its_program_with_its_libraries()
    {
        await using var lab = await OpenAsync();
        var image = ImageReference.Parse($"{lab.Name("app")}:1");
        var folder = Directory.CreateTempSubdirectory("portal-app-");
        try
        {
            // Any program of this machine that needs libraries will do.
            File.Copy("/usr/bin/setsid", Path.Combine(folder.FullName, "program"));
            await LabImages.FromFolderAsync(lab.Client, image, folder.FullName, ["/app/program", "--version"]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        var id = await lab.RunAsync(lab.Spec() with { Image = image.ToString() });

        Assert.Equal(0, await lab.Client.Containers.WaitAsync(id, lab.Cancel));
        Assert.Contains("util-linux", (await lab.Client.Containers.LogsAsync(id).FirstAsync()).Text);
    }

    private static async Task<(ImageReference Image, string Digest)> PushedAsync(EngineScope lab, RegistryLab registry, string suffix)
    {
        var image = registry.Reference($"team/{lab.Name(suffix)}:1");
        await LabImages.BusyboxAsync(lab.Client, image, "sh", "-c", $"echo {lab.Name(suffix)}");
        return (image, await LabImages.PushAsync(lab.Client, image, registry.Credentials, lab.Cancel));
    }

    /// <summary>Pushes something newer under the same tag without this engine's own tag moving.</summary>
    private static async Task<string> ByAnotherAsync(EngineScope lab, ImageReference image)
    {
        var old = (await lab.Client.Images.InspectAsync(image.ToString())).Id;
        await LabImages.BusyboxAsync(lab.Client, image, "echo", "newer");
        var newer = await LabImages.PushAsync(lab.Client, image, cancel: lab.Cancel);
        await RemoveAsync(lab, image);
        await lab.Client.Images.TagAsync(old, image);
        return newer;
    }

    private static async Task RemoveAsync(EngineScope lab, ImageReference image)
    {
        var details = await lab.Client.Images.InspectAsync(image.ToString());
        await lab.Client.Images.RemoveAsync(details.Id, force: true);
    }
}
