using System.Net;
using System.Net.Http.Headers;

namespace Portal.Docker;

/// <summary>Requests over connections that are kept. Redirects are followed a few times, without credentials once they leave the host.</summary>
internal sealed class RegistryTransport : IDisposable
{
    private const int MostRedirects = 3;

    private readonly HttpClient http;

    public RegistryTransport(RegistryClientOptions options) => http = new HttpClient(new SocketsHttpHandler
    {
        ConnectTimeout = options.ConnectTimeout,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        MaxConnectionsPerServer = 32,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(60),
        // A name may move to another address.
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>The answer's headers; its body is read by the caller, who disposes it.</summary>
    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, RegistryOrigin origin, Uri address, IReadOnlyList<string> accept, AuthenticationHeaderValue? authorization, CancellationToken cancel)
    {
        for (var followed = 0; ; followed++)
        {
            using var request = new HttpRequestMessage(method, address);
            request.Headers.Authorization = authorization;
            request.Headers.TryAddWithoutValidation("User-Agent", "portal");
            request.Headers.TryAddWithoutValidation("Accept", accept);
            var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel).ConfigureAwait(false);
            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308))
            {
                return response;
            }

            using (response)
            {
                var next = response.Headers.Location is { } location ? new Uri(address, location) : null;
                if (next is null || followed == MostRedirects || !origin.Allows(next))
                {
                    throw RegistryFaults.Garbled(origin.Host, "it redirects to where it is not followed");
                }

                authorization = next.Authority == address.Authority && next.Scheme == address.Scheme ? authorization : null;
                address = next;
            }
        }
    }

    /// <exception cref="RegistryException">Garbled: longer than <paramref name="most"/> bytes.</exception>
    public static async Task<byte[]> ReadAsync(HttpResponseMessage response, string host, int most, CancellationToken cancel)
    {
        var stream = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        using var read = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int count;
        while ((count = await stream.ReadAsync(buffer, cancel).ConfigureAwait(false)) > 0)
        {
            if (read.Length + count > most)
            {
                throw RegistryFaults.Garbled(host, $"its answer is longer than {most} bytes");
            }

            read.Write(buffer, 0, count);
        }

        return read.ToArray();
    }

    public void Dispose() => http.Dispose();
}
