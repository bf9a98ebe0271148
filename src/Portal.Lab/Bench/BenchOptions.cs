using System.Globalization;
using Portal.Lab.Parts;

namespace Portal.Lab.Bench;

/// <param name="Names">Which of <see cref="BenchRun.All"/>, in that order; never empty.</param>
/// <param name="Json">Where to write the results as JSON too.</param>
public sealed record BenchOptions(IReadOnlyList<string> Names, string? Json)
{
    private const long DefaultRequests = 1_000_000;
    private static readonly TimeSpan DefaultDownload = TimeSpan.FromSeconds(60);

    /// <summary>How many the gateway is sent through its switches.</summary>
    public long Requests { get; init; } = DefaultRequests;

    /// <summary>How long a download takes that is open while the gateway is changed.</summary>
    public TimeSpan Download { get; init; } = DefaultDownload;

    /// <exception cref="UsageException">A name or an option that there is not.</exception>
    public static BenchOptions Read(IReadOnlyList<string> words)
    {
        var names = new List<string>();
        string? json = null;
        var (requests, download) = (DefaultRequests, DefaultDownload);
        for (var i = 0; i < words.Count; i++)
        {
            if (words[i] == "--json")
            {
                json = ++i < words.Count ? Path.GetFullPath(words[i]) : throw new UsageException("--json wants a file.");
            }
            else if (words[i] == "--requests")
            {
                requests = Number(words, ++i, "--requests");
            }
            else if (words[i] == "--download")
            {
                download = TimeSpan.FromSeconds(Number(words, ++i, "--download"));
            }
            else if (BenchRun.All.Contains(words[i]))
            {
                names.Add(words[i]);
            }
            else
            {
                throw new UsageException($"bench does not know '{words[i]}'. It takes {string.Join(", ", BenchRun.All)}, --json FILE, --requests NUMBER and --download SECONDS.");
            }
        }

        return new BenchOptions(names.Count == 0 ? BenchRun.All : [.. BenchRun.All.Where(names.Contains)], json) { Requests = requests, Download = download };
    }

    private static long Number(IReadOnlyList<string> words, int at, string option) =>
        at < words.Count && int.TryParse(words[at], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new UsageException($"{option} wants a number above zero.");
}
