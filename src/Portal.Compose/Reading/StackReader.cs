using System.Collections.Immutable;

namespace Portal.Compose;

/// <summary>Takes one reading from texts to stack.</summary>
internal sealed class StackReader(ComposeSource source)
{
    private readonly ReadContext context = new(source);

    public ComposeResult Read()
    {
        ImmutableArray<string> names = [];
        ComposeStack? stack = null;
        if (Document() is { } document)
        {
            (stack, names) = Stack(document);
        }

        var findings = context.Log.InOrder([source.FileName, ComposeSource.RancherFileName]);
        return new ComposeResult(context.Log.AnyRefused ? null : stack, findings) { ServiceNames = names, FilesAsked = [.. context.FilesAsked] };
    }

    private MapNode? Document()
    {
        var root = YamlLoader.Load(source.Compose, context.Compose);
        if (root is null or MapNode)
        {
            return root as MapNode;
        }

        context.Compose.Unreadable(root.Line, root.Column, "is no mapping");
        return null;
    }

    private (ComposeStack?, ImmutableArray<string>) Stack(MapNode document)
    {
        var filled = new Interpolator(context.Variables, context.Compose).Document(document, KeyPath.Root);
        var isVersion1 = ComposeForm.IsVersion1(filled);
        var top = new MapReader(isVersion1 ? ComposeForm.Lift(filled) : filled, KeyPath.Root, "top", context.Compose);
        if (top.Value("services") is not MapNode section || section.Entries.IsEmpty)
        {
            if (top.Node.Find("services") is null or { Value: MapNode })
            {
                context.Compose.Refuse(top.Spot("services"), top.At("services"), "has no services");
            }

            return (null, []);
        }

        var path = isVersion1 ? KeyPath.Root : top.At("services");
        var services = new ExtendsResolver(section, path, context.Compose).Resolve();
        var entries = services.Entries.Where(e => !ComposeNames.IsExtension(e.Name)).ToArray();
        ImmutableArray<string> names = [.. entries.Select(e => e.Name)];
        if (entries.Length > ComposeLimits.Services)
        {
            context.Compose.Refuse(section, path, $"more than {ComposeLimits.Services} services");
            return (null, names);
        }

        var parts = new StackParts { IsVersion1 = isVersion1 };
        parts.ServiceNames.UnionWith(names);
        new SectionReader(context, parts).Read(top);
        var specs = Services(entries, path, parts, out var left);
        foreach (var (name, change) in new RancherComposeReader(context).Read(parts.ServiceNames))
        {
            if (specs.TryGetValue(name, out var spec))
            {
                specs[name] = change(spec);
            }
        }

        new ServiceRelations(context, path).Check(specs, left);
        var order = StartOrder.Of([.. entries.Select(e => e.Name).Where(specs.ContainsKey).Select(n => specs[n])], out var cycle);
        if (!cycle.IsEmpty)
        {
            var first = entries.First(e => e.Name == cycle[0]).Key;
            context.Compose.Refuse(ServiceRelations.Spot(services, cycle[0]) ?? first, path.Key(cycle[0]).Key("depends_on"),
                $"a circle: {string.Join(" → ", cycle.Select(KeyPath.Clip))}");
        }

        return (Assemble(order, parts), names);
    }

    private Dictionary<string, ServiceSpec> Services(MapEntry[] entries, KeyPath path, StackParts parts, out Dictionary<string, MapEntry> left)
    {
        var reader = new ServiceReader(context, parts);
        var specs = new Dictionary<string, ServiceSpec>(StringComparer.Ordinal);
        left = new Dictionary<string, MapEntry>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            var at = path.Key(entry.Name);
            if (!ComposeNames.IsName(entry.Name))
            {
                context.Compose.Refuse(entry.Key, at, $"the name of a service {ComposeNames.NameRule}");
            }

            if (reader.Read(entry, at) is not { } spec)
            {
                continue;
            }

            var profiles = reader.LastProfiles;
            if (!profiles.IsEmpty && !profiles.Any(IsOn))
            {
                left[entry.Name] = entry;
                context.Compose.Ignore(entry.Key, at, $"is left out: none of its profiles is switched on ({string.Join(", ", profiles.Select(KeyPath.Clip))})");
                continue;
            }

            specs[entry.Name] = spec;
        }

        reader.ApplyLinks(specs);
        return specs;
    }

    private bool IsOn(string profile) => source.Profiles is { } on && (on.Contains(profile) || on.Contains("*"));

    private static ComposeStack Assemble(ImmutableArray<ServiceSpec> order, StackParts parts)
    {
        var networks = order.SelectMany(s => s.Networks).Select(n => n.Name).ToHashSet(StringComparer.Ordinal);
        var volumes = order.SelectMany(s => s.Mounts).Where(m => m.Kind == MountKind.Volume).Select(m => m.Source).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var secrets = order.SelectMany(s => s.Secrets.Select(x => x.Source).Concat(s.SecretVariables.Select(x => x.Source))).ToHashSet(StringComparer.Ordinal);
        var configs = order.SelectMany(s => s.Configs).Select(s => s.Source).ToHashSet(StringComparer.Ordinal);
        return new ComposeStack(
            order,
            [.. parts.Networks.Values.Where(n => networks.Contains(n.Name)).OrderBy(n => n.Name, StringComparer.Ordinal)],
            [.. parts.Volumes.Values.Where(v => volumes.Contains(v.Name)).OrderBy(v => v.Name, StringComparer.Ordinal)],
            [.. parts.Secrets.Values.Where(s => secrets.Contains(s.Name)).OrderBy(s => s.Name, StringComparer.Ordinal)],
            [.. parts.Configs.Values.Where(c => configs.Contains(c.Name)).OrderBy(c => c.Name, StringComparer.Ordinal)]);
    }
}
