namespace Portal.Docker;

/// <summary>What kind of failure it was, decided by status code or exception type, never by message text.</summary>
public enum EngineErrorKind
{
    /// <summary>The named thing does not exist (404).</summary>
    NotFound,
    /// <summary>The engine's state does not allow it: name taken, container running, volume in use (409).</summary>
    Conflict,
    /// <summary>Already in the wanted state (304). Start and stop count it as success.</summary>
    NotModified,
    /// <summary>No answer: connection refused, cut, or the engine is going down (502, 503, 504).</summary>
    Unavailable,
    /// <summary>The engine, the registry or the TLS handshake will not do this however often it is asked (400, 401, 403, 405, 406, 422).</summary>
    Refused,
    /// <summary>No answer within the call's time limit.</summary>
    Timeout,
    /// <summary>Anything else, such as the engine's catch-all 500 or an answer that cannot be read.</summary>
    Other,
}

/// <param name="StatusCode">The HTTP status, where one was received.</param>
/// <param name="Message">The engine's own message where it gave one. May name images and registries; never holds credentials that we sent.</param>
public sealed record EngineError(EngineErrorKind Kind, int? StatusCode, string Message)
{
    /// <summary>Worth asking again later without changing anything.</summary>
    public bool IsTransient => Kind is EngineErrorKind.Unavailable or EngineErrorKind.Timeout;

    public static EngineErrorKind KindOf(int statusCode) => statusCode switch
    {
        304 => EngineErrorKind.NotModified,
        400 or 401 or 403 or 405 or 406 or 422 => EngineErrorKind.Refused,
        404 => EngineErrorKind.NotFound,
        408 => EngineErrorKind.Timeout,
        409 => EngineErrorKind.Conflict,
        502 or 503 or 504 => EngineErrorKind.Unavailable,
        _ => EngineErrorKind.Other,
    };
}
