using System.Text.Json.Nodes;
using Portal.Compose;

namespace Portal.Tests.Compose;

/// <summary>Held against schema-keys.txt: every key of the Compose specification by its path, <c>*</c> a name, <c>[]</c> an item of a list.</summary>
public sealed class SchemaTests
{
    private static readonly string[] Paths = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Compose", "schema-keys.txt"));

    [Fact]
    public void Every_key_of_the_specification_is_in_a_table()
    {
        var unknown = Paths.Where(path => Findings(path.Split('.')).Any(f => f.Reason.Contains("unknown key", StringComparison.Ordinal)));

        Assert.Equal([], unknown);
        Assert.True(Paths.Length > 300);
    }

    [Fact]
    public void A_key_that_is_in_no_table_is_told_at_every_level()
    {
        // Below a list of plain data, as of block devices, the key above was reported as a whole.
        var levels = Paths.Select(path => path.LastIndexOf('.') is var cut and >= 0 ? path[..cut] : "").Distinct();
        var silent = levels.Where(level =>
        {
            string[] path = [.. level.Split('.', StringSplitOptions.RemoveEmptyEntries), "no_such_key"];
            var key = Document(path).Key;
            return !Findings(path).Any(f => f.Key.Length > 0 && f.Key != "services.web" && (key == f.Key || key.StartsWith(f.Key + ".", StringComparison.Ordinal) || key.StartsWith(f.Key + "[", StringComparison.Ordinal)));
        });

        Assert.Equal([], silent);
    }

    private static IEnumerable<Finding> Findings(string[] path) => Reading.Of(Document(path).Text).Findings;

    private static (string Text, string Key) Document(string[] path)
    {
        var root = new JsonObject { ["services"] = new JsonObject { ["web"] = new JsonObject { ["image"] = "a" }, ["base"] = new JsonObject { ["image"] = "a" } } };
        JsonNode at = root;
        var key = "";
        for (var i = 0; i < path.Length; i++)
        {
            var last = i == path.Length - 1;
            var nextIsItem = !last && path[i + 1] == "[]";
            var child = last ? JsonValue.Create(1) : nextIsItem ? new JsonArray() : (JsonNode)new JsonObject();
            if (path[i] == "[]")
            {
                at.AsArray().Add(child);
                at = at[0]!;
                key += "[0]";
                continue;
            }

            var name = path[i] == "*" ? (key is "services" ? "web" : key.EndsWith("depends_on", StringComparison.Ordinal) ? "base" : key.EndsWith("networks", StringComparison.Ordinal) ? "default" : "n") : path[i];
            var inside = at.AsObject();
            if (inside[name] is not { } known || last)
            {
                inside[name] = child;
                known = child;
            }

            at = known;
            key += key.Length == 0 ? name : "." + name;
        }

        if (path is ["services", "*", "volumes", "[]", var kind, _, ..] && root["services"]!["web"]!["volumes"]![0] is JsonObject mount)
        {
            mount["type"] = kind;
            mount["target"] = "/x";
        }

        return (root.ToJsonString(), key);
    }
}
