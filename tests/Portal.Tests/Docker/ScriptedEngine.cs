using System.Net;
using System.Net.Sockets;
using System.Text;
using Portal.Docker;

namespace Portal.Tests.Docker;

/// <summary>Something on a port that is no engine: answers a ping, then what the test wants, byte for byte.</summary>
internal sealed class ScriptedEngine : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly Func<string, string?> answer;
    private readonly string apiVersion;
    private readonly Task serving;

    /// <param name="answer">Request line → whole answer, after which the connection is closed; null never answers.</param>
    public ScriptedEngine(Func<string, string?> answer, string apiVersion = "1.41")
    {
        (this.answer, this.apiVersion) = (answer, apiVersion);
        listener.Start();
        Endpoint = EngineEndpoint.Parse($"tcp://{listener.LocalEndpoint}");
        serving = ServeAsync();
    }

    public EngineEndpoint Endpoint { get; }

    public static string Answer(int status, string body, string contentType = "application/json") =>
        $"HTTP/1.1 {status} X\r\nContent-Type: {contentType}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}";

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await serving;
        listener.Stop();
        stopping.Dispose();
    }

    private async Task ServeAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(SpeakAsync(await listener.AcceptTcpClientAsync(stopping.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task SpeakAsync(TcpClient connection)
    {
        using (connection)
        {
            try
            {
                var stream = connection.GetStream();
                using var reader = new StreamReader(stream);
                var first = await reader.ReadLineAsync(stopping.Token) ?? "";
                while (await reader.ReadLineAsync(stopping.Token) is { Length: > 0 })
                {
                    // Headers are of no interest.
                }

                var text = first.Contains("/_ping", StringComparison.Ordinal)
                    ? $"HTTP/1.1 200 OK\r\nApi-Version: {apiVersion}\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK"
                    : answer(first);
                if (text is null)
                {
                    await Task.Delay(Timeout.Infinite, stopping.Token);
                }

                await stream.WriteAsync(Encoding.UTF8.GetBytes(text ?? ""), stopping.Token);
            }
            catch (Exception error) when (error is OperationCanceledException or IOException)
            {
                // The client went away, or the test is over.
            }
        }
    }
}
