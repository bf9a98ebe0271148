using System.Collections.Immutable;

namespace Portal.Stacks.Differences;

/// <summary>A snapshot as it is held against another: the texts with their answers, and what they come to.</summary>
/// <param name="Rendered">Null: today's portal refuses it.</param>
internal sealed record Snapshot(
    StackDefinition Definition, ImmutableSortedDictionary<string, ImageChoice> Images, ImmutableSortedDictionary<string, int> SecretVersions, RenderedStack? Rendered, string? Problem);

/// <summary>Holds two snapshots of a stack against each other. Pure.</summary>
internal static class Differ
{
    public static RevisionDifference Between(Snapshot? before, Snapshot after)
    {
        var mask = before is null ? Mask.Of(after.Definition) : Mask.Of(before.Definition, after.Definition);
        return new RevisionDifference(
            [.. Names(before?.Images.Keys, after.Images.Keys).Select(name => (name, before?.Images.GetValueOrDefault(name), after.Images.GetValueOrDefault(name))).Where(image => image.Item2 != image.Item3)],
            before is null ? [] : [.. Names(before.Definition.Answers.Keys, after.Definition.Answers.Keys).Select(name => Answer(name, before.Definition, after.Definition)).OfType<FieldDifference>()],
            [.. Names(before?.SecretVersions.Keys, after.SecretVersions.Keys).Select(name => (name, Version(before, name), Version(after, name))).Where(secret => secret.Item2 != secret.Item3)],
            Services(before?.Rendered, after.Rendered, mask),
            before?.Definition.Compose,
            after.Definition.Compose,
            before?.Problem ?? after.Problem)
        {
            Files = before is null ? [] : [.. Names(before.Definition.Files.Keys, after.Definition.Files.Keys).Where(name => before.Definition.Files.GetValueOrDefault(name) != after.Definition.Files.GetValueOrDefault(name))],
        };
    }

    private static ImmutableArray<ServiceDifference> Services(RenderedStack? before, RenderedStack? after, Mask mask) =>
        before is null || after is null ? [] : [.. Names(Of(before), Of(after)).Select(name => Service(name, before, after, mask)).OfType<ServiceDifference>()];

    private static ServiceDifference? Service(string name, RenderedStack before, RenderedStack after, Mask mask)
    {
        var (was, becomes) = (Fields(before, name), Fields(after, name));
        if (becomes is null)
        {
            return new ServiceDifference(name, ServiceChange.Removed, []);
        }

        ImmutableArray<FieldDifference> fields =
        [
            .. Names(was?.Keys, becomes.Keys)
                .Where(field => was?.GetValueOrDefault(field) != becomes.GetValueOrDefault(field))
                .Select(field => Masked(field, was?.GetValueOrDefault(field), becomes.GetValueOrDefault(field), mask)),
        ];
        return was is null ? new ServiceDifference(name, ServiceChange.Added, fields)
            : fields.IsEmpty ? null
            : new ServiceDifference(name, ServiceChange.Changed, fields);
    }

    /// <summary>Both hidden: that they differ is all that is said.</summary>
    private static FieldDifference Masked(string field, string? before, string? after, Mask mask)
    {
        var (was, becomes) = (mask.Apply(before), mask.Apply(after));
        return new FieldDifference(field, was, was == becomes && becomes is not null ? $"{becomes} (changed)" : becomes);
    }

    private static FieldDifference? Answer(string name, StackDefinition before, StackDefinition after)
    {
        var (was, becomes) = (before.Answers.GetValueOrDefault(name), after.Answers.GetValueOrDefault(name));
        return was == becomes ? null
            : Mask.IsSecret(before, name) || Mask.IsSecret(after, name) ? new FieldDifference(name, was is null ? null : Mask.Hidden, becomes is null ? null : $"{Mask.Hidden} (changed)")
            : new FieldDifference(name, was, becomes);
    }

    private static ImmutableSortedDictionary<string, string>? Fields(RenderedStack stack, string name) =>
        stack.Compose.Services.FirstOrDefault(service => service.Name == name) is { } service ? ServiceFields.Of(service, stack.ReplicasOf(service)) : null;

    private static IEnumerable<string> Of(RenderedStack stack) => stack.Compose.Services.Select(service => service.Name);

    private static IEnumerable<string> Names(IEnumerable<string>? one, IEnumerable<string> other) => (one ?? []).Union(other, StringComparer.Ordinal).Order(StringComparer.Ordinal);

    private static int? Version(Snapshot? snapshot, string name) => snapshot?.SecretVersions.TryGetValue(name, out var version) == true ? version : null;
}
