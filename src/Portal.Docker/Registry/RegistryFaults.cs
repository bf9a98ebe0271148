using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Portal.Docker;

/// <summary>Turns what HttpClient throws and what a registry answers into <see cref="RegistryException"/>.</summary>
internal static class RegistryFaults
{
    /// <param name="what">What was asked for, such as <c>team/web:1</c>.</param>
    public static RegistryException FromStatus(HttpResponseMessage response, string host, string what, RegistryCredentials? credentials, TimeProvider time) => response.StatusCode switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => Unauthorised(host, credentials, (int)response.StatusCode),
        HttpStatusCode.NotFound => New(RegistryErrorKind.NotFound, $"The registry {host} has no {what}."),
        HttpStatusCode.TooManyRequests => RateLimited(host, RetryAfter(response, time)),
        HttpStatusCode.RequestTimeout => New(RegistryErrorKind.TooSlow, $"The registry {host} gave up the request (408).", transient: true),
        >= HttpStatusCode.InternalServerError => new RegistryException(
            new RegistryError(RegistryErrorKind.ServerError, $"The registry {host} failed with {(int)response.StatusCode}.", IsTransient: true, RetryAfter(response, time))),
        _ => Garbled(host, $"it answered {(int)response.StatusCode} for {what}"),
    };

    public static RegistryException FromTransport(Exception error, string host, bool timedOut)
    {
        if (timedOut)
        {
            return New(RegistryErrorKind.TooSlow, $"The registry {host} did not answer in time.", transient: true, error);
        }

        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case AuthenticationException or HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError }:
                    return New(RegistryErrorKind.Untrusted, $"No TLS session with the registry {host}: {Deepest(error).Message}", transient: false, error);
                case HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } or SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData }:
                    return New(RegistryErrorKind.Unreachable, $"The registry {host} is not found: there is no such host name.", transient: false, error);
                case HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded }:
                    return New(RegistryErrorKind.Garbled, $"{host} does not answer as a registry does: not in HTTP.", transient: false, error);
            }
        }

        // A connection that does not come about within its limit rarely does at the second try.
        return error is OperationCanceledException
            ? New(RegistryErrorKind.Unreachable, $"The registry {host} cannot be reached: no connection in time.", transient: false, error)
            : New(RegistryErrorKind.Unreachable, $"The registry {host} cannot be reached: {Deepest(error).Message}", transient: true, error);
    }

    public static RegistryException Unauthorised(string host, RegistryCredentials? credentials, int status) => New(
        RegistryErrorKind.Unauthorised,
        credentials is null
            ? $"The registry {host} wants a user name and password ({status}), and there are none for it."
            : $"The registry {host} does not take the user name and password of {credentials.UserName} ({status}).");

    public static RegistryException Garbled(string host, string why) => New(RegistryErrorKind.Garbled, $"{host} does not answer as a registry does: {why}.");

    private static RegistryException RateLimited(string host, TimeSpan? after) => new(new RegistryError(
        RegistryErrorKind.RateLimited,
        $"The registry {host} was asked too often (429)" + (after is { } wait ? string.Create(CultureInfo.InvariantCulture, $", and wants to be left alone for {wait.TotalSeconds:0} s.") : "."),
        IsTransient: true,
        after));

    private static TimeSpan? RetryAfter(HttpResponseMessage response, TimeProvider time)
    {
        var wait = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - time.GetUtcNow(),
            _ => (TimeSpan?)null,
        };
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    private static RegistryException New(RegistryErrorKind kind, string message, bool transient = false, Exception? inner = null) =>
        new(new RegistryError(kind, message, transient), inner);

    private static Exception Deepest(Exception error) => error.InnerException is { } inner ? Deepest(inner) : error;
}
