using System.Net;
using System.Net.Sockets;

namespace Portal.Lab.Load;

/// <summary>Ports to listen on, from below the range that outgoing connections take theirs from.</summary>
public static class LoopbackPort
{
    private const int First = 12000;
    private const int Last = 31999;

    /// <summary>A port on which nobody listens now.</summary>
    /// <exception cref="InvalidOperationException">None was found in a thousand tries.</exception>
    public static int Free()
    {
        for (var i = 0; i < 1000; i++)
        {
            var port = Random.Shared.Next(First, Last + 1);
            try
            {
                using var probe = new TcpListener(IPAddress.Loopback, port);
                probe.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken: the next one.
            }
        }
        throw new InvalidOperationException($"No free port from {First} to {Last}.");
    }
}
