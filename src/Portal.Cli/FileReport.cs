using System.Text.Encodings.Web;
using System.Text.Json;
using Portal.Compose;

namespace Portal.Cli;

/// <summary>One thing said of a file.</summary>
/// <param name="OtherFile">the file that the line is in, where it is not the one reported on</param>
internal sealed record FileFinding(int Line, string Key, FindingOutcome Outcome, string Reason, string? OtherFile = null)
{
    /// <summary>There are two words: what could not be read was not let through either.</summary>
    public string Word => Outcome == FindingOutcome.Ignored ? "ignored" : "refused";
}

/// <summary>What the check has to say of one file.</summary>
/// <param name="Wanting">variables that must have a value and have none</param>
internal sealed record FileReport(string File, Verdict Verdict, IReadOnlyList<string> Services, IReadOnlyList<FileFinding> Findings, IReadOnlyList<string> Wanting)
{
    public static FileReport Unreadable(string file, string? other, TextFile text) =>
        new(file, Verdict.Unreadable, [], [new FileFinding(text.Line, "", FindingOutcome.Unreadable, text.Problem!, other)], []);

    /// <summary>2 where one is unreadable, else 1 where one is refused, else 0.</summary>
    public static int ExitCode(IEnumerable<FileReport> reports) => reports.Select(r => r.Verdict switch
    {
        Verdict.Accepted => 0,
        Verdict.Refused => 1,
        Verdict.Unreadable => 2,
    }).DefaultIfEmpty(0).Max();

    public static void WriteText(IEnumerable<FileReport> reports, TextWriter output)
    {
        foreach (var report in reports)
        {
            output.WriteLine($"{Plain(report.File)}: {Word(report.Verdict)}");
            if (report.Services.Count > 0)
            {
                output.WriteLine($"  services: {Plain(string.Join(", ", report.Services))}");
            }

            foreach (var finding in report.Findings)
            {
                var key = finding.Key.Length == 0 ? "" : $"{finding.Key}: ";
                output.WriteLine(Plain($"{finding.OtherFile ?? report.File}:{finding.Line}: {key}{finding.Word}: {finding.Reason}"));
            }

            if (report.Wanting.Count > 0)
            {
                output.WriteLine($"  without a value: {string.Join(", ", report.Wanting)}; give them with --env NAME=VALUE or --env-file FILE");
            }
        }
    }

    public static void WriteJson(IEnumerable<FileReport> reports, Stream output)
    {
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartArray();
        foreach (var report in reports)
        {
            json.WriteStartObject();
            json.WriteString("file", report.File);
            json.WriteString("verdict", Word(report.Verdict));
            json.WriteStartArray("services");
            foreach (var service in report.Services)
            {
                json.WriteStringValue(service);
            }

            json.WriteEndArray();
            json.WriteStartArray("findings");
            foreach (var finding in report.Findings)
            {
                json.WriteStartObject();
                json.WriteNumber("line", finding.Line);
                json.WriteString("key", finding.Key);
                json.WriteString("outcome", finding.Word);
                json.WriteString("reason", finding.OtherFile is { } other ? $"{other}: {finding.Reason}" : finding.Reason);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string Word(Verdict verdict) => verdict switch
    {
        Verdict.Accepted => "accepted",
        Verdict.Refused => "refused",
        Verdict.Unreadable => "unreadable",
    };

    // A name in a file may hold what moves a terminal's cursor.
    private static string Plain(string text) => string.Create(text.Length, text, static (span, source) =>
    {
        for (var i = 0; i < span.Length; i++)
        {
            span[i] = char.IsControl(source[i]) ? '\uFFFD' : source[i];
        }
    });
}
