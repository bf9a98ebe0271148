using System.Globalization;
using System.Text.RegularExpressions;

namespace Portal.Model;

/// <summary>
/// How a deployment to standby moves on, in three words: <c>manual</c>, <c>auto-after-health</c>, or <c>auto-after</c> with a time such as
/// <c>90s</c>, <c>10m</c>, <c>1h30m</c>. As a value: null, nothing, or the time.
/// </summary>
public static partial class MovingOn
{
    public const string Manual = "manual";
    public const string AfterHealth = "auto-after-health";
    public const string After = "auto-after";
    public const string Help = "manual, auto-after-health, or auto-after with a time from 1s to 24h, such as auto-after 10m.";
    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    public static bool TryParse(string? text, out TimeSpan? after)
    {
        after = null;
        switch (text?.Trim())
        {
            case null or "" or Manual:
                return true;
            case AfterHealth:
                after = TimeSpan.Zero;
                return true;
            case var words when Pattern().Match(words) is { Success: true } match:
                after = TimeSpan.FromHours(Number(match, "h")) + TimeSpan.FromMinutes(Number(match, "m")) + TimeSpan.FromSeconds(Number(match, "s"));
                return after > TimeSpan.Zero && after <= Longest;
            default:
                return false;
        }
    }

    public static string Text(TimeSpan? after) => after switch
    {
        null => Manual,
        { Ticks: 0 } => AfterHealth,
        { } time => $"{After} {Span(time)}",
    };

    /// <summary><c>1h30m</c>.</summary>
    public static string Span(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{Part((int)time.TotalHours, 'h')}{Part(time.Minutes, 'm')}{Part(time.Seconds, 's')}");

    private static string Part(int number, char unit) => number == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{number}{unit}");

    private static int Number(Match match, string unit) => match.Groups[unit] is { Success: true } group ? int.Parse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"\Aauto-after (?=[0-9])(?:(?<h>[0-9]{1,2})h)?(?:(?<m>[0-9]{1,4})m)?(?:(?<s>[0-9]{1,5})s)?\z")]
    private static partial Regex Pattern();
}
