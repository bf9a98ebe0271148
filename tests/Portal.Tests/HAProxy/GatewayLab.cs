using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Portal.HAProxy;
using Portal.Lab.Load;

namespace Portal.Tests.HAProxy;

/// <summary>A gateway of a test's own: directory, port, driver. Stops its HAProxy at the end, however it was started.</summary>
internal sealed class GatewayLab : IAsyncDisposable
{
    public const string Host = "shop.example";
    public const string Key = "acme:shop.web.8080";
    public const string Group = "acme";

    private readonly List<IAsyncDisposable> parts = [];

    public GatewayLab()
    {
        Directory = System.IO.Directory.CreateTempSubdirectory("gw").FullName;
        Process = new(Directory);
        Driver = new(Process);
    }

    public string Directory { get; }

    public int Port { get; } = LoopbackPort.Free();

    public HAProxyProcess Process { get; }

    public GatewayDriver Driver { get; }

    public IPEndPoint EndPoint => new(IPAddress.Loopback, Port);

    /// <summary>One route to the two given versions, blue live.</summary>
    public GatewayModel Model(ImmutableArray<ServerModel> blue, ImmutableArray<ServerModel> green) =>
        Model(new RouteModel(Host, "/", Key, blue, green));

    public GatewayModel Model(params ImmutableArray<RouteModel> routes) => new(
        GatewayListen.In(Directory, EndPoint), routes,
        routes.Select(route => route.Group).Distinct().ToImmutableSortedDictionary(group => group, _ => Sides.Blue));

    public LoadPlan Load(string host = Host) => new(EndPoint, host) { Connections = 20, Timeout = TimeSpan.FromSeconds(5) };

    public static ServerModel Server(int port, ServerState state = ServerState.Ready) => new("127.0.0.1", port, state);

    /// <summary>A client whose connections are its own and kept alive.</summary>
    public HttpClient Client() => new() { BaseAddress = new($"http://127.0.0.1:{Port}/"), Timeout = TimeSpan.FromSeconds(20) };

    public async Task<(HttpStatusCode Status, string Body)> GetAsync(string host = Host, string path = "/")
    {
        using var client = Client();
        return await GetAsync(client, host, path);
    }

    public static async Task<(HttpStatusCode Status, string Body)> GetAsync(HttpClient client, string host = Host, string path = "/")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Host = host;
        using var response = await client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Waits until a condition holds; at the deadline fails with what <paramref name="describe"/> says.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, Func<string> describe)
    {
        var deadline = TimeProvider.System.GetTimestamp() + 20 * TimeProvider.System.TimestampFrequency;
        while (!await condition())
        {
            if (TimeProvider.System.GetTimestamp() > deadline)
                Assert.Fail($"Not within 20 s: {describe()}");
            await Task.Delay(5);
        }
    }

    public static Task UntilAsync(Func<bool> condition, Func<string> describe) =>
        UntilAsync(() => Task.FromResult(condition()), describe);

    /// <summary>Waits until a running load has had this many more answers.</summary>
    public static Task MoreAnswersAsync(LoadRun load, long count)
    {
        var wanted = load.Requests + count;
        return UntilAsync(() => load.Requests >= wanted, () => $"{load.Requests} of {wanted} requests, {load.Failed} failed");
    }

    /// <summary>Ends together with the gateway.</summary>
    public void Owns(IAsyncDisposable part) => parts.Add(part);

    public async ValueTask DisposeAsync()
    {
        await Process.StopAsync();
        foreach (var part in parts)
            await part.DisposeAsync();
        Driver.Dispose();
        System.IO.Directory.Delete(Directory, recursive: true);
    }
}
