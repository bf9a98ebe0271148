using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace Portal.Gateway;

/// <summary>The portal's own way through the gateway: as everybody's requests go, and to nowhere else.</summary>
public sealed class GatewayDoor(GatewayLinks links, IOptions<GatewayOptions> options) : IDisposable
{
    private readonly SocketsHttpHandler handler = new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.All,
        // A check is to meet the gateway as it is now.
        PooledConnectionLifetime = TimeSpan.Zero,
        ConnectCallback = async (_, cancellationToken) => await ConnectAsync(Address(options.Value), cancellationToken),
    };

    /// <summary>For requests to addresses of <see cref="Standby"/>. Follows no redirect, keeps no cookie; the caller bounds time and size.</summary>
    public HttpClient Open() => new(handler, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>The standby preview of a host name and path, spoken to in plain HTTP: what encrypts stands in front of the gateway.</summary>
    public string Standby(string hostName, string path) => new UriBuilder(links.Standby(hostName, "/")) { Scheme = "http" }.Uri.GetLeftPart(UriPartial.Authority) + path;

    public void Dispose() => handler.Dispose();

    private static IPEndPoint Address(GatewayOptions options) => options.Binds[0] is { Address: var address, Port: var port } && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
        ? new IPEndPoint(address.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Loopback : IPAddress.IPv6Loopback, port)
        : options.Binds[0];

    private static async ValueTask<Stream> ConnectAsync(IPEndPoint address, CancellationToken cancellationToken)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
