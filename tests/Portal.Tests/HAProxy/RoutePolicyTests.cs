using System.Net;
using Portal.HAProxy;
using Portal.Lab.Load;
using static Portal.Tests.HAProxy.GatewayLab;

namespace Portal.Tests.HAProxy;

[Trait("Category", "Lab")]
public sealed class RoutePolicyTests
{
    [Fact]
    public async Task A_policy_comes_and_goes_at_run_time_and_is_that_of_its_route_alone()
    {
        await using var backend = await BareBackend.StartAsync(["root", "api"]);
        await using var gateway = new GatewayLab();
        GatewayModel Model(RoutePolicy policy) => gateway.Model(
            new RouteModel(Host, "/", "acme:root.80", [Server(backend.Ports["root"])], [Server(backend.Ports["root"])]),
            new RouteModel(Host, "/api", "acme:api.80", [Server(backend.Ports["api"])], [Server(backend.Ports["api"])]) { Policy = policy });
        await gateway.Driver.ApplyAsync(Model(RoutePolicy.None));

        foreach (var (policy, expected) in new (RoutePolicy, int)[]
        {
            (new RoutePolicy { Maintenance = true }, 503), (RoutePolicy.None, 200), (new RoutePolicy { RedirectTo = "https://new.example/v2" }, 308),
            (new RoutePolicy { MaxBodyBytes = 10, Timeout = TimeSpan.FromSeconds(5), Rate = 1000, ClientRate = 1000 }, 200),
        })
        {
            var applied = await gateway.Driver.ApplyAsync(Model(policy));
            Assert.False(applied.Reloaded);
            Assert.Equal((policy, expected), (policy, await StatusAsync(gateway, "/api/x")));
            Assert.Equal(200, await StatusAsync(gateway, "/"));
            Assert.Equal(ConfigRenderer.Render(Model(policy)).Routes, gateway.Process.Files.Read()!.Routes);
        }
    }

    [Fact]
    public async Task A_redirect_keeps_path_and_query()
    {
        await using var gateway = await StartAsync(new RoutePolicy { RedirectTo = "https://new.example:8443/v2" });
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = new($"http://127.0.0.1:{gateway.Port}/") };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/a/b?c=%20d") { Content = new StringContent("x") };
        request.Headers.Host = Host;

        using var answer = await client.SendAsync(request);

        Assert.Equal((HttpStatusCode.PermanentRedirect, "https://new.example:8443/v2/a/b?c=%20d"), (answer.StatusCode, answer.Headers.Location!.OriginalString));
    }

    [Fact]
    public async Task Standby_is_previewed_also_while_live_is_in_maintenance()
    {
        await using var backend = await BareBackend.StartAsync(["green"]);
        await using var gateway = new GatewayLab();
        await gateway.Driver.ApplyAsync(gateway.Model(new RouteModel(Host, "/", Key, [], [Server(backend.Ports["green"])]) { Policy = new RoutePolicy { Maintenance = true } }));

        var (status, body) = await gateway.GetAsync();
        Assert.True(status == HttpStatusCode.ServiceUnavailable && body.Contains("Back soon", StringComparison.Ordinal), body);
        Assert.Equal("green", (await gateway.GetAsync(Sides.PreviewPrefix + Host)).Body);
    }

    [Theory]
    [InlineData(10, false, 200)]
    [InlineData(11, false, 413)]
    [InlineData(5, true, 411)]
    public async Task A_body_over_the_limit_is_refused_and_one_of_unknown_length_too(int length, bool chunked, int expected)
    {
        await using var gateway = await StartAsync(new RoutePolicy { MaxBodyBytes = 10 });
        using var client = gateway.Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/") { Content = new ByteArrayContent(new byte[length]) };
        request.Headers.Host = Host;
        request.Headers.TransferEncodingChunked = chunked;

        using var answer = await client.SendAsync(request);

        Assert.Equal(expected, (int)answer.StatusCode);
        Assert.Equal(200, await StatusAsync(gateway, "/"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task More_requests_than_a_route_takes_are_told_to_wait(bool byClient)
    {
        await using var gateway = await StartAsync(byClient ? new RoutePolicy { ClientRate = 1 } : new RoutePolicy { Rate = 1 });

        List<int> seen = [];
        for (var request = 0; request < 30 && !seen.Contains(429); request++)
        {
            seen.Add(await StatusAsync(gateway, "/"));
        }

        // Ten in ten seconds, and those that the time between the first and the last has let through.
        Assert.Equal(Enumerable.Repeat(200, seen.Count - 1), seen[..^1]);
        Assert.True(seen.Count > 10 && seen[^1] == 429, string.Join(' ', seen));
    }

    [Fact]
    public async Task A_service_that_is_silent_for_longer_than_its_route_allows_is_given_up()
    {
        using var silent = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var gateway = new GatewayLab();
        await gateway.Driver.ApplyAsync(gateway.Model(new RouteModel(Host, "/", Key, [Server(((IPEndPoint)silent.LocalEndpoint).Port)], []) { Policy = new RoutePolicy { Timeout = TimeSpan.FromMilliseconds(100) } }));

        var (status, body) = await gateway.GetAsync();

        Assert.True(status == HttpStatusCode.GatewayTimeout && body.Contains("took too long", StringComparison.Ordinal), $"{status} {body}");
    }

    [Theory]
    [InlineData("https://new.example", true)]
    [InlineData("http://new.example:81/below", true)]
    [InlineData("https://new.example/", false)]
    [InlineData("https://user@new.example", false)]
    [InlineData("https://new.example/?a=b", false)]
    [InlineData("https://new.example/!x", false)]
    [InlineData("https://new.example/a b", false)]
    [InlineData("//new.example", false)]
    [InlineData("javascript:alert(1)", false)]
    public void Redirects_lead_to_addresses_that_a_path_can_follow(string address, bool allowed) => Assert.Equal(allowed, RoutePolicy.IsRedirect(address));

    private static async Task<GatewayLab> StartAsync(RoutePolicy policy)
    {
        var backend = await BareBackend.StartAsync(["one"]);
        var gateway = new GatewayLab();
        gateway.Owns(backend);
        try
        {
            await gateway.Driver.ApplyAsync(gateway.Model(new RouteModel(Host, "/", Key, [Server(backend.Ports["one"])], []) { Policy = policy }));
            return gateway;
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }
    }

    private static async Task<int> StatusAsync(GatewayLab gateway, string path)
    {
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = new($"http://127.0.0.1:{gateway.Port}/") };
        return (int)(await GatewayLab.GetAsync(client, Host, path)).Status;
    }
}
