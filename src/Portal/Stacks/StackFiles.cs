using System.Collections.Immutable;
using System.Text;
using Portal.Compose;

namespace Portal.Stacks;

/// <summary>Files that come with a stack, because its text names them: what may be handed over, and what of it is kept. Pure.</summary>
internal static class StackFiles
{
    public const int Most = 32;
    public const int LargestTogether = 256 * 1024;

    /// <returns>Null: they may come.</returns>
    public static (string Field, string Problem)? Problem(ImmutableSortedDictionary<string, string> files) =>
        files.Count > Most ? ("files", $"At most {Most} files.")
        : files.Sum(file => (long)Encoding.UTF8.GetByteCount(file.Value ?? "")) > LargestTogether ? ("files", $"At most {LargestTogether / 1024} KiB together.")
        : files.FirstOrDefault(file => file.Value is null || file.Value.Contains('\0', StringComparison.Ordinal)) is { Key: { } name } ? ($"files.{name}", "A text, without zero characters.")
        : null;

    /// <returns>One that the text does not name, or null.</returns>
    public static string? Unasked(ImmutableSortedDictionary<string, string> files, ComposeResult read)
    {
        var asked = Names(read);
        return files.Keys.FirstOrDefault(name => !asked.Contains(Bare(name)));
    }

    /// <summary>Those that the text names.</summary>
    public static ImmutableSortedDictionary<string, string> Asked(ImmutableSortedDictionary<string, string> files, ComposeResult read)
    {
        var asked = Names(read);
        return files.RemoveRange(files.Keys.Where(name => !asked.Contains(Bare(name))));
    }

    private static HashSet<string> Names(ComposeResult read) => [.. read.FilesAsked.Select(Bare)];

    private static string Bare(string name) => name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name;
}
