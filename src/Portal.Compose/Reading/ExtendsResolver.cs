namespace Portal.Compose;

/// <summary>Lays each service over the one that it extends, as mappings: what is judged afterwards is the whole.</summary>
internal sealed class ExtendsResolver(MapNode services, KeyPath path, FileFindings findings)
{
    private readonly Dictionary<string, MapNode?> resolved = new(StringComparer.Ordinal);
    private long weight;

    public MapNode Resolve()
    {
        if (services.Entries.All(e => e.Value is not MapNode map || map.Find("extends") is null))
        {
            return services;
        }

        return services.With(services.Entries.Select(e => e.Value is MapNode map ? e with { Value = Of(e.Name, map) ?? map } : e));
    }

    private MapNode? Of(string name, MapNode map)
    {
        var chain = new Stack<(string Name, MapNode Map)>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (!resolved.ContainsKey(name))
        {
            chain.Push((name, map));
            names.Add(name);
            if (Base(map) is not { } wanted)
            {
                break;
            }

            var at = path.Key(name).Key("extends");
            if (names.Contains(wanted.Name))
            {
                findings.Refuse(wanted.Spot, at, $"extends itself: {string.Join(" → ", chain.Reverse().Select(c => KeyPath.Clip(c.Name)))} → {KeyPath.Clip(wanted.Name)}");
                break;
            }

            if (chain.Count > ComposeLimits.ExtendsChain)
            {
                findings.Refuse(wanted.Spot, at, $"a chain of more than {ComposeLimits.ExtendsChain} services that extend each other");
                break;
            }

            if (services.Find(wanted.Name)?.Value is not MapNode target)
            {
                findings.Refuse(wanted.Spot, at, $"there is no service '{KeyPath.Clip(wanted.Name)}' in this file");
                break;
            }

            (name, map) = (wanted.Name, target);
        }

        var below = resolved.GetValueOrDefault(name);
        while (chain.TryPop(out var next))
        {
            below = below is null ? next.Map : Over(below, next.Map, next.Name);
            resolved[next.Name] = below;
        }

        return below;
    }

    private MapNode Over(MapNode below, MapNode above, string name)
    {
        weight += below.Weight;
        if (weight > ComposeLimits.Weight)
        {
            findings.Refuse(above, path.Key(name), "too large once extends is written out");
            return above;
        }

        return NodeMerge.Service(below, above);
    }

    private static (string Name, Node Spot)? Base(MapNode service) => service.Find("extends") switch
    {
        { Value: TextNode { IsNull: false } text } entry => (text.Value, entry.Key),
        // Another file is refused where the key is judged.
        { Value: MapNode map } when map.Find("file") is null && map.Find("service") is { Value: TextNode { IsNull: false } text } entry => (text.Value, entry.Key),
        _ => null,
    };
}
