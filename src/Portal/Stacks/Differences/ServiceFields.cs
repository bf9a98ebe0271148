using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Portal.Compose;

namespace Portal.Stacks.Differences;

/// <summary>
/// A service as names and values, one for each thing that can be told apart: made from the model as a whole, so that no property that
/// is added to it can be forgotten here.
/// </summary>
internal static class ServiceFields
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        // As Compose writes them: cap_drop, stop_grace_period.
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>What tells the members of a list apart, in the order of preference.</summary>
    private static readonly string[] Keys = ["target", "name", "service", "source", "port"];

    /// <summary>Told on their own, or of the text and not of what runs.</summary>
    private static readonly ImmutableHashSet<string> Left = ["name", "line", "image", "replicas"];

    private const string Digest = "definition_digest";

    public static ImmutableSortedDictionary<string, string> Of(ServiceSpec service, int replicas)
    {
        var fields = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in JsonSerializer.SerializeToNode(service, Json)!.AsObject())
        {
            if (!Left.Contains(name))
            {
                Add(fields, name, value);
            }
        }

        fields["replicas"] = replicas.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return fields.ToImmutable();
    }

    private static void Add(ImmutableSortedDictionary<string, string>.Builder fields, string path, JsonNode? value)
    {
        switch (value)
        {
            case JsonObject map:
                foreach (var (name, inner) in map)
                {
                    Add(fields, $"{path}.{name}", inner);
                }

                break;
            case JsonArray { Count: > 0 } list when KeyOf(list) is { } key:
                foreach (var item in list.Cast<JsonObject>())
                {
                    fields[Free(fields, $"{path}.{item[key]}")] = Text(item, key, withDigest: path != "secrets");
                }

                break;
            case JsonArray { Count: 0 } or null:
                break;
            case JsonArray list:
                fields[path] = list.All(item => item is JsonValue) ? string.Join(' ', list.Select(item => item!.ToString())) : list.ToJsonString(Json);
                break;
            default:
                fields[path] = value.ToString();
                break;
        }
    }

    private static string? KeyOf(JsonArray list) => list.All(item => item is JsonObject) ? Keys.FirstOrDefault(key => list.All(item => item![key] is not null)) : null;

    /// <summary>A port may be offered by TCP and by UDP.</summary>
    private static string Free(ImmutableSortedDictionary<string, string>.Builder fields, string name) => fields.ContainsKey(name) ? Free(fields, name + "'") : name;

    /// <summary>What else it says, without what is as nobody asked for it.</summary>
    /// <param name="withDigest">Of what it names: a volume's driver, a config's content. Not a secret's, which could be guessed at.</param>
    private static string Text(JsonObject item, string key, bool withDigest)
    {
        var said = item
            .Where(pair => pair.Key != key && pair.Key != Digest && !Left.Contains(pair.Key) && pair.Value is not (null or JsonArray { Count: 0 }) && pair.Value.ToString() is not ("false" or "0" or ""))
            .Select(pair => $"{pair.Key} {(pair.Value is JsonArray list ? string.Join(' ', list) : pair.Value)}");
        if (withDigest && item[Digest]?.ToString() is { Length: >= 8 } digest)
        {
            said = said.Append($"definition {digest[..8]}");
        }

        return string.Join(", ", said) is { Length: > 0 } text ? text : "as it is";
    }
}
