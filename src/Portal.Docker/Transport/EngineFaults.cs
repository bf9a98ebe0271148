using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text.Json;

namespace Portal.Docker;

/// <summary>Turns what HttpClient throws and what the engine answers into <see cref="EngineException"/>.</summary>
internal static class EngineFaults
{
    private const int LongestMessage = 8 * 1024;

    public static EngineException FromTransport(Exception error, EngineEndpoint endpoint)
    {
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            if (cause is AuthenticationException or CryptographicException
                || cause is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError }
                || IsOpenSsl(cause))
            {
                return New(EngineErrorKind.Refused, $"The TLS handshake with {endpoint} failed: {Deepest(error).Message}", error);
            }

            if (cause is SocketException { SocketErrorCode: SocketError.AccessDenied })
            {
                return New(EngineErrorKind.Refused, $"No permission to open {endpoint}.", error);
            }
        }

        return error is TimeoutException or OperationCanceledException
            ? New(EngineErrorKind.Timeout, $"{endpoint} did not answer in time.", error)
            : New(EngineErrorKind.Unavailable, $"{endpoint} does not answer: {Deepest(error).Message}", error);
    }

    public static async Task<EngineException> FromAnswerAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        var status = (int)response.StatusCode;
        var body = await ReadBoundedAsync(response, cancel).ConfigureAwait(false);
        var message = MessageIn(body) ?? (body.Length > 0 ? body : $"The engine answered {status} {response.ReasonPhrase}.");
        return new EngineException(new EngineError(EngineError.KindOf(status), status, message));
    }

    public static EngineException Unreadable(Exception inner) =>
        New(EngineErrorKind.Other, "The engine's answer could not be read.", inner);

    private static EngineException New(EngineErrorKind kind, string message, Exception inner) =>
        new(new EngineError(kind, null, message), inner);

    // A refused client certificate reaches us as OpenSSL's alert on the first read; its exception type is internal to the runtime.
    private static bool IsOpenSsl(Exception error) => error.GetType().FullName is "Interop+OpenSsl+SslException";

    private static Exception Deepest(Exception error) => error.InnerException is { } inner ? Deepest(inner) : error;

    private static async Task<string> ReadBoundedAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        var stream = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        var buffer = new byte[LongestMessage];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancel).ConfigureAwait(false);
        return System.Text.Encoding.UTF8.GetString(buffer, 0, length).Trim();
    }

    private static string? MessageIn(string body)
    {
        if (!body.StartsWith('{'))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(body, EngineJson.Default.WireError)?.Message;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
