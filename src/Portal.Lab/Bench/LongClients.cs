using System.Net;
using System.Net.WebSockets;

namespace Portal.Lab.Bench;

/// <summary>Those who hold a connection for long, and count where it breaks.</summary>
internal sealed class LongClients(IPEndPoint gateway, string host)
{
    private int open;
    private long messages;
    private long downloads;
    private long brokenSockets;
    private long brokenDownloads;

    /// <summary>Sockets and first downloads that have had something back.</summary>
    public int Open => Volatile.Read(ref open);

    public long Messages => Interlocked.Read(ref messages);

    public long Downloads => Interlocked.Read(ref downloads);

    public long BrokenSockets => Interlocked.Read(ref brokenSockets);

    public long BrokenDownloads => Interlocked.Read(ref brokenDownloads);

    /// <summary>Speaks on one connection until told to stop, and then closes it in order.</summary>
    public async Task TalkAsync(CancellationToken stop)
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Host", host);
        var buffer = new byte[100];
        var first = true;
        try
        {
            await socket.ConnectAsync(new Uri($"ws://{gateway}/socket"), CancellationToken.None);
            while (!stop.IsCancellationRequested)
            {
                await socket.SendAsync("still there?"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
                if ((await socket.ReceiveAsync(buffer, CancellationToken.None)).MessageType != WebSocketMessageType.Text)
                {
                    Interlocked.Increment(ref brokenSockets);
                    return;
                }

                Interlocked.Increment(ref messages);
                Count(ref first);
                await Task.Delay(LongService.Tenth, CancellationToken.None);
            }

            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        }
        catch (WebSocketException error)
        {
            Interlocked.Increment(ref brokenSockets);
            Console.WriteLine($"  a web socket broke: {error.Message}");
        }
    }

    /// <summary>One download after the other; the last one is let end.</summary>
    public async Task DownloadAsync(TimeSpan length, CancellationToken stop)
    {
        using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        var tenths = (int)(length / LongService.Tenth);
        var first = true;
        do
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{gateway}/drip?tenths={tenths}") { Headers = { Host = host } };
                using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, CancellationToken.None);
                response.EnsureSuccessStatusCode();
                Count(ref first);
                var bytes = await response.Content.ReadAsByteArrayAsync(CancellationToken.None);
                Interlocked.Increment(ref downloads);
                if (bytes.Length != tenths * LongService.Chunk)
                {
                    Interlocked.Increment(ref brokenDownloads);
                }
            }
            catch (HttpRequestException error)
            {
                Interlocked.Increment(ref brokenDownloads);
                Console.WriteLine($"  a download broke: {error.Message}");
            }
        }
        while (!stop.IsCancellationRequested);
    }

    private void Count(ref bool first)
    {
        if (first)
        {
            first = false;
            Interlocked.Increment(ref open);
        }
    }
}
