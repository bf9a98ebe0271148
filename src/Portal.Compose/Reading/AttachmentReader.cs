using System.Collections.Immutable;
using System.Net;

namespace Portal.Compose;

/// <summary>What a service is tied to: networks, secrets, configs and other services.</summary>
internal sealed class AttachmentReader(ReadContext context, StackParts parts)
{
    private const int ReadByAll = 0x124;

    private readonly FileFindings findings = context.Compose;

    public ImmutableArray<NetworkAttachment> Networks(MapReader service)
    {
        if (service.Has("network_mode") || service.Has("net"))
        {
            if (service.Has("networks"))
            {
                service.Refuse("networks", "a service has networks or a network_mode, not both");
            }

            return Mode(service) is null ? [Default(service)] : [];
        }

        var joined = new List<NetworkAttachment>();
        if (service.Value("networks") is MapNode map)
        {
            foreach (var entry in map.Entries)
            {
                var path = service.At("networks").Key(entry.Name);
                if (!Known(entry.Name, entry.Key, path))
                {
                    continue;
                }

                if (entry.Value is MapNode settings)
                {
                    joined.Add(Attachment(entry.Name, new MapReader(settings, path, "service.networks", findings)));
                }
                else if (entry.Value is TextNode { IsNull: true })
                {
                    joined.Add(Plain(entry.Name, entry.Key.Line));
                }
                else
                {
                    findings.Refuse(entry.Key, path, ShapeRules.Complaint(entry.Value, Shapes.Map));
                }
            }
        }
        else
        {
            foreach (var (node, path) in service.Items("networks"))
            {
                if (MapReader.ScalarText(node, path, Shapes.Text, findings) is { } name && Known(name, node, path))
                {
                    joined.Add(Plain(name, node.Line));
                }
            }
        }

        return joined.Count == 0 ? [Default(service)] : [.. joined.DistinctBy(n => n.Name)];
    }

    /// <summary>Null where the service joins networks.</summary>
    public string? Mode(MapReader service)
    {
        var key = service.Has("network_mode") ? "network_mode" : "net";
        var mode = service.Text(key);
        switch (mode)
        {
            case null or "bridge" or "default" or "managed":
                return null;
            case "none":
                return mode;
            case "host":
                if (!context.Policy.AllowHostNamespaces)
                {
                    service.Refuse(key, "the policy does not allow the host's network");
                }

                return mode;
            case var shared when shared.StartsWith("service:", StringComparison.Ordinal):
                if (!parts.HasService(shared["service:".Length..]))
                {
                    service.Refuse(key, $"there is no service '{KeyPath.Clip(shared["service:".Length..])}'");
                }

                return shared;
            case var v1 when v1.StartsWith("container:", StringComparison.Ordinal) && parts.HasService(v1["container:".Length..]):
                return "service:" + v1["container:".Length..];
            case var outside when outside.StartsWith("container:", StringComparison.Ordinal):
                service.Refuse(key, "a container outside the stack cannot share its network");
                return outside;
            default:
                service.Refuse(key, $"'{KeyPath.Clip(mode)}' must be none, bridge, host or service:NAME");
                return null;
        }
    }

    public ImmutableArray<SecretMount> Secrets(MapReader service) =>
        [.. Files(service, "secrets", "/run/secrets/").Select(f =>
            new SecretMount(f.Source, f.Target, f.Uid, f.Gid, f.Mode, f.Line) { DefinitionDigest = parts.SecretDigest(f.Source) })];

    /// <summary>Secrets that the container gets as variables.</summary>
    public ImmutableArray<SecretVariable> SecretVariables(IReadOnlyList<SecretLabel> labels, ImmutableSortedDictionary<string, string> environment)
    {
        var variables = ImmutableArray.CreateBuilder<SecretVariable>();
        foreach (var label in labels)
        {
            if (label.Variable.Length == 0 || label.Variable.Contains('=', StringComparison.Ordinal) || label.Variable.Contains('\0', StringComparison.Ordinal))
            {
                findings.Refuse(label.Spot, label.Path, $"'{KeyPath.Clip(label.Variable)}' cannot be the name of a variable");
            }
            else if (!parts.Declared.Contains(("secrets", label.Source)))
            {
                findings.Refuse(label.Spot, label.Path, $"'{KeyPath.Clip(label.Source)}' is not declared under secrets");
            }
            else if (environment.ContainsKey(label.Variable))
            {
                findings.Refuse(label.Spot, label.Path, $"{KeyPath.Clip(label.Variable)} has a value under environment or from an env_file already");
            }
            else if (variables.All(one => one.Variable != label.Variable))
            {
                variables.Add(new SecretVariable(label.Variable, label.Source, label.Spot.Line) { DefinitionDigest = parts.SecretDigest(label.Source) });
            }
        }

        return variables.ToImmutable();
    }

    public ImmutableArray<ConfigMount> Configs(MapReader service) =>
        [.. Files(service, "configs", "/").Select(f =>
            new ConfigMount(f.Source, f.Target, f.Uid, f.Gid, f.Mode, f.Line) { DefinitionDigest = parts.ConfigDigest(f.Source) })];

