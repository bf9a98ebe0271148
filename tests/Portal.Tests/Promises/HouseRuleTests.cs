using System.Text.RegularExpressions;
using Portal.Tests.Looks;

namespace Portal.Tests.Promises;

/// <summary>What no analyzer here can say, said over the sources.</summary>
public sealed partial class HouseRuleTests
{
    [Theory]
    [InlineData(@"DateTime(Offset)?\.(Utc)?Now\b", "take the time from TimeProvider")]
    [InlineData(@"Thread\.Sleep|Async\([^;]*\)\.Result\b|GetAwaiter\(\)\.GetResult|\.Wait\(\)|async void", "await instead")]
    [InlineData(@"catch\s*\{\s*\}|catch\s*\(Exception[^)]*\)\s*\{\s*\}", "an error must be told to somebody")]
    [InlineData(@"NotImplementedException|\bTODO\b|\bFIXME\b", "finish it, or file it")]
    public void A_habit_that_is_not_ours_is_nowhere(string pattern, string instead)
    {
        var found = Sources().SelectMany(file => File.ReadLines(file).Select((line, number) => (file, line, number)))
            .Where(entry => !entry.line.TrimStart().StartsWith("//", StringComparison.Ordinal) && Regex.IsMatch(entry.line, pattern))
            .Select(entry => $"{Path.GetRelativePath(Repository.Root, entry.file)}:{entry.number + 1}: {entry.line.Trim()}")
            .ToList();

        Assert.True(found.Count == 0, $"{instead}:\n{string.Join('\n', found)}");
    }

    [Fact]
    public void No_file_of_the_sources_is_long()
    {
        var found = Sources().Select(file => (file, lines: File.ReadLines(file).Count())).Where(entry => entry.lines > 400)
            .Select(entry => $"{Path.GetRelativePath(Repository.Root, entry.file)}: {entry.lines} lines").ToList();

        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    private static IEnumerable<string> Sources() => new[] { "*.cs", "*.razor" }
        .SelectMany(pattern => Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), pattern, SearchOption.AllDirectories))
        .Where(file => !Built().IsMatch(file));

    [GeneratedRegex("/(bin|obj)/")]
    private static partial Regex Built();
}
