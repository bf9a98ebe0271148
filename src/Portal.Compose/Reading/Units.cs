using System.Globalization;
using System.Text.RegularExpressions;

namespace Portal.Compose;

/// <summary>Compose's ways to write times, sizes and command lines.</summary>
internal static partial class Units
{
    private const decimal LongestSeconds = 1_000_000_000;

    /// <summary>As <c>1m30s</c>, <c>1.5h</c>, <c>200ms</c>, <c>0</c>; null when it is not one.</summary>
    public static TimeSpan? Duration(string text)
    {
        if (text == "0")
        {
            return TimeSpan.Zero;
        }

        if (text.Length > 64 || !DurationForm().IsMatch(text))
        {
            return null;
        }

        decimal seconds = 0;
        foreach (Match part in DurationPart().Matches(text))
        {
            if (!decimal.TryParse(part.Groups[1].ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number > LongestSeconds)
            {
                return null;
            }

            seconds += number * part.Groups[2].Value switch
            {
                "ns" => 0.000_000_001m,
                "us" or "µs" => 0.000_001m,
                "ms" => 0.001m,
                "s" => 1,
                "m" => 60,
                "h" => 3600,
                "d" => 86_400,
                _ => 604_800,
            };
        }

        return seconds > LongestSeconds ? null : TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond));
    }

    /// <summary>As <c>512m</c>, <c>1.5GiB</c>, <c>100</c>; units are powers of 1024. Null when it is not one.</summary>
    public static long? Bytes(string text)
    {
        var match = text.Length > 64 ? Match.Empty : BytesForm().Match(text);
        if (!match.Success || !decimal.TryParse(match.Groups[1].ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }

        var scale = match.Groups[2].Value.ToUpperInvariant() switch
        {
            "K" => 1L << 10,
            "M" => 1L << 20,
            "G" => 1L << 30,
            "T" => 1L << 40,
            "P" => 1L << 50,
            _ => 1L,
        };
        return number > long.MaxValue / scale ? null : (long)(number * scale);
    }

    public static long? Whole(string text)
    {
        if (text.StartsWith("0x", StringComparison.Ordinal))
        {
            return long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex) ? hex : null;
        }

        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
            : text.EndsWith(".0", StringComparison.Ordinal) ? Whole(text[..^2])
            : null;
    }

    public static decimal? Number(string text) =>
        decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number) ? number : null;

    public static bool? Flag(string text) => text.ToUpperInvariant() switch
    {
        "TRUE" or "YES" or "Y" or "ON" => true,
        "FALSE" or "NO" or "N" or "OFF" => false,
        _ => null,
    };

    /// <summary>File mode bits: octal with a leading zero or in quotes, else decimal, as YAML has it.</summary>
    public static int? Mode(TextNode node)
    {
        var text = node.Value;
        var digits = text.StartsWith("0o", StringComparison.Ordinal) ? text[2..] : text;
        var octal = node.Kind != ScalarKind.Integer || text.StartsWith('0');
        if (digits.Length is 0 or > 6 || digits.Any(c => c is < '0' or > '9' || (octal && c > '7')))
        {
            return null;
        }

        var mode = digits.Aggregate(0, (sum, c) => (sum * (octal ? 8 : 10)) + (c - '0'));
        return mode <= 0xFFF ? mode : null;
    }

    [GeneratedRegex(@"\A(?:[0-9]+(?:\.[0-9]+)?(?:ns|us|µs|ms|s|m|h|d|w))+\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex DurationForm();

    [GeneratedRegex(@"([0-9]+(?:\.[0-9]+)?)(ns|us|µs|ms|s|m|h|d|w)", RegexOptions.CultureInvariant)]
    private static partial Regex DurationPart();

    [GeneratedRegex(@"\A([0-9]+(?:\.[0-9]+)?) ?([kKmMgGtTpP]?)(?:[iI]?[bB])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex BytesForm();
}
