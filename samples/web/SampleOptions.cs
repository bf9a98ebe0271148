using System.Collections;
using System.Globalization;

namespace Sample.Web;

/// <summary>All that the sample is told, by environment variables, so that one set of files makes good versions and broken ones.</summary>
/// <param name="Version">VERSION; shown, and sent as X-Version</param>
/// <param name="Colour">PORTAL_ENVIRONMENT, set by the portal: blue or green</param>
/// <param name="Port">PORT</param>
/// <param name="StartDelay">START_DELAY_MS: unhealthy for this long after the start</param>
/// <param name="Unhealthy">UNHEALTHY=true: never healthy</param>
/// <param name="ExitCode">EXIT_CODE: ends at once with it</param>
public sealed record SampleOptions(string Version, string Colour, string Host, int Port, TimeSpan StartDelay, bool Unhealthy, int? ExitCode)
{
    private const int LongestDelay = 3_600_000;

    /// <exception cref="FormatException">A variable is not what it must be; the message names it.</exception>
    public static SampleOptions Read(IDictionary environment)
    {
        string? Text(string name) => environment[name] is string { Length: > 0 } text ? text : null;
        int? Number(string name, int least, int most) =>
            Text(name) is not { } text ? null
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
            : throw new FormatException($"{name} is '{text}'; it must be a number from {least} to {most}.");
        return new SampleOptions(
            Printable(Text("VERSION") ?? "0"),
            Printable(Text("PORTAL_ENVIRONMENT") ?? "none"),
            System.Environment.MachineName,
            Number("PORT", 1, 65535) ?? 8080,
            TimeSpan.FromMilliseconds(Number("START_DELAY_MS", 0, LongestDelay) ?? 0),
            string.Equals(Text("UNHEALTHY"), "true", StringComparison.OrdinalIgnoreCase),
            Number("EXIT_CODE", 0, 255));
    }

    // It goes into a header.
    private static string Printable(string text) => string.Concat(text.Where(letter => letter is > ' ' and <= '~'));
}
