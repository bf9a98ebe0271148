namespace Portal.Access.Directories;

/// <summary>Climbs from a person's groups to the groups that hold those. Pure; safe against circles, bounded in height and number.</summary>
internal static class GroupWalk
{
    public const int Levels = 10;
    public const int Most = 2000;

    /// <param name="Complete">False where a bound was met: some groups are missing, never too many given.</param>
    public sealed record Found(IReadOnlyList<string> Groups, bool Complete);

    /// <param name="direct">What the person's own entry names.</param>
    /// <param name="above">The groups around the given entries, in any order, repeats allowed.</param>
    public static Found Climb(string person, IEnumerable<string> direct, Func<IReadOnlyList<string>, IEnumerable<string>> above)
    {
        var seen = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var level = Add(seen, direct);
        level = [.. level, .. Add(seen, above([person]))];
        for (var height = 1; level.Count > 0; height++)
        {
            if (height > Levels || seen.Count > Most)
            {
                return new Found(Sorted(seen), false);
            }

            level = Add(seen, above(level));
        }

        return new Found(Sorted(seen), true);
    }

    private static List<string> Add(Dictionary<string, string> seen, IEnumerable<string> groups) =>
        [.. groups.Select(DistinguishedName.Canonical).Where(group => seen.TryAdd(group, group))];

    private static List<string> Sorted(Dictionary<string, string> seen) => [.. seen.Keys.Order(StringComparer.OrdinalIgnoreCase)];
}
