namespace Portal.Compose;

/// <summary>Finds the known word that a misspelt one was meant to be.</summary>
internal static class Similar
{
    private const int LongestWord = 40;

    public static string? To(string word, IEnumerable<string> known)
    {
        if (word.Length is < 3 or > LongestWord)
        {
            return null;
        }

        var (best, distance) = known.Select(k => (Word: k, Distance: Distance(word, k))).OrderBy(p => p.Distance).ThenBy(p => p.Word, StringComparer.Ordinal).First();
        return distance <= Math.Max(1, word.Length / 4) ? best : null;
    }

    private static int Distance(string a, string b)
    {
        var previous = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var current = new int[b.Length + 1];
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var change = previous[j - 1] + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1);
                current[j] = Math.Min(change, Math.Min(previous[j], current[j - 1]) + 1);
            }

            previous = current;
        }

        return previous[b.Length];
    }
}
