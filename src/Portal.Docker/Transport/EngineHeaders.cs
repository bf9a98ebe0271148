using System.Text.Json;

namespace Portal.Docker;

internal static class EngineHeaders
{
    /// <summary>JSON in base64.</summary>
    public static PathStat PathStat(HttpResponseMessage response) =>
        Get(response, "X-Docker-Container-Path-Stat") is { } text && JsonSerializer.Deserialize(Convert.FromBase64String(text), EngineJson.Default.PathStat) is { } stat
            ? stat
            : throw new EngineException(new EngineError(EngineErrorKind.Other, null, "The engine says nothing of the path."));

    public static string? ApiVersion(HttpResponseMessage response) => Get(response, "Api-Version");

    public static string? Get(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) || response.Content.Headers.TryGetValues(name, out values)
            ? values.FirstOrDefault()
            : null;
}
