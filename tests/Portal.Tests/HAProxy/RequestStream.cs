using System.Collections.Concurrent;
using System.Net;
using Portal.HAProxy;
using static Portal.Tests.HAProxy.GatewayLab;

namespace Portal.Tests.HAProxy;

/// <summary>Clients of one gateway that ask one route and then the other, and hold each answer against the switches begun and acknowledged meanwhile.</summary>
internal sealed class RequestStream : IAsyncDisposable
{
    private const int Clients = 4;

    private readonly GatewayLab gateway;
    private readonly CancellationTokenSource stop = new();
    private readonly List<Task> clients;
    private volatile int begun;
    private volatile int acknowledged;
    private long answers;

    private RequestStream(GatewayLab gateway)
    {
        this.gateway = gateway;
        clients = [.. Enumerable.Range(0, Clients).Select(_ => RunAsync(stop.Token))];
    }

    /// <summary>Number of the switch; the even ones lead to blue, with <c>v1</c>.</summary>
    public int Begun { set => begun = value; }

    public int Acknowledged { set => acknowledged = value; }

    public ConcurrentQueue<string> Wrong { get; } = [];

    public static RequestStream Start(GatewayLab gateway) => new(gateway);

    /// <summary>Two routes of one group, with <c>v1</c> on blue and <c>v2</c> on green.</summary>
    public static GatewayModel Model(GatewayLab gateway, IReadOnlyDictionary<string, int> ports)
    {
        RouteModel Route(string host, string key) => new(host, "/", key, [Server(ports["v1"])], [Server(ports["v2"])]);
        return gateway.Model(Route("a.example", "acme:a.80"), Route("b.example", "acme:b.80"));
    }

    /// <summary>Both routes have been asked by some client from its question on.</summary>
    public async Task MoreAsync()
    {
        // Each client may have one question under way from before.
        var wanted = Interlocked.Read(ref answers) + (2 * Clients);
        await UntilAsync(() => Interlocked.Read(ref answers) >= wanted || !Wrong.IsEmpty, () => $"{Interlocked.Read(ref answers)} of {wanted} answers");
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(clients);
        stop.Dispose();
    }

    private async Task RunAsync(CancellationToken stop)
    {
        using var client = gateway.Client();
        var last = 0;
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var (host, before) = (i % 2 == 0 ? "a.example" : "b.example", acknowledged);
            var (status, body) = await GetAsync(client, host);
            var after = begun;
            // A client that has met a switch once, on whichever route, never goes back behind it.
            var least = Math.Max(before, last);
            var met = Enumerable.Range(least, after - least + 1).Where(number => body == VersionAfter(number)).Cast<int?>().FirstOrDefault();
            if (status != HttpStatusCode.OK || met is null)
            {
                Wrong.Enqueue($"{host} answered {status} {body}; acknowledged {before} when asked, met {last} before, begun {after} when answered");
            }

            last = met ?? least;
            Interlocked.Increment(ref answers);
        }
    }

    private static string VersionAfter(int number) => number % 2 == 0 ? "v1" : "v2";
}
