using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Portal.Docker;

/// <summary>Sends calls: version prefix, time limit by kind of call, errors made typed.</summary>
internal sealed class EngineTransport : IDisposable
{
    private readonly HttpClient http;
    private readonly EngineEndpoint endpoint;
    private readonly EngineClientOptions options;
    private readonly SemaphoreSlim negotiating = new(1, 1);
    private string? versionPrefix;

    public EngineTransport(EngineEndpoint endpoint, EngineClientOptions options)
    {
        this.endpoint = endpoint;
        this.options = options;
        http = new HttpClient(EngineHandler.Create(endpoint, options))
        {
            BaseAddress = endpoint.HttpAddress,
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Sends and forgets the answer's body. True unless the engine said "already so" (304).</summary>
    public async Task<bool> SendAsync(EngineRequest request, CancellationToken cancel)
    {
        using var limit = LimitOf(request, cancel);
        try
        {
            using var response = await AnswerAsync(request, limit.Token).ConfigureAwait(false);
            return response.StatusCode != HttpStatusCode.NotModified;
        }
        catch (Exception error) when (IsTransportFault(error, cancel))
        {
            throw EngineFaults.FromTransport(error, endpoint);
        }
    }

    public async Task<T> ReadAsync<T>(EngineRequest request, JsonTypeInfo<T> type, CancellationToken cancel)
    {
        using var limit = LimitOf(request, cancel);
        try
        {
            using var response = await AnswerAsync(request, limit.Token).ConfigureAwait(false);
            var stream = await response.Content.ReadAsStreamAsync(limit.Token).ConfigureAwait(false);
            await using var _ = stream.ConfigureAwait(false);
            return await JsonSerializer.DeserializeAsync(stream, type, limit.Token).ConfigureAwait(false)
                ?? throw new JsonException("null");
        }
        catch (JsonException error)
        {
            throw EngineFaults.Unreadable(error);
        }
        catch (Exception error) when (IsTransportFault(error, cancel))
        {
            throw EngineFaults.FromTransport(error, endpoint);
        }
    }

    /// <summary>Sends and hands out headers only, such as a ping's.</summary>
    public async Task<T> HeadersAsync<T>(EngineRequest request, Func<HttpResponseMessage, T> read, CancellationToken cancel)
    {
        using var limit = LimitOf(request, cancel);
        try
        {
            using var response = await AnswerAsync(request, limit.Token).ConfigureAwait(false);
            return read(response);
        }
        catch (Exception error) when (IsTransportFault(error, cancel))
        {
            throw EngineFaults.FromTransport(error, endpoint);
        }
    }

    /// <summary>Opens a stream without a time limit. Whoever gets it disposes it; that closes the connection.</summary>
    public async Task<EngineStream> OpenAsync(EngineRequest request, CancellationToken cancel)
    {
        try
        {
            var response = await AnswerAsync(request, cancel).ConfigureAwait(false);
            var body = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
            return new EngineStream(body, response, endpoint);
        }
        catch (Exception error) when (IsTransportFault(error, cancel))
        {
            throw EngineFaults.FromTransport(error, endpoint);
        }
    }

    public async Task<string> VersionPrefixAsync(CancellationToken cancel)
    {
        if (Volatile.Read(ref versionPrefix) is { } known)
        {
            return known;
        }

        await negotiating.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            return versionPrefix ??= await NegotiateAsync(cancel).ConfigureAwait(false);
        }
        finally
        {
            negotiating.Release();
        }
    }

    public void Dispose()
    {
        http.Dispose();
        negotiating.Dispose();
    }

    private async Task<string> NegotiateAsync(CancellationToken cancel)
    {
        var ping = EngineRequest.Get("/_ping") with { Versioned = false };
        var offered = await HeadersAsync(ping, EngineHeaders.ApiVersion, cancel).ConfigureAwait(false);
        return ApiVersion.TryParse(offered, out var version) && ApiVersion.Negotiate(version) is { } spoken
            ? $"/v{spoken}"
            : throw new EngineException(new EngineError(
                EngineErrorKind.Refused, null, $"{endpoint} speaks API version {offered ?? "unknown"}; {ApiVersion.Floor} or newer is needed."));
    }

    private async Task<HttpResponseMessage> AnswerAsync(EngineRequest request, CancellationToken cancel)
    {
        var prefix = request.Versioned ? await VersionPrefixAsync(cancel).ConfigureAwait(false) : "";
        using var message = new HttpRequestMessage(request.Method, $"{prefix}{request.Path}{request.Query}") { Content = request.Content };
        if (request.RegistryAuth is { } auth)
        {
            message.Headers.TryAddWithoutValidation("X-Registry-Auth", auth);
        }

        if (request.Upgrade)
        {
            message.Headers.Connection.Add("Upgrade");
            message.Headers.Upgrade.ParseAdd("tcp");
        }

        var response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancel).ConfigureAwait(false);
        if (response.IsSuccessStatusCode || response.StatusCode is HttpStatusCode.NotModified or HttpStatusCode.SwitchingProtocols)
        {
            return response;
        }

        using (response)
        {
            throw await EngineFaults.FromAnswerAsync(response, cancel).ConfigureAwait(false);
        }
    }

    private CallLimit LimitOf(EngineRequest request, CancellationToken cancel) => new(
        options.Time,
        request.Kind switch
        {
            CallKind.Read => options.ReadTimeout,
            CallKind.Change => options.ChangeTimeout + request.ExtraTime,
            CallKind.Slow => options.SlowTimeout,
            CallKind.Stream => Timeout.InfiniteTimeSpan,
        },
        cancel);

    // The caller's own cancellation stays what it is; any other is a time limit of ours.
    private static bool IsTransportFault(Exception error, CancellationToken cancel) =>
        error is HttpRequestException or IOException or TimeoutException
        || (error is OperationCanceledException && !cancel.IsCancellationRequested);
}
