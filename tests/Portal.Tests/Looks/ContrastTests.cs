using System.Globalization;
using System.Text.RegularExpressions;

namespace Portal.Tests.Looks;

public sealed partial class ContrastTests
{
    private static readonly Dictionary<string, string[]> Tokens = Pattern().Matches(File.ReadAllText(Path.Combine(Repository.Root, "wwwroot/css/tokens.css")))
        .ToDictionary(m => m.Groups[1].Value, m => new[] { m.Groups[2].Value, m.Groups[3].Value });

    public static TheoryData<string, string, int> Pairs()
    {
        var data = new TheoryData<string, string, int>();
        foreach (var theme in new[] { 0, 1 })
        {
            foreach (var text in new[] { "text", "dim", "accent", "blue", "green", "ok", "warn", "bad", "run" })
            {
                foreach (var ground in new[] { "bg", "panel", "hover", "blue-wash", "green-wash", "warn-wash", "bad-wash", "accent-wash" })
                {
                    data.Add(text, ground, theme);
                }
            }

            data.Add("accent-ink", "accent", theme);
            data.Add("accent-ink", "accent-hover", theme);
            data.Add("bad-ink", "bad", theme);
            data.Add("panel", "blue", theme);
            data.Add("panel", "green", theme);
            data.Add("panel", "ok", theme);
            data.Add("panel", "warn", theme);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Text_can_be_read_on_its_ground_in_both_themes(string text, string ground, int theme)
    {
        var (a, b) = (Luminance(Tokens[text][theme]), Luminance(Tokens[ground][theme]));
        var ratio = (Math.Max(a, b) + .05) / (Math.Min(a, b) + .05);
        Assert.True(ratio >= 4.5, $"--{text} on --{ground} is {ratio:0.00}, theme {theme}");
    }

    private static double Luminance(string hex)
    {
        var parts = Enumerable.Range(0, 3).Select(i => int.Parse(hex.AsSpan(1 + (2 * i), 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255d)
            .Select(c => c <= .03928 ? c / 12.92 : Math.Pow((c + .055) / 1.055, 2.4)).ToArray();
        return (.2126 * parts[0]) + (.7152 * parts[1]) + (.0722 * parts[2]);
    }

    [GeneratedRegex(@"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)")]
    private static partial Regex Pattern();
}
