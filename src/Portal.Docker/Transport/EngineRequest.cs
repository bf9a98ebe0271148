namespace Portal.Docker;

internal enum CallKind { Read, Change, Slow, Stream }

/// <summary>One call: path without version prefix, beginning with a slash.</summary>
internal sealed record EngineRequest(HttpMethod Method, string Path, CallKind Kind)
{
    public Query? Query { get; init; }

    public HttpContent? Content { get; init; }

    /// <summary>Added to the time limit, such as a stop's grace period.</summary>
    public TimeSpan ExtraTime { get; init; }

    /// <summary>Value of X-Registry-Auth.</summary>
    public string? RegistryAuth { get; init; }

    public bool Versioned { get; init; } = true;

    public bool Upgrade { get; init; }

    public static EngineRequest Get(string path, Query? query = null) => new(HttpMethod.Get, path, CallKind.Read) { Query = query };

    public static EngineRequest Post(string path, Query? query = null, HttpContent? content = null) =>
        new(HttpMethod.Post, path, CallKind.Change) { Query = query, Content = content };

    public static EngineRequest Delete(string path, Query? query = null) => new(HttpMethod.Delete, path, CallKind.Change) { Query = query };
}
