using System.Collections.Immutable;
using System.Net;
using Portal.HAProxy;

namespace Portal.Tests.HAProxy;

public sealed class RenderingTests
{
    private static readonly GatewayListen Listen = GatewayListen.In("/tmp/nowhere", new IPEndPoint(IPAddress.Loopback, 8000));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [Trait("Category", "Lab")]
    public async Task Any_allowed_model_gives_a_configuration_that_HAProxy_accepts(int seed)
    {
        var directory = Directory.CreateTempSubdirectory("gw").FullName;
        try
        {
            var process = new HAProxyProcess(directory);
            await process.CheckAsync(ConfigRenderer.Render(RandomModel(seed)));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public void The_order_of_a_models_parts_does_not_show_in_its_files(int seed)
    {
        var model = RandomModel(seed);
        var shuffled = model with { Routes = [.. model.Routes.Reverse()] };

        Assert.Equal(ConfigRenderer.Render(model), ConfigRenderer.Render(shuffled));
    }

    [Fact]
    public void The_fingerprint_tells_what_needs_a_reload_and_nothing_else()
    {
        var route = Route();
        var model = Model(route);
        var fingerprint = ConfigRenderer.Render(model).Fingerprint;

        Assert.Equal(fingerprint, ConfigRenderer.Render(model with { LiveSides = model.LiveSides.SetItem("acme", Sides.Green) }).Fingerprint);
        Assert.Equal(fingerprint, ConfigRenderer.Render(Model(route with { Host = "other.example" })).Fingerprint);
        Assert.Equal(fingerprint, ConfigRenderer.Render(Model(new RouteModel(route.Host, "/", route.Key, [], []))).Fingerprint);
        Assert.NotEqual(fingerprint, ConfigRenderer.Render(Model(route, route with { Host = "b.example", Key = "acme:b.80" })).Fingerprint);
        Assert.NotEqual(fingerprint, ConfigRenderer.Render(model with { Listen = Listen with { MaxConnections = 100 } }).Fingerprint);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    public void Servers_keep_their_slots_while_others_come_and_go(int seed)
    {
        var random = new Random(seed);
        var layout = SlotLayout.Empty;
        for (var step = 0; step < 200; step++)
        {
            var servers = Enumerable.Range(1, 20).Where(_ => random.Next(3) == 0).Select(i => new ServerModel($"10.0.0.{i}", 80)).ToImmutableArray();
            var next = SlotLayout.Assign(Model(new RouteModel("a.example", "/", "acme:a.80", servers, [])), layout);
            var (before, after) = (layout.Backends.GetValueOrDefault("acme:a.80:blue", []), next.Backends["acme:a.80:blue"]);

            Assert.Equal(servers.OrderBy(server => server.Address), after.OfType<ServerModel>().OrderBy(server => server.Address));
            Assert.True(after.Length >= before.Length);
            for (var i = 0; i < before.Length; i++)
                Assert.True(before[i] is null || after[i] == before[i] || !servers.Contains(before[i]!), $"seed {seed}, step {step}: slot {i} moved");
            layout = next;
        }
    }

    [Theory]
    [InlineData("acme")]
    [InlineData("acme:")]
    [InlineData(":web")]
    [InlineData("Acme:web")]
    [InlineData("acme:web/1")]
    [InlineData("acme:web x")]
    [InlineData("acme:web\n")]
    [InlineData("acme:web;")]
    [InlineData("acme:w'eb")]
    [InlineData("acme:%[src]")]
    public void A_key_that_HAProxy_could_misread_is_refused(string key) => Refused(Route() with { Key = key });

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("A.example")]
    [InlineData("a.example\n")]
    [InlineData("a.example:80")]
    [InlineData("a/b")]
    [InlineData("-a.example")]
    [InlineData("standby--a.example")]
    [InlineData("*.example")]
    public void A_host_that_HAProxy_could_misread_is_refused(string host) => Refused(Route() with { Host = host });

    [Theory]
    [InlineData("")]
    [InlineData("api")]
    [InlineData("/a b")]
    [InlineData("/a\n")]
    [InlineData("/#")]
    [InlineData("/a\\b")]
    public void A_path_that_HAProxy_could_misread_is_refused(string path) => Refused(Route() with { Path = path });

    [Theory]
    [InlineData("name.example", 80)]
    [InlineData("10.0.0.1 disabled", 80)]
    [InlineData("10.1", 80)]
    [InlineData("10.0.0.1", 0)]
    [InlineData("10.0.0.1", 65536)]
    public void A_server_that_is_no_address_and_port_is_refused(string address, int port) =>
        Refused(new RouteModel("a.example", "/", "acme:a.80", [new(address, port)], []));

    [Fact]
    public void Contradictions_are_refused()
    {
        var route = Route();
        Refused(route, route with { Key = "acme:other.80" });
        Refused(route, route with { Key = "acme:other.80", Path = "//" });
        Refused(route, new RouteModel("b.example", "/", route.Key, [], []));
        Refused(new RouteModel("a.example", "/", "acme:a.80", [new("10.0.0.1", 80), new("10.0.0.1", 80, ServerState.Drain)], []));
        Refused(route with { Servers = route.Servers.Add("red", []) });
        Assert.Throws<ArgumentException>(() => ConfigRenderer.Render(Model(route) with { LiveSides = ImmutableSortedDictionary<string, string>.Empty }));
        Assert.Throws<ArgumentException>(() => ConfigRenderer.Render(Model(route) with { Listen = Listen with { AdminSocket = "/tmp/a b.sock" } }));
    }

    private static void Refused(params ImmutableArray<RouteModel> routes)
    {
        var live = ImmutableSortedDictionary<string, string>.Empty.Add("acme", Sides.Blue);
        Assert.Throws<ArgumentException>(() => ConfigRenderer.Render(new(Listen, routes, live)));
    }

    private static RouteModel Route() => new("a.example", "/", "acme:a.80", [new("10.0.0.1", 80)], [new("10.0.0.2", 80)]);

    private static GatewayModel Model(params ImmutableArray<RouteModel> routes) => new(
        Listen, routes, routes.Select(route => route.Group).Distinct().ToImmutableSortedDictionary(group => group, _ => Sides.Blue));

    private static GatewayModel RandomModel(int seed)
    {
        var random = new Random(seed);
        string Pick(string letters, int longest) => string.Concat(Enumerable.Range(0, random.Next(1, longest)).Select(_ => letters[random.Next(letters.Length)]));
        ImmutableArray<ServerModel> Servers() => [.. Enumerable.Range(1, random.Next(0, 12)).Select(i => new ServerModel(
            random.Next(4) == 0 ? $"fd00::{i}" : $"10.{random.Next(256)}.0.{i}", random.Next(1, 65536), (ServerState)random.Next(3)))];
        return Model([.. Enumerable.Range(0, random.Next(1, 40)).Select(i => new RouteModel(
            $"{Pick("abcxyz019", 20)}{i}.{Pick("abc", 5)}", random.Next(2) == 0 ? "/" : "/" + Pick("abcXYZ019/._~!$&'()*+,=:@%-", 30),
            $"{Pick("abcxyz019", 8)}:{i}{Pick("abcxyz019.:_-", 30)}", Servers(), Servers()))]);
    }
}
