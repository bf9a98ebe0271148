using System.Net.Sockets;

namespace Portal.Clusters.Health;

/// <summary>One probe from outside the container.</summary>
public sealed class Prober : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        // Each probe shows that a new client would be answered.
        PooledConnectionLifetime = TimeSpan.Zero,
    })
    { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = 64 * 1024 };

    /// <param name="address">Where the replica's port answers.</param>
    public async Task<(bool Passed, string Answer)> ProbeAsync(ProbeRule rule, string address, int port, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(rule.Timeout);
        try
        {
            return rule.Kind == ProbeKind.Http
                ? await GetAsync(rule, address, port, limit.Token)
                : await ConnectAsync(address, port, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (false, $"{What(rule)} → no answer in {rule.Timeout.TotalSeconds:0.#} s");
        }
        catch (Exception error) when (error is HttpRequestException or SocketException or IOException)
        {
            return (false, $"{What(rule)} → {error.GetBaseException().Message}");
        }
    }

    public void Dispose() => http.Dispose();

    private async Task<(bool Passed, string Answer)> GetAsync(ProbeRule rule, string address, int port, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new UriBuilder("http", address, port) { Path = rule.Path }.Uri);
        request.Headers.UserAgent.ParseAdd("portal-health");
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        var code = (int)response.StatusCode;
        return (code is >= 200 and < 400, $"{What(rule)} → {code}");
    }

    private static async Task<(bool Passed, string Answer)> ConnectAsync(string address, int port, CancellationToken cancellationToken)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(address, port, cancellationToken);
        return (true, $"TCP {port} → connected");
    }

    private static string What(ProbeRule rule) => rule.Kind == ProbeKind.Http ? $"GET {rule.Path}" : $"TCP {rule.Port}";
}
