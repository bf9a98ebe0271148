using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Portal.HAProxy;

/// <summary>One command, one connection, one answer: the wire of both the admin and the master socket.</summary>
/// <param name="path">A <see cref="RuntimeAddress"/>.</param>
internal sealed class RuntimeSocket(string path, TimeSpan timeout, TimeProvider time)
{
    private readonly EndPoint address = RuntimeAddress.EndPointOf(path);

    // "show stat" of a thousand backends is about a megabyte.
    private const int LongestAnswer = 64 << 20;

    private static readonly TimeSpan BeforeTryingAgain = TimeSpan.FromMilliseconds(2);

    /// <exception cref="HAProxyException">NotRunning, Timeout or Garbled.</exception>
    public async Task<string> ExecuteAsync(string command, CancellationToken cancellation)
    {
        var text = await SayAsync(command, cancellation);
        // Every answer, even an empty one, ends in a line feed.
        return text.EndsWith('\n')
            ? text
            : throw new HAProxyException(HAProxyFault.Garbled, $"{path} gave an incomplete answer to '{Shown(command)}'.");
    }

    /// <summary>Takes whatever comes back, nothing too: for a command that ends the process which should answer.</summary>
    /// <exception cref="HAProxyException">NotRunning, Timeout or Garbled.</exception>
    public async Task<string> SayAsync(string command, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            return await TalkAsync(command, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new HAProxyException(HAProxyFault.Timeout, $"{path} gave no answer to '{Shown(command)}' in {timeout.TotalSeconds:0.#} s.");
        }
        catch (SocketException error)
        {
            throw new HAProxyException(HAProxyFault.NotRunning, $"{path} does not answer: {error.Message}", error);
        }
    }

    private async Task<string> TalkAsync(string command, CancellationToken cancellation)
    {
        using var socket = RuntimeAddress.Open(address);
        await ConnectAsync(socket, cancellation);
        await socket.SendAsync(Encoding.UTF8.GetBytes(command + "\n"), cancellation);
        // The master closes only once the caller has said that nothing more comes.
        socket.Shutdown(SocketShutdown.Send);
        using var answer = new MemoryStream();
        var buffer = new byte[16384];
        while (await socket.ReceiveAsync(buffer, cancellation) is var read and > 0)
        {
            answer.Write(buffer, 0, read);
            if (answer.Length > LongestAnswer)
                throw new HAProxyException(HAProxyFault.Garbled, $"{path} does not stop answering '{Shown(command)}'.");
        }
        return Encoding.UTF8.GetString(answer.GetBuffer(), 0, (int)answer.Length);
    }

    // What follows the first line is a key.
    private static string Shown(string command) => command.Split('\n', 2)[0];

    private async Task ConnectAsync(Socket socket, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await socket.ConnectAsync(address, cancellation);
                return;
            }
            catch (SocketException error) when (error.SocketErrorCode is SocketError.WouldBlock or SocketError.TryAgain)
            {
                // The queue of a Unix socket is full: HAProxy is busy, which is no reason to give up before the time is up.
                await Task.Delay(BeforeTryingAgain, time, cancellation);
            }
        }
    }
}
