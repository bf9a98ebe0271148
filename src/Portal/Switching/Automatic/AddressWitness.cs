using System.Net;
using System.Net.Sockets;
using Portal.Gateway;

namespace Portal.Switching.Automatic;

/// <summary>
/// Tells whether anything still answers where an engine does not: the addresses that the gateway sends requests to are tried. An engine
/// that is restarted, or a network that keeps only the portal from it, takes no traffic away.
/// </summary>
public sealed class AddressWitness(IGateway gateway, TimeProvider clock)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    /// <exception cref="GatewayException">The gateway does not say where its requests go.</exception>
    public async Task<bool> AnswersAsync(BackendKey backend, CancellationToken cancellationToken)
    {
        var servers = await gateway.ServersAsync(backend, cancellationToken);
        var answers = await Task.WhenAll(servers.Select(server => ConnectsAsync(new IPEndPoint(IPAddress.Parse(server.Address), server.Port), cancellationToken)));
        return answers.Contains(true);
    }

    private async Task<bool> ConnectsAsync(IPEndPoint address, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = clock.CreateTimer(_ => limit.Cancel(), null, Limit, Timeout.InfiniteTimeSpan);
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(address, limit.Token);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
