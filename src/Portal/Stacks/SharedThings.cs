using System.Collections.Immutable;
using System.Text.Json;

namespace Portal.Stacks;

/// <param name="Kind"><c>database</c>, <c>volume</c>, <c>queue</c> or <c>other</c>.</param>
public sealed record SharedBody(string? Kind, string? Name, string? Note);

/// <summary>What may be said of the things that both sides of a stack share.</summary>
public static class SharedThings
{
    public const int Most = 20;
    public const int LongestName = 60;
    public const int LongestNote = 200;
    public const string Kinds = "database, volume, queue or other";

    /// <returns>The things in their order; or the field that is wrong, below <c>shared</c>, and why.</returns>
    public static (ImmutableArray<SharedThing> Things, string? Field, string Problem) Read(IReadOnlyList<SharedBody?> bodies)
    {
        if (bodies.Count > Most)
        {
            return ([], "shared", $"At most {Most}.");
        }

        var things = ImmutableArray.CreateBuilder<SharedThing>(bodies.Count);
        for (var i = 0; i < bodies.Count; i++)
        {
            var (name, note) = (bodies[i]?.Name?.Trim(), bodies[i]?.Note?.Trim());
            if (KindOf(bodies[i]?.Kind) is not { } kind)
            {
                return ([], $"shared[{i}].kind", $"{Kinds}.");
            }

            if (string.IsNullOrEmpty(name) || name.Length > LongestName || name.Any(char.IsControl))
            {
                return ([], $"shared[{i}].name", $"A name of 1 to {LongestName} characters.");
            }

            if (note is not null && (note.Length > LongestNote || note.Any(char.IsControl)))
            {
                return ([], $"shared[{i}].note", $"One line of at most {LongestNote} characters.");
            }

            var thing = new SharedThing(kind, name, string.IsNullOrEmpty(note) ? null : note);
            if (things.Any(other => Same(other, thing)))
            {
                return ([], $"shared[{i}].name", $"{thing.Words} is named twice.");
            }

            things.Add(thing);
        }

        return (things.ToImmutable(), null, "");
    }

    /// <summary>As in a JSON body; null stands for none.</summary>
    public static (ImmutableArray<SharedThing> Things, string? Field, string Problem) Read(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Null)
        {
            return ([], null, "");
        }

        try
        {
            return value.ValueKind == JsonValueKind.Array
                ? Read(value.Deserialize<List<SharedBody?>>(JsonSerializerOptions.Web)!)
                : ([], "shared", "A list of {kind, name, note}.");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return ([], "shared", "A list of {kind, name, note}, each a text.");
        }
    }

    /// <summary>Whether all that was shared still is; what is said of it may be other words.</summary>
    public static bool Keeps(ImmutableArray<SharedThing> before, ImmutableArray<SharedThing> after) => before.All(thing => after.Any(other => Same(thing, other)));

    public static object Answer(ImmutableArray<SharedThing> shared) => shared.Select(thing => new { kind = KindText(thing.Kind), thing.Name, thing.Note });

    public static string KindText(SharedKind kind) => kind.ToString().ToLowerInvariant();

    /// <summary><c>database orders, volume uploads</c>.</summary>
    public static string Words(ImmutableArray<SharedThing> shared) => string.Join(", ", shared.Select(thing => thing.Words));

    private static bool Same(SharedThing one, SharedThing other) => one.Kind == other.Kind && string.Equals(one.Name, other.Name, StringComparison.OrdinalIgnoreCase);

    // By their names alone: Enum.TryParse takes numbers as well.
    private static SharedKind? KindOf(string? text) => text?.Trim() switch
    {
        "database" => SharedKind.Database,
        "volume" => SharedKind.Volume,
        "queue" => SharedKind.Queue,
        "other" => SharedKind.Other,
        _ => null,
    };
}
