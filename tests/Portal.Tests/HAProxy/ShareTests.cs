using Portal.HAProxy;
using Portal.Lab.Load;
using static Portal.Tests.HAProxy.GatewayLab;

namespace Portal.Tests.HAProxy;

[Trait("Category", "Lab")]
public sealed class ShareTests
{
    [Fact]
    public async Task A_share_of_the_clients_goes_to_the_other_side_and_each_stays_where_it_was_drawn_to()
    {
        await using var backend = await BareBackend.StartAsync(["v1", "v2"]);
        await using var gateway = new GatewayLab();
        await gateway.Driver.ApplyAsync(gateway.Model([Server(backend.Ports["v1"])], [Server(backend.Ports["v2"])]));
        await gateway.Driver.ShareAsync(Group, new LivePointer(Sides.Blue, new Share(25, Stickiness.Cookie)));
        Assert.Equal("acme blue!25!cookie\n", gateway.Process.Files.Read()?.Live);

        var drawn = new List<(string Cookie, string Version)>();
        for (var i = 0; i < 300; i++)
        {
            var (version, cookie) = await AskAsync(gateway, null);
            drawn.Add((cookie!, version));
        }

        // 75 are expected; that fewer than 30 or more than 130 come has a chance below one in a billion.
        Assert.InRange(drawn.Count(client => client.Version == "v2"), 30, 130);
        foreach (var client in drawn.DistinctBy(client => client.Cookie))
        {
            Assert.Equal((client.Version, null), await AskAsync(gateway, client.Cookie));
        }

        Assert.Equal("v2", (await gateway.GetAsync("standby--" + Host)).Body);

        await gateway.Driver.ShareAsync(Group, new LivePointer(Sides.Blue, new Share(60, Stickiness.Cookie)));
        Assert.All(await AgainAsync(drawn.Where(client => client.Version == "v2")), version => Assert.Equal("v2", version));
        Assert.Contains("v2", await AgainAsync(drawn.Where(client => client.Version == "v1")));

        // A share never moves the live side: whoever gives one may have been overtaken by a switch.
        var refused = await Assert.ThrowsAsync<HAProxyException>(() => gateway.Driver.ShareAsync(Group, new LivePointer(Sides.Green, new Share(10, Stickiness.Cookie))));
        Assert.Equal(HAProxyFault.Refused, refused.Fault);

        await gateway.Driver.SwitchAsync(Group, Sides.Blue);
        Assert.All(await AgainAsync(drawn), version => Assert.Equal("v1", version));

        async Task<List<string>> AgainAsync(IEnumerable<(string Cookie, string Version)> clients)
        {
            List<string> versions = [];
            foreach (var client in clients.DistinctBy(client => client.Cookie))
            {
                versions.Add((await AskAsync(gateway, client.Cookie)).Version);
            }

            return versions;
        }
    }

    [Fact]
    public async Task By_its_address_a_client_is_known_without_a_cookie_and_rubbish_in_one_draws_anew()
    {
        await using var backend = await BareBackend.StartAsync(["v1", "v2"]);
        await using var gateway = new GatewayLab();
        var model = gateway.Model([Server(backend.Ports["v1"])], [Server(backend.Ports["v2"])]);
        await gateway.Driver.ApplyAsync(model with { LiveSides = model.LiveSides.SetItem(Group, new LivePointer(Sides.Green, new Share(50, Stickiness.Source)).ToString()) });
        var (first, none) = await AskAsync(gateway, null);
        Assert.Null(none);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal((first, null), await AskAsync(gateway, null));
        }

        await gateway.Driver.ShareAsync(Group, new LivePointer(Sides.Green, new Share(50, Stickiness.Cookie)));
        foreach (var rubbish in new[] { "", "-1", "100", "1e1", "99999999999999999999", "x!y" })
        {
            var (version, cookie) = await AskAsync(gateway, $"{LivePointer.Cookie}={rubbish}");
            Assert.True(version is "v1" or "v2", version);
            Assert.NotNull(cookie);
        }
    }

    [Fact]
    public async Task The_gateway_counts_how_long_each_side_took_and_how_often_it_failed()
    {
        await using var backend = await BareBackend.StartAsync(["v1"]);
        await using var gateway = new GatewayLab();
        await gateway.Driver.ApplyAsync(gateway.Model([Server(backend.Ports["v1"])], [Server(LoopbackPort.Free())]));
        var before = await gateway.Driver.TrafficAsync();
        for (var i = 0; i < 20; i++)
        {
            await gateway.GetAsync();
        }

        await gateway.GetAsync("standby--" + Host);
        var passed = (await gateway.Driver.TrafficAsync()).Since(before);

        var (blue, green) = (passed.Of(Group, Sides.Blue), passed.Of(Group, Sides.Green));
        Assert.Equal((20, 0, 20), (blue.Counters.Requests, blue.Counters.Failed, blue.Times.Count));
        Assert.InRange(blue.Times.Percentile(0.95)!.Value, TimeSpan.FromMicroseconds(1), TimeSpan.FromSeconds(20));
        Assert.True(blue.Times.Percentile(0.5) <= blue.Times.Percentile(0.95));
        // A look at standby is nobody's traffic.
        Assert.Equal((1, 1, 0), (green.Counters.Requests, green.Counters.Failed, green.Times.Count));
    }

    private static async Task<(string Version, string? Cookie)> AskAsync(GatewayLab gateway, string? cookie)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = new($"http://127.0.0.1:{gateway.Port}/") };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Host = Host;
        if (cookie is not null)
        {
            request.Headers.Add("Cookie", cookie);
        }

        using var answer = await client.SendAsync(request);
        return (await answer.Content.ReadAsStringAsync(), answer.Headers.TryGetValues("Set-Cookie", out var set) ? set.Single().Split(';')[0] : null);
    }
}
