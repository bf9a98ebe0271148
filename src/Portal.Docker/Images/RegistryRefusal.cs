namespace Portal.Docker;

/// <summary>
/// Tells apart what the engine throws together: wrong credentials come from a pull as 404, from a push as a line without a code, and
/// missing ones as its catch-all 500. Its distribution endpoint passes the registry's own status on, so that is asked.
/// </summary>
internal static class RegistryRefusal
{
    private static readonly RegistryCredentials Nobody = new("nobody", "nobody");

    public static bool MayBe(EngineException error) => error.Kind is EngineErrorKind.NotFound or EngineErrorKind.Other;

    public static EngineRequest Distribution(ImageReference image, string? auth) =>
        new(HttpMethod.Get, $"/distribution/{image}/json", CallKind.Slow) { RegistryAuth = auth };

    public static async Task<EngineException> ExplainAsync(
        EngineTransport transport, ImageReference image, string? auth, EngineException error, CancellationToken cancel)
    {
        var found = await ProblemAsync(transport, image, auth, cancel).ConfigureAwait(false);
        if (found?.Kind == EngineErrorKind.Other && auth is null)
        {
            // Without credentials the engine gives up before the registry can answer; as nobody it must. Only then, since
            // a registry that lets everybody read would refuse nobody.
            found = await ProblemAsync(transport, image, RegistryCredentials.Header(Nobody), cancel).ConfigureAwait(false);
        }

        return found is { StatusCode: 401 or 403 }
            ? new EngineException(error.Error with { Kind = EngineErrorKind.Refused, StatusCode = found.StatusCode }, error)
            : error;
    }

    private static async Task<EngineError?> ProblemAsync(
        EngineTransport transport, ImageReference image, string? auth, CancellationToken cancel)
    {
        try
        {
            await transport.SendAsync(Distribution(image, auth), cancel).ConfigureAwait(false);
            return null;
        }
        catch (EngineException problem)
        {
            return problem.Error;
        }
    }
}
