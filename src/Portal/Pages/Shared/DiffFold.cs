namespace Portal.Pages.Shared;

/// <summary>Lines that are shown together, and how many unchanged ones were left out before them.</summary>
public sealed record DiffFold(int Hidden, IReadOnlyList<DiffLine> Lines)
{
    /// <summary>Keeps <paramref name="context"/> unchanged lines around each change. Empty when nothing differs.</summary>
    public static IReadOnlyList<DiffFold> Of(IReadOnlyList<DiffLine> lines, int context)
    {
        var keep = new bool[lines.Count];
        for (var i = 0; i < lines.Count; i++)
        {
            if (lines[i].Kind != DiffKind.Same)
            {
                Array.Fill(keep, true, Math.Max(0, i - context), Math.Min(lines.Count, i + context + 1) - Math.Max(0, i - context));
            }
        }

        if (!keep.Contains(true))
        {
            return [];
        }

        var folds = new List<DiffFold>();
        for (var at = 0; at < lines.Count;)
        {
            var hidden = Run(keep, at, false);
            var shown = Run(keep, at + hidden, true);
            folds.Add(new(hidden, [.. lines.Skip(at + hidden).Take(shown)]));
            at += hidden + shown;
        }

        return folds;
    }

    private static int Run(bool[] keep, int from, bool value)
    {
        var end = from;
        while (end < keep.Length && keep[end] == value)
        {
            end++;
        }

        return end - from;
    }
}
