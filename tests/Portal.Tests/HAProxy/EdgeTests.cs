using System.Net.WebSockets;
using System.Text;
using Portal.HAProxy;
using Portal.Lab.Load;
using static Portal.Tests.HAProxy.GatewayLab;

namespace Portal.Tests.HAProxy;

[Trait("Category", "Lab")]
public sealed class EdgeTests
{
    [Fact]
    public async Task An_unknown_host_is_told_that_nothing_is_there()
    {
        await using var gateway = new GatewayLab();
        await gateway.Driver.ApplyAsync(gateway.Model([], []));

        foreach (var host in new[] { "unknown.example", "standby--unknown.example", "standby--", "example", "[::1]", "shop.example.evil" })
        {
            var (status, body) = await gateway.GetAsync(host);
            Assert.True((int)status == 404 && body.Contains("No service is published", StringComparison.Ordinal), $"{host}: {status} {body}");
        }
    }

    [Fact]
    public async Task A_service_without_a_ready_replica_says_so()
    {
        await using var gateway = new GatewayLab();
        await gateway.Driver.ApplyAsync(gateway.Model([], []));
        var before = await gateway.Driver.CountersAsync(Group);

        var (status, body) = await gateway.GetAsync();

        Assert.Equal(503, (int)status);
        Assert.Contains("no healthy replica", body, StringComparison.Ordinal);
        var delta = (await gateway.Driver.CountersAsync(Group)).Since(before);
        Assert.Equal((1, 1), (delta.Requests, delta.Failed));
    }

    [Fact]
    public async Task The_longest_path_prefix_wins_and_only_by_whole_segments()
    {
        await using var backend = await BareBackend.StartAsync(["root", "api", "deep"]);
        await using var gateway = new GatewayLab();
        RouteModel Route(string path, string version) => new(Host, path, $"acme:{version}.80", [Server(backend.Ports[version])], []);
        await gateway.Driver.ApplyAsync(gateway.Model(Route("/", "root"), Route("/api", "api"), Route("/api/deep/", "deep")));

        foreach (var (path, version) in new[]
        {
            ("/", "root"), ("/apix", "root"), ("/x/api", "root"), ("/API", "root"), ("/?/api", "root"), ("/api", "api"), ("/api?x=1", "api"),
            ("/api/", "api"), ("/api/x", "api"), ("/api/deeper", "api"), ("/api/deep", "deep"), ("/api/deep/x/y", "deep"),
        })
            Assert.Equal((path, version), (path, (await gateway.GetAsync(path: path)).Body));
    }

    [Fact]
    public async Task What_a_caller_says_about_its_own_origin_is_not_passed_on()
    {
        await using var service = await SampleService.StartAsync("one");
        await using var gateway = new GatewayLab();
        await gateway.Driver.ApplyAsync(gateway.Model([Server(service.Port)], []));
        using var client = gateway.Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/headers");
        request.Headers.Host = Host;
        foreach (var name in new[] { "X-Forwarded-For", "x-forwarded-proto", "X-FORWARDED-HOST", "X-Forwarded-Prefix", "Forwarded", "X-Real-IP" })
            request.Headers.TryAddWithoutValidation(name, "forged");

        using var response = await client.SendAsync(request);
        var seen = (await response.Content.ReadAsStringAsync()).ToLowerInvariant();

        Assert.DoesNotContain("forged", seen, StringComparison.Ordinal);
        Assert.Contains("x-forwarded-for: 127.0.0.1\n", seen, StringComparison.Ordinal);
        Assert.Contains("x-forwarded-proto: http\n", seen, StringComparison.Ordinal);
        Assert.Contains($"x-forwarded-host: {Host}\n", seen, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(14, 200)]
    [InlineData(16, 400)]
    public async Task Headers_have_room_for_fifteen_kibibytes(int kibibytes, int expected)
    {
        await using var backend = await BareBackend.StartAsync(["one"]);
        await using var gateway = new GatewayLab();
        await gateway.Driver.ApplyAsync(gateway.Model([Server(backend.Ports["one"])], []));
        using var client = gateway.Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Host = Host;
        request.Headers.TryAddWithoutValidation("X-Long", new string('x', kibibytes * 1024));

        using var answer = await client.SendAsync(request);

        Assert.Equal(expected, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_web_socket_passes_and_survives_a_switch()
    {
        await using var service = await SampleService.StartAsync("one");
        await using var gateway = new GatewayLab();
        await gateway.Driver.ApplyAsync(gateway.Model([Server(service.Port)], []));
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Host", Host);
        await socket.ConnectAsync(new($"ws://127.0.0.1:{gateway.Port}/socket"), CancellationToken.None);
        await gateway.Driver.SwitchAsync(Group, Sides.Green);

        await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);
        var buffer = new byte[100];
        var answer = await socket.ReceiveAsync(buffer, CancellationToken.None);

        Assert.Equal("hello", Encoding.UTF8.GetString(buffer, 0, answer.Count));
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
    }
}
