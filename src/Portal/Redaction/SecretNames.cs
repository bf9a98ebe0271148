using System.Buffers;
using System.Text.RegularExpressions;

namespace Portal.Redaction;

/// <summary>Which of many values are secret, where nobody said so. Pure.</summary>
public static partial class SecretNames
{
    private const int ShortestRandom = 12;
    /// <summary>What stands in words, paths, versions and addresses.</summary>
    private static readonly SearchValues<char> Written = SearchValues.Create(" \t./:,");

    /// <summary>A name that tells: <c>DB_PASSWORD</c>, <c>apiToken</c>.</summary>
    public static bool Tells(string name) => Telling().IsMatch(name) && !Place().IsMatch(name);

    /// <summary>
    /// The secrets in a file of settings, one a line: values whose name tells, the passwords in addresses, and what is so long and mixed
    /// that nobody writes it by hand.
    /// </summary>
    public static IEnumerable<string> InSettings(string text)
    {
        foreach (var line in text.Split('\n'))
        {
            if (Setting().Match(line) is not { Success: true } setting)
            {
                continue;
            }

            var value = Unquoted(setting.Groups["value"].Value.Trim());
            if (Tells(setting.Groups["name"].Value) || IsRandom(value))
            {
                yield return value;
            }

            foreach (var password in InAddress(value))
            {
                yield return password;
            }
        }
    }

    /// <summary>The password of <c>scheme://user:password@host</c>, as written and as meant.</summary>
    public static IEnumerable<string> InAddress(string value)
    {
        foreach (Match match in Address().Matches(value))
        {
            yield return match.Groups["password"].Value;
            yield return Uri.UnescapeDataString(match.Groups["password"].Value);
        }
    }

    private static bool IsRandom(string value) =>
        value.Length >= ShortestRandom && value.Any(char.IsAsciiLetter) && value.Any(char.IsAsciiDigit) && !value.AsSpan().ContainsAny(Written);

    private static string Unquoted(string value) =>
        value is ['"', .., '"'] or ['\'', .., '\''] ? value[1..^1] : value;

    [GeneratedRegex("passw|passphrase|pwd|secret|token|credential|api[-_.]?key|private[-_.]?key|access[-_.]?key|auth[-_.]?key|(^|[-_.])(pass|key|dsn|salt|pin)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Telling();

    [GeneratedRegex("(file|folder|path|dir|lifetime|url|ttl|expiry|name)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Place();

    [GeneratedRegex(@"^\s*(export\s+)?(?<name>[A-Za-z_][A-Za-z0-9_.\-]*)\s*[=:]\s*(?<value>\S.*)$", RegexOptions.CultureInvariant)]
    private static partial Regex Setting();

    [GeneratedRegex(@"[a-z][a-z0-9+.\-]*://[^\s:@/]*:(?<password>[^\s@/]+)@", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Address();
}
