using System.Collections.Concurrent;
using System.Net;
using Portal.HAProxy;
using Portal.Lab.Load;
using static Portal.Tests.HAProxy.GatewayLab;

namespace Portal.Tests.HAProxy;

/// <summary>A tenant moves at one instant: no two of its routes are seen on different sides once a switch has been acknowledged.</summary>
[Trait("Category", "Lab")]
public sealed class ColourConsistencyTests
{
    private const int Switches = 200;
    private const int Clients = 4;

    [Fact]
    public async Task Over_200_switches_no_request_to_either_route_meets_the_old_side_after_the_acknowledgement()
    {
        await using var backend = await BareBackend.StartAsync(["v1", "v2"]);
        await using var gateway = new GatewayLab();
        RouteModel Route(string host, string key) => new(host, "/", key, [Server(backend.Ports["v1"])], [Server(backend.Ports["v2"])]);
        await gateway.Driver.ApplyAsync(gateway.Model(Route("a.example", "acme:a.80"), Route("b.example", "acme:b.80")));
        var stream = new RequestStream(gateway);
        using var stop = new CancellationTokenSource();
        var clients = Enumerable.Range(0, Clients).Select(_ => stream.RunAsync(stop.Token)).ToList();
        try
        {
            for (var number = 1; number <= Switches; number++)
            {
                await stream.MoreAsync();
                stream.Begun = number;
                await gateway.Driver.SwitchAsync(Group, number % 2 == 0 ? Sides.Blue : Sides.Green);
                stream.Acknowledged = number;
                await stream.MoreAsync();
            }
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(clients);
        }

        Assert.True(stream.Wrong.IsEmpty, string.Join('\n', stream.Wrong.Take(20)));
    }

    /// <summary>Clients that ask one route and then the other, and hold each answer against the switches begun and acknowledged meanwhile.</summary>
    private sealed class RequestStream(GatewayLab gateway)
    {
        private volatile int begun;
        private volatile int acknowledged;
        private long answers;

        public int Begun { set => begun = value; }

        public int Acknowledged { set => acknowledged = value; }

        public ConcurrentQueue<string> Wrong { get; } = [];

        /// <summary>Both routes have been asked by some client from its question on.</summary>
        public async Task MoreAsync()
        {
            // Each client may have one question under way from before.
            var wanted = Interlocked.Read(ref answers) + (2 * Clients);
            await UntilAsync(() => Interlocked.Read(ref answers) >= wanted || !Wrong.IsEmpty, () => $"{Interlocked.Read(ref answers)} of {wanted} answers");
        }

        public async Task RunAsync(CancellationToken stop)
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
}
