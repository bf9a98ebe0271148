using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Portal.Lab.Bench;

/// <summary>The results as people and as programs read them.</summary>
public static class BenchReport
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static string ToJson(IReadOnlyList<BenchResult> results) => JsonSerializer.Serialize(
        results.Select(one => new { one.Name, one.Value, one.Unit, one.Against, one.Ratio, one.Failed }), Json) + "\n";

    public static string ToMarkdown(IReadOnlyList<BenchResult> results, DateOnly day)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"""
            # Benchmarks

            Written by `./portal bench` on {day:yyyy-MM-dd}: {Environment.ProcessorCount} processors, load generator, gateway, engine,
            database and portal all on this one machine. Only the ratios mean something elsewhere; each compares with something
            measured in the same run, or with the bound that we hold ourselves to.

            | What | Value | Against | Ratio | Requests failed |
            | --- | ---: | ---: | ---: | ---: |

            """);
        foreach (var one in results)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {one.Name} | {one.Value} {one.Unit} | {(one.Against is { } against ? string.Create(CultureInfo.InvariantCulture, $"{against} {one.Unit}, {one.What}") : one.What)} | {one.Ratio} | {one.Failed} |\n");
        }

        return text.ToString();
    }
}
