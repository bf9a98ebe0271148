using System.Collections.Immutable;

namespace Portal.Compose;

/// <summary>How the keys of a service come together with those of the one it extends.</summary>
internal static class NodeMerge
{
    private static readonly string[] ByKey =
        ["environment", "labels", "sysctls", "annotations", "extra_hosts", "depends_on", "networks"];

    private static readonly string[] Replaced = ["command", "entrypoint", "extends"];

    public static MapNode Service(MapNode below, MapNode above) => Maps(below, above, (key, under, over) =>
        Replaced.Contains(key) ? over
        : key == "volumes" && under is ListNode lower && over is ListNode upper ? Mounts(lower, upper)
        : ByKey.Contains(key) && AsMap(under, key) is { } a && AsMap(over, key) is { } b ? Maps(a, b, Deep)
        : Deep(key, under, over));

    private static Node Deep(string key, Node under, Node over) => (under, over) switch
    {
        (MapNode a, MapNode b) => Maps(a, b, Deep),
        (ListNode, ListNode) when key == "test" => over,
        (ListNode a, ListNode b) => Lists(a, b),
        // "dns: a" and "dns: [b]" are both lists.
        (TextNode { IsNull: false }, ListNode b) => Lists(new ListNode(under.Line, under.Column, [under]), b),
        _ => over,
    };

    private static MapNode Maps(MapNode below, MapNode above, Func<string, Node, Node, Node> both)
    {
        var kept = below.Entries.Where(e => e.Name != "extends").Select(e => above.Find(e.Name) is { } over
            ? over with { Value = both(e.Name, e.Value, over.Value) }
            : e);
        return above.With(kept.Concat(above.Entries.Where(e => e.Name == "extends" || below.Find(e.Name) is null)));
    }

    private static ListNode Lists(ListNode below, ListNode above)
    {
        var texts = below.Items.OfType<TextNode>().Select(t => t.Value).ToHashSet(StringComparer.Ordinal);
        return new ListNode(above.Line, above.Column, [.. below.Items, .. above.Items.Where(i => i is not TextNode text || !texts.Contains(text.Value))]);
    }

    private static ListNode Mounts(ListNode below, ListNode above)
    {
        var targets = above.Items.Select(MountReader.TargetOf).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var kept = below.Items.Where(i => MountReader.TargetOf(i) is not { } target || !targets.Contains(target));
        return new ListNode(above.Line, above.Column, [.. kept, .. above.Items]);
    }

    // The list form of a mapping; null where an item has no place in one, so that the reader can say so.
    private static MapNode? AsMap(Node node, string key)
    {
        if (node is MapNode map)
        {
            return map;
        }

        if (node is not ListNode list)
        {
            return null;
        }

        var entries = new Dictionary<string, MapEntry>(StringComparer.Ordinal);
        foreach (var item in list.Items)
        {
            if (item is not TextNode { IsNull: false } text)
            {
                return null;
            }

            var cut = key == "extra_hosts" ? text.Value.IndexOfAny(['=', ':']) : key is "depends_on" or "networks" ? -1 : text.Value.IndexOf('=', StringComparison.Ordinal);
            var name = cut < 0 ? text.Value : text.Value[..cut];
            entries[name] = new MapEntry(Text(text, name), Value(text, cut, key));
        }

        return new MapNode(node.Line, node.Column, [.. entries.Values]);
    }

    private static Node Value(TextNode item, int cut, string key) => key switch
    {
        "depends_on" => new MapNode(item.Line, item.Column, [new MapEntry(Text(item, "condition"), Text(item, "service_started"))]),
        _ when cut < 0 => new TextNode(item.Line, item.Column, "", ScalarKind.Null, ScalarStyle.Plain, true),
        _ => Text(item, item.Value[(cut + 1)..]),
    };

    private static TextNode Text(Node at, string value) => new(at.Line, at.Column, value, ScalarKind.Text, ScalarStyle.Quoted, true);
}
