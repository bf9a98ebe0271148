using Portal.Lab.Parts;
using System.Globalization;

namespace Portal.Lab.Demo;

/// <param name="Exit">Take everything down at the end.</param>
/// <param name="Report">Where to write the report as JSON.</param>
public sealed record DemoOptions(PartsPlace Place, bool Exit, string? Report, int HttpPort, int GatewayPort)
{
    /// <exception cref="UsageException">An unknown word, or a port that is none.</exception>
    public static DemoOptions Read(IReadOnlyList<string> words)
    {
        var options = new DemoOptions(PartsPlace.Demo(), Exit: false, Report: null, HttpPort: 8080, GatewayPort: 8000);
        for (var i = 0; i < words.Count; i++)
        {
            options = words[i] switch
            {
                "--exit" => options with { Exit = true },
                "--report" => options with { Report = Path.GetFullPath(Value(words, ++i)) },
                "--http" => options with { HttpPort = Port(words, ++i) },
                "--gateway" => options with { GatewayPort = Port(words, ++i) },
                var other => throw new UsageException($"demo does not know '{other}'. It takes --exit, --report FILE, --http PORT and --gateway PORT."),
            };
        }

        return options;
    }

    private static string Value(IReadOnlyList<string> words, int at) =>
        at < words.Count ? words[at] : throw new UsageException($"{words[at - 1]} wants a value.");

    private static int Port(IReadOnlyList<string> words, int at) =>
        int.TryParse(Value(words, at), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535
            ? port
            : throw new UsageException($"{words[at - 1]} wants a port, 1 to 65535.");
}
