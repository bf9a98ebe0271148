using System.Text.RegularExpressions;

namespace Portal.Docker;

/// <summary>What a registry's 401 asks for. Pure.</summary>
internal abstract partial record RegistryChallenge
{
    public sealed record Basic : RegistryChallenge;

    /// <param name="Realm">Where the token is to be had.</param>
    public sealed record Bearer(Uri Realm, string? Service, string? Scope) : RegistryChallenge;

    /// <returns>Null where nothing is asked for that we can give. A token is preferred where both are offered.</returns>
    public static RegistryChallenge? Read(HttpResponseMessage response)
    {
        RegistryChallenge? found = null;
        foreach (var offered in response.Headers.WwwAuthenticate)
        {
            if (offered.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase) && TokenOf(offered.Parameter ?? "") is { } bearer)
            {
                return bearer;
            }

            if (offered.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase))
            {
                found = new Basic();
            }
        }

        return found;
    }

    private static Bearer? TokenOf(string text)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (Match match in Parameter().Matches(text))
        {
            values.TryAdd(match.Groups["name"].Value, match.Groups["quoted"] is { Success: true } quoted ? Escape().Replace(quoted.Value, "$1") : match.Groups["bare"].Value);
        }

        return Uri.TryCreate(values.GetValueOrDefault("realm"), UriKind.Absolute, out var realm)
            ? new Bearer(realm, values.GetValueOrDefault("service"), values.GetValueOrDefault("scope"))
            : null;
    }

    [GeneratedRegex("""(?<name>[A-Za-z_-]+)\s*=\s*(?:"(?<quoted>(?:[^"\\]|\\.)*)"|(?<bare>[^\s,"]+))""", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 200)]
    private static partial Regex Parameter();

    [GeneratedRegex(@"\\(.)", RegexOptions.CultureInvariant)]
    private static partial Regex Escape();
}
