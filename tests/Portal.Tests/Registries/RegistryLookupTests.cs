using System.Net;
using Portal.Docker;
using Portal.Lab;
using Portal.Registries.Lookup;
using Portal.Tests.Docker;
using Portal.Tests.Lab;

namespace Portal.Tests.Registries;

public sealed class RegistryLookupTests : IDisposable
{
    private static readonly string Digest = $"sha256:{new string('b', 64)}";

    private readonly RegistryClient registries = new(new RegistryClientOptions { FirstDelay = TimeSpan.FromMilliseconds(1) });
    private readonly RegistryLookup lookup;

    public RegistryLookupTests() => lookup = new RegistryLookup(registries, new EngineRegistryBook(TimeProvider.System), TimeProvider.System);

    [Fact]
    [Trait("Category", "Lab")]
    public async Task Many_who_ask_for_one_tag_at_once_all_get_its_digest_and_what_is_pushed_next_is_seen_at_once()
    {
        await using var lab = await EngineScope.OpenAsync();
        var image = (await LabFixture.Registry).Reference($"team/{lab.Name("lookup")}:1");
        var question = new ImageQuestion(lab.Client, image, null);
        foreach (var version in new[] { "1", "2" })
        {
            await LabImages.BusyboxAsync(lab.Client, image, "echo", version);
            var digest = await LabImages.PushAsync(lab.Client, image, cancel: lab.Cancel);

            Assert.All(await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => lookup.DigestAsync(question, lab.Cancel))), found => Assert.Equal(digest, found));
        }
    }

    [Fact]
    [Trait("Category", "Lab")]
    public async Task The_engine_says_which_hosts_are_plain()
    {
        await using var lab = await EngineScope.OpenAsync();
        var told = (await lab.Client.System.InfoAsync(lab.Cancel)).Registries;

        Assert.True(told.IsPlain((await LabFixture.Registry).Host));
        Assert.True(told.IsPlain("127.0.0.1:5000"));
        Assert.False(told.IsPlain("registry.example"));
        Assert.False(told.IsPlain(ImageReference.DockerHub));
        Assert.False(told.HubMirrored);
    }

    [Fact]
    public async Task The_registry_is_asked_itself_where_it_can_be_reached()
    {
        if (Outside() is not { } address)
        {
            // A machine with a loopback alone: the Lab's test of the same says it.
            return;
        }

        await using var registry = await FakeRegistry.StartAsync((http, _) => FakeRegistry.Digest(http, Digest), address);
        await using var engine = Engine(plain: registry.Host, distribution: ScriptedEngine.Answer(500, """{"message":"not to be asked"}"""));
        using var client = new EngineClient(engine.Endpoint);

        Assert.Equal(Digest, await lookup.DigestAsync(new ImageQuestion(client, ImageReference.Parse($"{registry.Host}/web:1"), null), default));
    }

    [Fact]
    public async Task A_registry_of_the_portals_own_machine_is_not_taken_for_the_engines()
    {
        await using var mine = await FakeRegistry.StartAsync((http, _) => FakeRegistry.Digest(http, $"sha256:{new string('c', 64)}"));
        await using var engine = Engine(plain: mine.Host, distribution: ScriptedEngine.Answer(200, $$$"""{"Descriptor":{"digest":"{{{Digest}}}"}}"""));
        using var client = new EngineClient(engine.Endpoint);

        Assert.Equal(Digest, await lookup.DigestAsync(new ImageQuestion(client, ImageReference.Parse($"{mine.Host}/web:1"), null), default));
        Assert.Empty(mine.Asked);
    }

    [Theory]
    [InlineData("nowhere.invalid/web:1")]
    [InlineData("localhost:1/web:1")]
    [InlineData("web:1")]
    public async Task What_only_the_engine_can_know_is_asked_through_it(string image)
    {
        await using var engine = Engine(plain: "", distribution: ScriptedEngine.Answer(200, $$$"""{"Descriptor":{"digest":"{{{Digest}}}"}}"""), mirrors: "http://mirror.invalid/");
        using var client = new EngineClient(engine.Endpoint);
        var question = new ImageQuestion(client, ImageReference.Parse(image), null);

        Assert.Equal(Digest, await lookup.DigestAsync(question, default));
        Assert.Equal(Digest, await lookup.DigestAsync(question, default));
    }

    [Fact]
    public async Task Where_neither_reaches_the_registry_the_plain_reason_is_told()
    {
        await using var engine = Engine(plain: "", distribution: ScriptedEngine.Answer(500, """{"message":"Get https://nowhere.invalid/v2/: dial tcp: lookup: i/o timeout"}"""));
        using var client = new EngineClient(engine.Endpoint);

        var error = await Assert.ThrowsAsync<RegistryException>(() => lookup.DigestAsync(new ImageQuestion(client, ImageReference.Parse("nowhere.invalid/web:1"), null), default));

        Assert.Equal(RegistryErrorKind.Unreachable, error.Kind);
    }

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("LOCALHOST:5000", true)]
    [InlineData("127.3.2.1:5000", true)]
    [InlineData("[::1]:5000", true)]
    [InlineData("169.254.169.254", true)]
    [InlineData("[::ffff:127.0.0.1]:5000", true)]
    [InlineData("0.0.0.0:5000", true)]
    [InlineData("10.0.0.1:5000", false)]
    [InlineData("registry.example", false)]
    public void An_address_that_means_another_machine_there_is_known(string host, bool local) => Assert.Equal(local, RegistryLookup.IsLocal(host));

    public void Dispose() => registries.Dispose();

    private static ScriptedEngine Engine(string plain, string distribution, string? mirrors = null) => new(request => request.Contains("/info", StringComparison.Ordinal)
        ? ScriptedEngine.Answer(200, $$$"""{"RegistryConfig":{"Mirrors":[{{{(mirrors is null ? "" : $"\"{mirrors}\"")}}}],"IndexConfigs":{"{{{plain}}}":{"Secure":false} } } }""")
        : distribution);

    private static IPAddress? Outside() => System.Net.NetworkInformation.NetworkInterface.GetAllNetworkInterfaces()
        .SelectMany(network => network.GetIPProperties().UnicastAddresses)
        .Select(unicast => unicast.Address)
        .FirstOrDefault(address => address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork && !RegistryLookup.IsLocal(address.ToString()));
}
