using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Portal.Tests.HAProxy;

/// <summary>A server that is not HTTP: each line is answered with its name in front, for as long as the client likes.</summary>
internal sealed class LineServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentBag<Task> sessions = [];
    private readonly string name;
    private readonly Task accepting;

    public LineServer(string name)
    {
        this.name = name;
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await accepting;
        await Task.WhenAll(sessions);
        listener.Dispose();
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                sessions.Add(ServeAsync(await listener.AcceptTcpClientAsync(stopping.Token)));
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                using var reader = new StreamReader(client.GetStream());
                await using var writer = new StreamWriter(client.GetStream()) { AutoFlush = true };
                while (await reader.ReadLineAsync(stopping.Token) is { } line)
                {
                    await writer.WriteLineAsync($"{name} {line}".AsMemory(), stopping.Token);
                }
            }
            catch (Exception error) when (error is IOException or OperationCanceledException)
            {
                // The other end has gone, or the test is over.
                return;
            }
        }
    }
}

internal sealed class LineClient(TcpClient client) : IAsyncDisposable
{
    private readonly StreamReader reader = new(client.GetStream());
    private readonly StreamWriter writer = new(client.GetStream()) { AutoFlush = true };

    /// <exception cref="SocketException">Nobody listens there.</exception>
    public static async Task<LineClient> ConnectAsync(int port)
    {
        var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port);
            return new LineClient(client);
        }
        catch (SocketException)
        {
            client.Dispose();
            throw;
        }
    }

    /// <returns>Null: the other end has hung up.</returns>
    public async Task<string?> SayAsync(string line)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await writer.WriteLineAsync(line.AsMemory(), limit.Token);
        return await reader.ReadLineAsync(limit.Token);
    }

    public ValueTask DisposeAsync()
    {
        client.Dispose();
        return ValueTask.CompletedTask;
    }
}
