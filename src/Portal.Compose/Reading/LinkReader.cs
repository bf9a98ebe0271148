using System.Collections.Immutable;

namespace Portal.Compose;

/// <summary>
/// <c>links</c>, which the engine's own networks do not have: the linked service gets the alias in every network that both
/// are in, and stands before the one that links.
/// </summary>
internal sealed class LinkReader(ReadContext context, StackParts parts)
{
    private readonly List<(string From, string To, string Alias)> links = [];

    public void Read(MapReader service, string name)
    {
        foreach (var (node, path) in service.Items("links"))
        {
            if (MapReader.ScalarText(node, path, Shapes.Text, context.Compose) is not { } text)
            {
                continue;
            }

            var cut = text.IndexOf(':', StringComparison.Ordinal);
            var (target, alias) = cut < 0 ? (text, text) : (text[..cut], text[(cut + 1)..]);
            if (!parts.HasService(target))
            {
                context.Compose.Refuse(node, path, $"there is no service '{KeyPath.Clip(target)}'");
            }
            else if (!ComposeNames.IsHostname(alias))
            {
                context.Compose.Refuse(node, path, $"'{KeyPath.Clip(alias)}' is no host name");
            }
            else
            {
                links.Add((name, target, alias));
            }
        }
    }

    public void Apply(Dictionary<string, ServiceSpec> services)
    {
        var aliases = new Dictionary<(string Service, string Network), HashSet<string>>();
        foreach (var (from, to, alias) in links.Distinct())
        {
            if (from == to || !services.TryGetValue(from, out var source) || !services.TryGetValue(to, out var target))
            {
                continue;
            }

            if (source.DependsOn.All(d => d.Service != to))
            {
                services[from] = source with { DependsOn = source.DependsOn.Add(new DependencySpec(to, DependencyCondition.Started, true, false, source.Line)) };
            }

            foreach (var network in alias == to ? [] : target.Networks.Select(n => n.Name).Intersect(source.Networks.Select(n => n.Name), StringComparer.Ordinal))
            {
                (aliases.TryGetValue((to, network), out var known) ? known : aliases[(to, network)] = new HashSet<string>(StringComparer.Ordinal)).Add(alias);
            }
        }

        foreach (var ((service, network), added) in aliases)
        {
            services[service] = services[service] with
            {
                Networks = [.. services[service].Networks.Select(n => n.Name == network ? n with { Aliases = [.. n.Aliases.Union(added, StringComparer.Ordinal)] } : n)],
            };
        }
    }
}