    public ImmutableArray<DependencySpec> DependsOn(MapReader service)
    {
        var dependencies = new List<DependencySpec>();
        if (service.Value("depends_on") is MapNode map)
        {
            foreach (var entry in map.Entries)
            {
                var path = service.At("depends_on").Key(entry.Name);
                if (entry.Value is not MapNode settings)
                {
                    findings.Refuse(entry.Key, path, ShapeRules.Complaint(entry.Value, Shapes.Map));
                    continue;
                }

                var reader = new MapReader(settings, path, "service.depends_on", findings);
                var condition = reader.OneOf("condition",
                    ("service_started", DependencyCondition.Started),
                    ("service_healthy", DependencyCondition.Healthy),
                    ("service_completed_successfully", DependencyCondition.CompletedSuccessfully));
                if (!reader.Has("condition"))
                {
                    reader.Refuse("condition", "must say a condition: service_started, service_healthy or service_completed_successfully");
                }

                Depend(dependencies, new DependencySpec(entry.Name, condition ?? DependencyCondition.Started,
                    reader.Flag("required") ?? true, reader.Flag("restart") ?? false, entry.Key.Line), entry.Key, path);
            }
        }
        else
        {
            foreach (var (node, path) in service.Items("depends_on"))
            {
                if (MapReader.ScalarText(node, path, Shapes.Text, findings) is { } name)
                {
                    Depend(dependencies, new DependencySpec(name, DependencyCondition.Started, true, false, node.Line), node, path);
                }
            }
        }

        return [.. dependencies.DistinctBy(d => d.Service)];
    }

    private void Depend(List<DependencySpec> dependencies, DependencySpec dependency, Node spot, KeyPath path)
    {
        if (parts.HasService(dependency.Service))
        {
            dependencies.Add(dependency);
        }
        else
        {
            findings.Refuse(spot, path, $"there is no service '{KeyPath.Clip(dependency.Service)}'");
        }
    }

    private NetworkAttachment Default(MapReader service) => Plain("default", service.Node.Line);

    private NetworkAttachment Plain(string name, int line) =>
        new(name, [], null, null, 0, line) { DefinitionDigest = parts.NetworkDigest(name) };

    private NetworkAttachment Attachment(string name, MapReader settings)
    {
        var aliases = ImmutableArray.CreateBuilder<string>();
        foreach (var (node, path) in settings.Items("aliases"))
        {
            if (MapReader.ScalarText(node, path, Shapes.Text, findings) is not { } alias)
            {
                continue;
            }

            if (ComposeNames.IsHostname(alias))
            {
                aliases.Add(alias);
            }
            else
            {
                findings.Refuse(node, path, $"'{KeyPath.Clip(alias)}' is no host name");
            }
        }

        return Plain(name, settings.Node.Line) with
        {
            Aliases = [.. aliases.Distinct(StringComparer.Ordinal)],
            Ipv4 = Address(settings, "ipv4_address"),
            Ipv6 = Address(settings, "ipv6_address"),
            Priority = settings.Count("priority", int.MinValue, int.MaxValue) ?? 0,
        };
    }

    private static string? Address(MapReader settings, string key)
    {
        var address = settings.Text(key);
        if (address is not null && !IPAddress.TryParse(address, out _))
        {
            settings.Refuse(key, $"'{KeyPath.Clip(address)}' is no address");
        }

        return address;
    }

    private bool Known(string network, Node spot, KeyPath path)
    {
        if (network == "default" || parts.Declared.Contains(("networks", network)))
        {
            return true;
        }

        findings.Refuse(spot, path, $"the network '{KeyPath.Clip(network)}' is not declared under networks");
        return false;
    }

    private IEnumerable<FileUse> Files(MapReader service, string key, string folder)
    {
        foreach (var (node, path) in service.Items(key))
        {
            var reader = node is MapNode map ? new MapReader(map, path, "service.file", findings) : null;
            var source = reader is null ? MapReader.ScalarText(node, path, Shapes.Text, findings) : reader.Text("source");
            if (source is null)
            {
                reader?.Refuse("source", "must name its source");
                continue;
            }

            if (!parts.Declared.Contains((key, source)))
            {
                findings.Refuse(node, path, $"'{KeyPath.Clip(source)}' is not declared under {key}");
                continue;
            }

            var target = reader?.Text("target") ?? source;
            target = target.StartsWith('/') ? HostPath.Normal(target) : HostPath.Normal(folder + target);
            var mode = reader?.Value("mode") is TextNode text ? Units.Mode(text) : ReadByAll;
            if (mode is null)
            {
                reader!.Refuse("mode", "must be a file mode, as 0440");
            }

            yield return new FileUse(source, target, Id(reader, "uid"), Id(reader, "gid"), mode ?? ReadByAll, node.Line);
        }
    }

    private static string Id(MapReader? file, string key)
    {
        if (file?.Text(key) is not { } text)
        {
            return "0";
        }

        // A name would have to be looked up in the image.
        if (Units.Whole(text) is not { } id || id is < 0 or > int.MaxValue || !text.All(char.IsAsciiDigit))
        {
            file.Refuse(key, $"'{KeyPath.Clip(text)}' must be a number");
        }

        return text;
    }

    private sealed record FileUse(string Source, string Target, string Uid, string Gid, int Mode, int Line);
}
