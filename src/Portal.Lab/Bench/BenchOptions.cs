using Portal.Lab.Parts;

namespace Portal.Lab.Bench;

/// <param name="Names">Which of <see cref="BenchRun.All"/>, in that order; never empty.</param>
/// <param name="Json">Where to write the results as JSON too.</param>
public sealed record BenchOptions(IReadOnlyList<string> Names, string? Json)
{
    /// <exception cref="UsageException">A name or an option that there is not.</exception>
    public static BenchOptions Read(IReadOnlyList<string> words)
    {
        var names = new List<string>();
        string? json = null;
        for (var i = 0; i < words.Count; i++)
        {
            if (words[i] == "--json")
            {
                json = ++i < words.Count ? Path.GetFullPath(words[i]) : throw new UsageException("--json wants a file.");
            }
            else if (BenchRun.All.Contains(words[i]))
            {
                names.Add(words[i]);
            }
            else
            {
                throw new UsageException($"bench does not know '{words[i]}'. It takes {string.Join(", ", BenchRun.All)} and --json FILE.");
            }
        }

        return new BenchOptions(names.Count == 0 ? BenchRun.All : [.. BenchRun.All.Where(names.Contains)], json);
    }
}
