using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Portal.Docker;

/// <summary>Makes the HTTP handler that reaches an endpoint: Unix socket, TCP, or TCP with TLS.</summary>
internal static class EngineHandler
{
    public static SocketsHttpHandler Create(EngineEndpoint endpoint, EngineClientOptions options)
    {
        if (EngineEndpoint.ProblemOf(endpoint.Address, endpoint.Tls) is { } problem)
        {
            throw new EngineException(new EngineError(EngineErrorKind.Refused, null, problem));
        }

        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = options.ConnectTimeout,
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(60),
            ConnectCallback = endpoint.SocketPath is { } path
                ? (_, cancel) => ConnectUnixAsync(path, cancel)
                : (context, cancel) => ConnectTcpAsync(context.DnsEndPoint, cancel),
        };
        if (endpoint.Tls is { } tls)
        {
            handler.SslOptions = TlsOptions(tls);
        }

        return handler;
    }

    private static async ValueTask<Stream> ConnectUnixAsync(string path, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async ValueTask<Stream> ConnectTcpAsync(DnsEndPoint to, CancellationToken cancel)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            // A stream may be silent for hours; without these a host that vanished would look like one with nothing to say.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 20);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 4);
            await socket.ConnectAsync(to, cancel).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static SslClientAuthenticationOptions TlsOptions(EngineTls tls)
    {
        var options = new SslClientAuthenticationOptions();
        try
        {
            if (tls.CaPem is not null)
            {
                var policy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    RevocationMode = X509RevocationMode.NoCheck,
                };
                policy.CustomTrustStore.ImportFromPem(tls.CaPem);
                options.CertificateChainPolicy = policy;
            }

            if (tls is { CertificatePem: { } certificate, KeyPem: { } key })
            {
                options.ClientCertificateContext = SslStreamCertificateContext.Create(
                    X509Certificate2.CreateFromPem(certificate, key), additionalCertificates: null, offline: true);
            }
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            throw new EngineException(
                new EngineError(EngineErrorKind.Refused, null, "The TLS material for the engine is not valid PEM."), error);
        }

        return options;
    }
}
