using Portal.Pages.Shared;

namespace Portal.Tests.Looks;

public sealed class TextDiffTests
{
    [Fact]
    public void A_changed_line_is_shown_as_gone_and_come()
    {
        var lines = TextDiff.Compare("a\nb\nc\n", "a\nB\nc\n");
        Assert.Equal(
            [new(DiffKind.Same, 1, 1, "a"), new(DiffKind.Removed, 2, null, "b"), new(DiffKind.Added, null, 2, "B"), new(DiffKind.Same, 3, 3, "c")],
            lines);
    }

    [Fact]
    public void Line_ends_alone_are_no_difference() =>
        Assert.All(TextDiff.Compare("a\r\nb\r\n", "a\nb"), line => Assert.Equal(DiffKind.Same, line.Kind));

    [Fact]
    public void Both_texts_can_be_read_back_from_any_comparison_and_no_shared_line_is_missed()
    {
        const int seed = 20261121;
        var random = new Random(seed);
        for (var round = 0; round < 400; round++)
        {
            var (a, b) = (Some(random), Some(random));
            var lines = TextDiff.Compare(string.Join('\n', a), string.Join('\n', b));
            Assert.True(a.SequenceEqual(lines.Where(l => l.Before is not null).OrderBy(l => l.Before).Select(l => l.Text)), $"before, seed {seed} round {round}");
            Assert.True(b.SequenceEqual(lines.Where(l => l.After is not null).OrderBy(l => l.After).Select(l => l.Text)), $"after, seed {seed} round {round}");
            Assert.Equal(Longest(a, b, 0, 0, []), lines.Count(l => l.Kind == DiffKind.Same));
        }
    }

    [Fact]
    public void Two_huge_texts_without_likeness_are_compared_without_a_table_of_their_product()
    {
        var a = string.Join('\n', Enumerable.Range(0, 30_000).Select(i => $"a{i}"));
        var b = string.Join('\n', Enumerable.Range(0, 30_000).Select(i => $"b{i}"));
        Assert.Equal(60_000, TextDiff.Compare(a, b).Count);
    }

    [Fact]
    public void Unchanged_lines_fold_and_are_counted()
    {
        var before = string.Join('\n', Enumerable.Range(1, 20));
        var folds = DiffFold.Of(TextDiff.Compare(before, before.Replace("10", "ten", StringComparison.Ordinal)), 3);
        Assert.Equal([6, 7], folds.Select(f => f.Hidden));
        Assert.Equal([8, 0], folds.Select(f => f.Lines.Count));
        Assert.Empty(DiffFold.Of(TextDiff.Compare(before, before), 3));
    }

    private static string[] Some(Random random) => [.. Enumerable.Range(0, random.Next(1, 9)).Select(_ => ((char)('a' + random.Next(3))).ToString())];

    private static int Longest(string[] a, string[] b, int i, int j, Dictionary<(int, int), int> known)
    {
        if (i == a.Length || j == b.Length)
        {
            return 0;
        }

        if (!known.TryGetValue((i, j), out var longest))
        {
            longest = a[i] == b[j] ? 1 + Longest(a, b, i + 1, j + 1, known) : Math.Max(Longest(a, b, i + 1, j, known), Longest(a, b, i, j + 1, known));
            known[(i, j)] = longest;
        }

        return longest;
    }
}
