using System.Text.Json;
using Portal.Pages.Shared;

namespace Portal.Pages.Audit;

/// <summary>Before and after as rows: a field each, those first that differ. Pure.</summary>
internal static class AuditChanges
{
    private const int LongestValue = 400;

    /// <param name="before">JSON, or null for what was not there.</param>
    /// <param name="after">JSON, or null for what is no more.</param>
    public static IReadOnlyList<ChangeTable.Change> Of(string? before, string? after)
    {
        var (old, now) = (Fields(before), Fields(after));
        return [.. old.Keys.Union(now.Keys).Select(name => new ChangeTable.Change(name, old.GetValueOrDefault(name), now.GetValueOrDefault(name)))];
    }

    private static Dictionary<string, string> Fields(string? json)
    {
        Dictionary<string, string> fields = new(StringComparer.Ordinal);
        if (json is not null)
        {
            using var document = JsonDocument.Parse(json);
            Add(fields, "", document.RootElement);
        }

        return fields;
    }

    private static void Add(Dictionary<string, string> fields, string name, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject())
                {
                    Add(fields, name.Length == 0 ? property.Name : $"{name}.{property.Name}", property.Value);
                }

                break;
            case JsonValueKind.Array when value.EnumerateArray().All(one => one.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array)):
                Put(string.Join(", ", value.EnumerateArray().Select(Text)));
                break;
            case JsonValueKind.Array:
                var index = 0;
                foreach (var one in value.EnumerateArray())
                {
                    Add(fields, $"{name}[{index++}]", one);
                }

                break;
            case JsonValueKind.Null:
                break;
            default:
                Put(Text(value));
                break;
        }

        void Put(string text)
        {
            if (text.Length > 0)
            {
                fields[name.Length == 0 ? "value" : name] = text.Length > LongestValue ? text[..LongestValue] + "…" : text;
            }
        }
    }

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
}
