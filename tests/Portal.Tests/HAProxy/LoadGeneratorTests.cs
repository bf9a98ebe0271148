using System.Net;
using System.Net.Sockets;
using System.Text;
using Portal.Lab.Load;

namespace Portal.Tests.HAProxy;

[Trait("Category", "Lab")]
public sealed class LoadGeneratorTests
{
    [Fact]
    public async Task It_counts_each_answer_once_by_its_version()
    {
        await using var backend = await BareBackend.StartAsync(["v1"]);
        await using var load = LoadGenerator.Start(new(backend.EndPoint("v1"), "any") { Connections = 10 });
        await GatewayLab.MoreAnswersAsync(load, 1000);

        var report = await load.StopAsync();

        Assert.True(report is { Failed: 0, RetriedOnReusedConnection: 0, Requests: >= 1000 }, report.ToString());
        Assert.Equal(report.Requests, report.Version("v1")?.Count);
        Assert.True(report.P50 > TimeSpan.Zero && report.P50 <= report.P95 && report.P95 <= report.P99 && report.P99 <= report.Longest, report.ToString());
    }

    [Fact]
    public async Task It_keeps_to_a_rate()
    {
        await using var backend = await BareBackend.StartAsync(["v1"]);

        var report = await LoadGenerator.RunAsync(
            new(backend.EndPoint("v1"), "any") { Connections = 4, RatePerSecond = 200, Duration = TimeSpan.FromSeconds(1) });

        // Never more than were due; on a busy machine some of the last may not have gone out.
        Assert.InRange(report.Requests, 1, 200);
        Assert.Equal(0, report.Failed);
    }

    [Theory]
    [InlineData("HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\nno", LoadFailureKind.Status)]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", LoadFailureKind.Status)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", LoadFailureKind.Read)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshor", LoadFailureKind.Read)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n", LoadFailureKind.Read)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", LoadFailureKind.Malformed)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\ntoo long", LoadFailureKind.Malformed)]
    [InlineData("hello\r\n\r\n", LoadFailureKind.Malformed)]
    [InlineData("", LoadFailureKind.Read)]
    public async Task Whatever_a_user_would_see_as_broken_has_failed(string answer, LoadFailureKind kind)
    {
        await using var server = new ScriptedServer(answer);

        var report = await FirstAsync(server, 1);

        Assert.True(report.Failed == report.Requests && report.Failed > 0, report.ToString());
        Assert.Equal([kind], report.ByKind.Keys);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\nTrailer: x\r\n\r\n")]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n")]
    [InlineData("HTTP/1.0 200 OK\r\n\r\nuntil the end")]
    public async Task Proper_answers_of_every_form_are_good_in_whatever_pieces_they_come(string answer)
    {
        await using var server = new ScriptedServer(answer, bytesAtATime: 1);

        var report = await FirstAsync(server, 3);

        Assert.True(report is { Failed: 0, Requests: >= 3 }, report.ToString());
    }

    [Fact]
    public async Task A_request_lost_with_a_used_connection_is_repeated_once_and_told()
    {
        await using var server = new ScriptedServer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", answersPerConnection: 2, takesOneMore: true);

        var report = await FirstAsync(server, 6);

        Assert.True(report is { Failed: 0, RetriedOnReusedConnection: > 0 }, report.ToString());
    }

    [Fact]
    public async Task Nobody_there_is_a_failed_request()
    {
        var port = LoopbackPort.Free();
        await using var load = LoadGenerator.Start(new(new(IPAddress.Loopback, port), "any") { Connections = 1 });
        await GatewayLab.MoreAnswersAsync(load, 1);

        var report = await load.StopAsync();

        Assert.Equal([LoadFailureKind.Connect], report.ByKind.Keys);
    }

    [Fact]
    public async Task No_answer_in_time_is_a_failed_request()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var load = LoadGenerator.Start(
            new((IPEndPoint)silent.LocalEndpoint, "any") { Connections = 1, Timeout = TimeSpan.FromMilliseconds(50) });
        await GatewayLab.MoreAnswersAsync(load, 1);

        var report = await load.StopAsync();

        Assert.Equal([LoadFailureKind.Timeout], report.ByKind.Keys);
    }

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("172.32.0.1")]
    [InlineData("2001:db8::1")]
    public void No_load_goes_to_a_public_address(string address) =>
        Assert.Throws<ArgumentException>(() => { LoadGenerator.Start(new(IPEndPoint.Parse(address.Contains(':') ? $"[{address}]:80" : $"{address}:80"), "any")); });

    private static async Task<LoadReport> FirstAsync(ScriptedServer server, long requests)
    {
        await using var load = LoadGenerator.Start(new(server.EndPoint, "any") { Connections = 1 });
        await GatewayLab.MoreAnswersAsync(load, requests);
        return await load.StopAsync();
    }

    /// <summary>Gives the same bytes to every request, closes after some answers, or closes on the request that follows them.</summary>
    private sealed class ScriptedServer : IAsyncDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource stop = new();
        private readonly Task serving;

        public ScriptedServer(string answer, int bytesAtATime = int.MaxValue, int answersPerConnection = 1, bool takesOneMore = false)
        {
            listener.Start();
            serving = ServeAsync(Encoding.ASCII.GetBytes(answer), bytesAtATime, answersPerConnection, takesOneMore);
        }

        public IPEndPoint EndPoint => (IPEndPoint)listener.LocalEndpoint;

        private async Task ServeAsync(byte[] answer, int bytesAtATime, int answersPerConnection, bool takesOneMore)
        {
            try
            {
                while (true)
                {
                    using var caller = await listener.AcceptSocketAsync(stop.Token);
                    caller.NoDelay = true;
                    await AnswerAsync(caller, answer, bytesAtATime, answersPerConnection + (takesOneMore ? 1 : 0), answersPerConnection);
                }
            }
            catch (OperationCanceledException)
            {
                // The test is over.
            }
        }

        private async Task AnswerAsync(Socket caller, byte[] answer, int bytesAtATime, int requests, int answers)
        {
            var request = new byte[4096];
            try
            {
                for (var i = 0; i < requests && await caller.ReceiveAsync(request, stop.Token) > 0; i++)
                {
                    for (var rest = answer.AsMemory(); i < answers && rest.Length > 0; rest = rest[Math.Min(bytesAtATime, rest.Length)..])
                        await caller.SendAsync(rest[..Math.Min(bytesAtATime, rest.Length)], stop.Token);
                }
            }
            catch (SocketException)
            {
                // The generator had seen enough and left.
            }
        }

        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            await serving;
            listener.Dispose();
            stop.Dispose();
        }
    }
}
