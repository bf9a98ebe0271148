namespace Portal.Docker;

/// <summary>What kind of failure it was, decided by status code or exception type, never by message text.</summary>
public enum RegistryErrorKind
{
    /// <summary>No connection, or one that was cut.</summary>
    Unreachable,
    /// <summary>Something listens, but no TLS session that can be trusted comes about.</summary>
    Untrusted,
    /// <summary>No answer within the time limit.</summary>
    TooSlow,
    /// <summary>Credentials are wanted and there are none, or they are not taken (401, 403).</summary>
    Unauthorised,
    /// <summary>The registry has no such image (404).</summary>
    NotFound,
    /// <summary>Asked too often (429).</summary>
    RateLimited,
    /// <summary>The registry failed (500 and above).</summary>
    ServerError,
    /// <summary>An answer, but not one that a registry gives.</summary>
    Garbled,
}

/// <param name="Message">For people; never holds credentials, nor what the other side wrote.</param>
/// <param name="RetryAfter">How long the registry asks to be left alone.</param>
/// <param name="IsTransient">The same question may well be answered a little later.</param>
public sealed record RegistryError(RegistryErrorKind Kind, string Message, bool IsTransient, TimeSpan? RetryAfter = null);

/// <summary>A registry did not answer the question. <see cref="Error"/> says how.</summary>
public sealed class RegistryException(RegistryError error, Exception? inner = null) : Exception(error.Message, inner)
{
    public RegistryError Error { get; } = error;

    public RegistryErrorKind Kind => Error.Kind;
}
