namespace Portal.Pages.Shared;

public enum DiffKind { Same, Removed, Added }

/// <summary>A line of a comparison; numbers count from 1 and are null on the side that lacks it.</summary>
public sealed record DiffLine(DiffKind Kind, int? Before, int? After, string Text)
{
    internal string? Class => Kind switch { DiffKind.Added => "add", DiffKind.Removed => "del", DiffKind.Same => null };
}

/// <summary>Compares two texts line by line (longest common subsequence). Pure.</summary>
public static class TextDiff
{
    /// <summary>Beyond this many cells the middle is shown as replaced whole: a page must not stall over a pathological pair.</summary>
    private const long MaxCells = 4_000_000;

    public static IReadOnlyList<DiffLine> Compare(string before, string after)
    {
        var a = Lines(before);
        var b = Lines(after);
        var head = 0;
        while (head < a.Length && head < b.Length && a[head] == b[head])
        {
            head++;
        }

        var tail = 0;
        while (tail < a.Length - head && tail < b.Length - head && a[^(tail + 1)] == b[^(tail + 1)])
        {
            tail++;
        }

        var result = new List<DiffLine>(a.Length + b.Length - head - tail);
        for (var i = 0; i < head; i++)
        {
            result.Add(new(DiffKind.Same, i + 1, i + 1, a[i]));
        }

        AddMiddle(result, a, b, head, a.Length - tail, b.Length - tail);
        for (var i = tail; i > 0; i--)
        {
            result.Add(new(DiffKind.Same, a.Length - i + 1, b.Length - i + 1, a[^i]));
        }

        return result;
    }

    private static void AddMiddle(List<DiffLine> result, string[] a, string[] b, int from, int toA, int toB)
    {
        int n = toA - from, m = toB - from;
        var common = (long)n * m <= MaxCells ? Suffixes(a, b, from, n, m) : null;
        int i = 0, j = 0;
        while (i < n || j < m)
        {
            if (common is not null && i < n && j < m && a[from + i] == b[from + j])
            {
                result.Add(new(DiffKind.Same, from + i + 1, from + j + 1, a[from + i]));
                (i, j) = (i + 1, j + 1);
            }
            else if (i < n && (j == m || common is null || common[i + 1, j] >= common[i, j + 1]))
            {
                result.Add(new(DiffKind.Removed, from + i + 1, null, a[from + i]));
                i++;
            }
            else
            {
                result.Add(new(DiffKind.Added, null, from + j + 1, b[from + j]));
                j++;
            }
        }
    }

    /// <summary>[i, j]: length of the longest common subsequence of a from i and b from j.</summary>
    private static int[,] Suffixes(string[] a, string[] b, int from, int n, int m)
    {
        var common = new int[n + 1, m + 1];
        for (var i = n - 1; i >= 0; i--)
        {
            for (var j = m - 1; j >= 0; j--)
            {
                common[i, j] = a[from + i] == b[from + j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
            }
        }

        return common;
    }

    private static string[] Lines(string text)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        return lines is [.., ""] ? lines[..^1] : lines;
    }
}
