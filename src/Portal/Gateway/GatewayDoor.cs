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
        ConnectCallback = async (context, cancellationToken) =>
            await ConnectAsync(Address(context.InitialRequestMessage.RequestUri!.Scheme == Uri.UriSchemeHttps ? options.Value.HttpsBinds[0] : options.Value.Binds[0]), cancellationToken),
        // The connection leads to the gateway's own address, whatever the certificate says; a preview's name is in few of them.
        SslOptions = { RemoteCertificateValidationCallback = (_, met, _, _) => met is not null },
    };

    /// <summary>For requests to addresses of <see cref="Standby"/>. Follows no redirect, keeps no cookie; the caller bounds time and size.</summary>
    public HttpClient Open() => new(handler, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>The standby preview of a host name and path, spoken to in plain HTTP unless the route sends that to HTTPS: what else encrypts stands in front of the gateway.</summary>
    public string Standby(string hostName, string path, bool https) => https && options.Value.TakesHttps
        ? links.Standby(hostName, path, https)
        : new UriBuilder(links.Standby(hostName, "/")) { Scheme = "http" }.Uri.GetLeftPart(UriPartial.Authority) + path;

    public void Dispose() => handler.Dispose();

    private static IPEndPoint Address(IPEndPoint bind) => bind.Address.Equals(IPAddress.Any) || bind.Address.Equals(IPAddress.IPv6Any)
        ? new IPEndPoint(bind.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Loopback : IPAddress.IPv6Loopback, bind.Port)
        : bind;

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
