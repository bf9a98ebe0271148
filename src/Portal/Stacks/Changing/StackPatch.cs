using System.Collections.Immutable;
using System.Text.Json;

namespace Portal.Stacks.Changing;

/// <summary>A field of a patch: left out, or given, perhaps as null.</summary>
public readonly record struct Patched<T>(bool Given, T? Value)
{
    public static implicit operator Patched<T>(T? value) => new(true, value);

    /// <summary>What holds after the patch.</summary>
    public T? Or(T? otherwise) => Given ? Value : otherwise;
}

/// <summary>A change of a stack as a merge patch (RFC 7396): what is absent stays, what is null goes.</summary>
public sealed record StackPatch
{
    public static readonly StackPatch Empty = new();

    public Patched<string> Compose { get; init; }
    public Patched<string> Rancher { get; init; }

    /// <summary>Null parts the stack from the catalog: its texts are its own from then on.</summary>
    public Patched<string> Template { get; init; }

    /// <summary>Null: the version that the catalog offers first.</summary>
    public Patched<string> Version { get; init; }

    /// <summary>Name → answer; null takes it back to the question's default.</summary>
    public ImmutableSortedDictionary<string, string?> Answers { get; init; } = ImmutableSortedDictionary.Create<string, string?>(StringComparer.Ordinal);

    /// <summary>All answers go before <see cref="Answers"/> are merged in.</summary>
    public bool WithoutAnswers { get; init; }

    /// <summary>Name → content; null takes it away, or back to the template's own.</summary>
    public ImmutableSortedDictionary<string, string?> Files { get; init; } = ImmutableSortedDictionary.Create<string, string?>(StringComparer.Ordinal);

    /// <summary>All files go before <see cref="Files"/> are merged in.</summary>
    public bool WithoutFiles { get; init; }

    /// <summary>Null: switched on, as in the beginning.</summary>
    public Patched<bool?> Healing { get; init; }

    /// <summary>How a deployment to standby moves on; null: by hand, as in the beginning.</summary>
    public Patched<TimeSpan?> MovesOn { get; init; }

    /// <summary>What both sides work on, all of it.</summary>
    public Patched<ImmutableArray<SharedThing>> Shared { get; init; }

    public bool TouchesDefinition => Compose.Given || Rancher.Given || Template.Given || Version.Given || WithoutAnswers || !Answers.IsEmpty || WithoutFiles || !Files.IsEmpty;

    /// <returns>No patch: the field that is wrong, and why.</returns>
    public static (StackPatch? Patch, string Field, string Problem) Read(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            return (null, "", "A JSON object with the fields to change.");
        }

        var patch = Empty;
        foreach (var field in body.EnumerateObject())
        {
            switch (field.Name)
            {
                case "compose" when IsText(field.Value):
                    patch = patch with { Compose = field.Value.GetString() };
                    break;
                case "rancherCompose" when IsText(field.Value):
                    patch = patch with { Rancher = field.Value.GetString() };
                    break;
                case "template" when IsText(field.Value):
                    patch = patch with { Template = field.Value.GetString() };
                    break;
                case "version" when IsText(field.Value):
                    patch = patch with { Version = field.Value.GetString() };
                    break;
                case "healing" when field.Value.ValueKind is JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null:
                    patch = patch with { Healing = field.Value.ValueKind == JsonValueKind.Null ? (bool?)null : field.Value.GetBoolean() };
                    break;
                case "movesOn" when IsText(field.Value):
                    if (!MovingOn.TryParse(field.Value.GetString(), out var after))
                    {
                        return (null, field.Name, MovingOn.Help);
                    }

                    patch = patch with { MovesOn = after };
                    break;
                case "shared":
                    var (things, wrongThing, why) = SharedThings.Read(field.Value);
                    if (wrongThing is not null)
                    {
                        return (null, wrongThing, why);
                    }

                    patch = patch with { Shared = things };
                    break;
                case "answers" or "files" when field.Value.ValueKind == JsonValueKind.Null:
                    patch = field.Name == "answers" ? patch with { WithoutAnswers = true } : patch with { WithoutFiles = true };
                    break;
                case "answers" or "files" when field.Value.ValueKind == JsonValueKind.Object:
                    if (field.Value.EnumerateObject().Where(entry => !IsText(entry.Value)).Select(entry => entry.Name).FirstOrDefault() is { } wrong)
                    {
                        return (null, $"{field.Name}.{wrong}", "A text, or null.");
                    }

                    patch = field.Name == "answers" ? patch with { Answers = Merged(field.Value) } : patch with { Files = Merged(field.Value) };
                    break;
                case "compose" or "rancherCompose" or "template" or "version" or "healing" or "movesOn" or "answers" or "files":
                    return (null, field.Name, "Of another type than this field has.");
                default:
                    return (null, field.Name, "A stack has no such field to change: compose, rancherCompose, template, version, answers, files, healing, movesOn and shared are those that it has.");
            }
        }

        return (patch, "", "");
    }

    /// <summary>Of a name given twice, the last holds, as in JSON's other readers.</summary>
    private static ImmutableSortedDictionary<string, string?> Merged(JsonElement entries) =>
        entries.EnumerateObject().Reverse().DistinctBy(entry => entry.Name).ToImmutableSortedDictionary(entry => entry.Name, entry => entry.Value.GetString(), StringComparer.Ordinal);

    private static bool IsText(JsonElement value) => value.ValueKind is JsonValueKind.String or JsonValueKind.Null;
}
