using System.Net;
using System.Net.Sockets;

namespace Portal.Tests.Shipping;

/// <summary>Carries TCP connections to a Unix socket, for programs that cannot reach that.</summary>
internal sealed class SocketBridge : IAsyncDisposable
{
    private readonly TcpListener listener;
    private readonly string socket;
    private readonly CancellationTokenSource stop = new();
    private readonly Task accepting;

    public SocketBridge(IPAddress address, string socket)
    {
        this.socket = socket;
        listener = new TcpListener(address, 0);
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        await accepting;
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
            {
                open.Add(CarryAsync(await listener.AcceptTcpClientAsync(stop.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task CarryAsync(TcpClient client)
    {
        using (client)
        using (var server = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            try
            {
                await server.ConnectAsync(new UnixDomainSocketEndPoint(socket), stop.Token);
                await using var far = new NetworkStream(server);
                await Task.WhenAny(client.GetStream().CopyToAsync(far, stop.Token), far.CopyToAsync(client.GetStream(), stop.Token));
            }
            catch (Exception error) when (error is OperationCanceledException or IOException or SocketException)
            {
                // Either end may go at any time; the other one notices.
            }
        }
    }
}
