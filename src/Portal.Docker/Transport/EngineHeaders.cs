namespace Portal.Docker;

internal static class EngineHeaders
{
    public static string? ApiVersion(HttpResponseMessage response) => Get(response, "Api-Version");

    public static string? Get(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) || response.Content.Headers.TryGetValues(name, out values)
            ? values.FirstOrDefault()
            : null;
}
