using System.Text;
using System.Text.Json;

namespace Portal.Docker;

/// <summary>A query string; nulls and false flags are left out.</summary>
internal sealed class Query
{
    private readonly StringBuilder text = new();

    public Query Add(string key, string? value)
    {
        if (value is not null)
        {
            text.Append(text.Length == 0 ? '?' : '&').Append(key).Append('=').Append(Uri.EscapeDataString(value));
        }

        return this;
    }

    public Query Flag(string key, bool value) => value ? Add(key, "1") : this;

    public Query Filters(IReadOnlyDictionary<string, IReadOnlyList<string>> filters)
    {
        var present = filters.Where(filter => filter.Value.Count > 0).ToDictionary(filter => filter.Key, filter => filter.Value.ToArray());
        return present.Count == 0 ? this : Add("filters", JsonSerializer.Serialize(present, EngineJson.Default.DictionaryStringStringArray));
    }

    public override string ToString() => text.ToString();
}
