using System.Net.Sockets;
using System.Text;

namespace Portal.Tests.HAProxy;

/// <summary>A Unix socket that gives every caller the same answer, or takes the command and stays silent. A fake, for HAProxy never does either.</summary>
internal sealed class FakeSocket : IAsyncDisposable
{
    private readonly Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource stop = new();
    private readonly List<Socket> callers = [];
    private readonly Task serving;

    /// <param name="answer">Null: none ever.</param>
    public FakeSocket(string? answer, string? path = null)
    {
        Path = path ?? System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"fake{Guid.NewGuid():N}.sock");
        listener.Bind(new UnixDomainSocketEndPoint(Path));
        listener.Listen();
        serving = ServeAsync(answer);
    }

    public string Path { get; }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await serving;
        callers.ForEach(caller => caller.Dispose());
        listener.Dispose();
        stop.Dispose();
        File.Delete(Path);
    }

    private async Task ServeAsync(string? answer)
    {
        try
        {
            while (true)
            {
                var caller = await listener.AcceptAsync(stop.Token);
                callers.Add(caller);
                if (answer is null)
                {
                    continue;
                }

                await caller.ReceiveAsync(new byte[1000], stop.Token);
                await caller.SendAsync(Encoding.UTF8.GetBytes(answer), stop.Token);
                caller.Shutdown(SocketShutdown.Both);
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }
}
