using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Portal.Redaction;

/// <summary>Finds values in texts, in all their forms at once, in one pass. Immutable; made once for many texts.</summary>
public sealed class RedactionSet
{
    public const string Mark = "[redacted]";

    /// <summary>A longer form counts from here on, as far as the text goes with it: texts are cut somewhere.</summary>
    private const int Telling = 64;
    private const int LongestHead = 16;

    private readonly SearchValues<string>? heads;
    private readonly int[] headLengths = [];
    private readonly Dictionary<string, string[]>.AlternateLookup<ReadOnlySpan<char>> byHead;

    public RedactionSet(IEnumerable<string> values)
    {
        var groups = values.SelectMany(SecretForms.Of).Distinct(StringComparer.Ordinal)
            .GroupBy(form => form[..Math.Min(form.Length, LongestHead)], StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);
        byHead = groups.GetAlternateLookup<ReadOnlySpan<char>>();
        if (groups.Count > 0)
        {
            heads = SearchValues.Create([.. groups.Keys], StringComparison.Ordinal);
            headLengths = [.. groups.Keys.Select(head => head.Length).Distinct().Order()];
        }
    }

    public static RedactionSet Nothing { get; } = new([]);

    public bool Finds(ReadOnlySpan<char> text) => heads is not null && Next(text, 0) is not null;

    /// <summary>The forms that stand in a text, as they stand there.</summary>
    public IEnumerable<string> In(string text)
    {
        for (var next = heads is null ? null : Next(text, 0); next is var (start, end); next = Next(text, end))
        {
            yield return text[start..end];
        }
    }

    /// <summary>The text with a mark in the place of each value; the very same text where there is none.</summary>
    public string Clean(string text)
    {
        if (heads is null || Next(text, 0) is not { } found)
        {
            return text;
        }

        var clean = new StringBuilder(text.Length);
        var kept = 0;
        for ((int Start, int End)? next = found; next is var (start, end); next = Next(text, kept))
        {
            // One that begins inside another goes with it.
            for (var inside = Next(text, start + 1); inside is var (inner, further) && inner < end; inside = Next(text, inner + 1))
            {
                end = Math.Max(end, further);
            }

            clean.Append(text, kept, start - kept).Append(Mark);
            kept = end;
        }

        return clean.Append(text, kept, text.Length - kept).ToString();
    }

    /// <summary>The same inside the texts of a JSON document, which stays one. What is no JSON is cleaned as text.</summary>
    public string CleanJson(string json)
    {
        if (!Finds(json) && !(heads is not null && json.Contains('\\', StringComparison.Ordinal)))
        {
            return json;
        }

        try
        {
            return Clean(JsonNode.Parse(json))?.ToJsonString() ?? "null";
        }
        catch (JsonException)
        {
            return Clean(json);
        }
    }

    private JsonNode? Clean(JsonNode? node) => node switch
    {
        JsonObject properties => new JsonObject(properties.Select(one => KeyValuePair.Create(one.Key, Clean(one.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Clean)]),
        JsonValue value when value.TryGetValue<string>(out var text) => JsonValue.Create(Clean(text)),
        JsonValue value when Finds(value.ToJsonString()) => JsonValue.Create(Mark),
        _ => node?.DeepClone(),
    };

    /// <summary>The first place at or after <paramref name="from"/>, as far as the longest form goes there.</summary>
    private (int Start, int End)? Next(ReadOnlySpan<char> text, int from)
    {
        while (from < text.Length)
        {
            var hit = text[from..].IndexOfAny(heads!);
            if (hit < 0)
            {
                return null;
            }

            var start = from + hit;
            var length = LongestAt(text[start..]);
            if (length > 0)
            {
                return (start, start + length);
            }

            from = start + 1;
        }

        return null;
    }

    private int LongestAt(ReadOnlySpan<char> text)
    {
        var longest = 0;
        foreach (var head in headLengths)
        {
            if (head > text.Length)
            {
                break;
            }

            if (!byHead.TryGetValue(text[..head], out var forms))
            {
                continue;
            }

            foreach (var form in forms)
            {
                var common = text.CommonPrefixLength(form);
                if (common > longest && (common == form.Length || common >= Telling))
                {
                    longest = common;
                }
            }
        }

        return longest;
    }
}
