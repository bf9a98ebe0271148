using Portal.Docker;
using Portal.Lab;
using Portal.Tests.Lab;

namespace Portal.Tests.Docker;

/// <summary>Against Debian's registry.</summary>
[Trait("Category", "Lab")]
public sealed class RegistryClientTests
{
    private const string Password = "correct horse battery";

    [Fact]
    public async Task A_tag_is_resolved_to_the_digest_that_the_engine_would_pull()
    {
        await using var lab = await EngineScope.OpenAsync();
        var image = (await LabFixture.Registry).Reference($"team/{lab.Name("direct")}:1");
        await LabImages.BusyboxAsync(lab.Client, image, "sh");
        var digest = await LabImages.PushAsync(lab.Client, image, cancel: lab.Cancel);
        using var client = new RegistryClient();

        Assert.Equal(digest, await client.ResolveAsync(image, plainHttp: true, cancel: lab.Cancel));
        Assert.Equal(digest, await client.ResolveAsync(image.WithDigest(digest), plainHttp: true, cancel: lab.Cancel));
        Assert.Equal(digest, (await lab.Client.Images.ResolveAsync(image)).Digest);
        Assert.Equal(RegistryErrorKind.NotFound, (await Assert.ThrowsAsync<RegistryException>(() => client.ResolveAsync(image.WithTag("2"), plainHttp: true))).Kind);
    }

    [Fact]
    public async Task An_images_layers_and_what_it_runs_are_told_without_pulling_it()
    {
        await using var lab = await EngineScope.OpenAsync();
        var image = (await LabFixture.Registry).Reference($"team/{lab.Name("looked-at")}:1");
        await LabImages.BusyboxAsync(lab.Client, image, ["sh", "-c", "sleep 1"], ["USER 10001"]);
        var digest = await LabImages.PushAsync(lab.Client, image, cancel: lab.Cancel);
        using var client = new RegistryClient();

        var found = await client.ImageAsync(image.WithDigest(digest), "amd64", plainHttp: true, cancel: lab.Cancel);

        var there = await lab.Client.Images.InspectAsync(image.ToString(), lab.Cancel);
        Assert.Equal(there.Layers, found.Layers.Select(layer => layer.Unpacked));
        Assert.All(found.Layers, layer => Assert.InRange(layer.Size, 1, there.Size));
        Assert.Equal("10001", found.Config.User);
        Assert.Equal(["sh", "-c", "sleep 1"], found.Config.Command);
        Assert.Equal(RegistryErrorKind.NotFound, (await Assert.ThrowsAsync<RegistryException>(() => client.ImageAsync(image.WithDigest($"sha256:{new string('0', 64)}"), "amd64", plainHttp: true))).Kind);
    }

    [Fact]
    public async Task Basic_credentials_let_in_and_wrong_or_missing_ones_do_not()
    {
        await using var lab = await EngineScope.OpenAsync();
        await using var registry = await GuardedAsync(lab.Engine.Gateway.ToString());
        var image = registry.Reference("team/guarded:1");
        await LabImages.BusyboxAsync(lab.Client, image, "sh");
        var digest = await LabImages.PushAsync(lab.Client, image, registry.Credentials, lab.Cancel);
        using var client = new RegistryClient();

        Assert.Equal(digest, await client.ResolveAsync(image, registry.Credentials, plainHttp: true));
        await client.PingAsync(registry.Host, registry.Credentials, plainHttp: true);
        foreach (var credentials in new[] { null, registry.Credentials! with { Password = "wrong horse" } })
        {
            // After one that was let in, so that its connection and its right are there to be taken by mistake.
            var error = await Assert.ThrowsAsync<RegistryException>(() => client.ResolveAsync(image, credentials, plainHttp: true));
            Assert.Equal(RegistryErrorKind.Unauthorised, error.Kind);
            Assert.DoesNotContain("horse", error.ToString());
            Assert.Equal(RegistryErrorKind.Unauthorised, (await Assert.ThrowsAsync<RegistryException>(() => client.PingAsync(registry.Host, credentials, plainHttp: true))).Kind);
        }
    }

    [Fact]
    public async Task An_engine_tries_credentials_where_the_portal_cannot()
    {
        await using var lab = await EngineScope.OpenAsync();
        await using var registry = await GuardedAsync(lab.Engine.Gateway.ToString());

        await lab.Client.System.SignInAsync(registry.Credentials!, lab.Cancel);

        var error = await EngineScope.FailsAsync(EngineErrorKind.Refused, () => lab.Client.System.SignInAsync(registry.Credentials! with { Password = "wrong horse" }));
        Assert.Equal(401, error.Error.StatusCode);
        Assert.DoesNotContain("wrong horse", error.ToString());
    }

    [Fact]
    public async Task Without_leave_nothing_goes_over_a_plain_connection()
    {
        await using var registry = await GuardedAsync("127.0.0.1");
        using var client = new RegistryClient();

        var error = await Assert.ThrowsAsync<RegistryException>(() => client.PingAsync(registry.Host, registry.Credentials));

        Assert.Equal(RegistryErrorKind.Untrusted, error.Kind);
    }

    [Fact]
    public async Task One_that_is_away_is_told_from_one_that_refuses_and_is_found_when_it_is_back()
    {
        await using var registry = await GuardedAsync("127.0.0.1");
        using var client = new RegistryClient(new RegistryClientOptions { FirstDelay = TimeSpan.FromMilliseconds(1) });
        await registry.KillAsync();
        var error = await Assert.ThrowsAsync<RegistryException>(() => client.PingAsync(registry.Host, registry.Credentials, plainHttp: true));
        Assert.Equal(RegistryErrorKind.Unreachable, error.Kind);
        Assert.Contains("refused", error.Message);

        await registry.RestartAsync();

        await client.PingAsync(registry.Host, registry.Credentials, plainHttp: true);
    }

    private static Task<RegistryLab> GuardedAsync(string address) =>
        RegistryLab.StartAsync(LabFixture.UndoLog, new RegistryLabOptions { Address = address, Account = ("ci", Password) });
}
