using System.Collections.Immutable;

namespace Portal.Compose;

/// <summary>volumes and volumes_from of a service.</summary>
internal sealed class MountReader(ReadContext context, StackParts parts)
{
    private const string Socket = "/var/run/docker.sock";

    private static readonly string[] MountTypes = ["bind", "volume", "tmpfs"];

    private readonly FileFindings findings = context.Compose;

    public ImmutableArray<MountSpec> Mounts(MapReader service)
    {
        var mounts = new Dictionary<string, MountSpec>(StringComparer.Ordinal);
        foreach (var (node, path) in service.Items("volumes"))
        {
            var mount = node is MapNode map
                ? Long(new MapReader(map, path, "service.volumes", findings))
                : MapReader.ScalarText(node, path, Shapes.Text, findings) is { } text ? Short(text, node, path) : null;
            if (mount is null)
            {
                continue;
            }

            if (!mount.Target.StartsWith('/'))
            {
                findings.Refuse(node, path, $"'{KeyPath.Clip(mount.Target)}' is no absolute path in the container");
            }
            else if (!mounts.TryAdd(HostPath.Normal(mount.Target), mount with { Target = HostPath.Normal(mount.Target) }))
            {
                findings.Refuse(node, path, $"something is mounted at {KeyPath.Clip(mount.Target)} already");
            }
        }

        if (service.Text("volume_driver") is { } driver && !context.Policy.AllowedVolumeDrivers.Contains(driver))
        {
            service.Refuse("volume_driver", $"the policy does not allow the volume driver '{KeyPath.Clip(driver)}'");
        }

        return [.. mounts.Values];
    }

    public ImmutableArray<VolumesFromSpec> VolumesFrom(MapReader service)
    {
        var sources = ImmutableArray.CreateBuilder<VolumesFromSpec>();
        foreach (var (node, path) in service.Items("volumes_from"))
        {
            if (MapReader.ScalarText(node, path, Shapes.Text, findings) is not { } text)
            {
                continue;
            }

            var words = text.Split(':');
            if (words[0] == "container")
            {
                findings.Refuse(node, path, "a container outside the stack cannot share its volumes");
            }
            else if (words.Length > 2 || (words.Length == 2 && words[1] is not ("ro" or "rw")))
            {
                findings.Refuse(node, path, $"'{KeyPath.Clip(text)}' must be a service, with :ro or :rw");
            }
            else if (!parts.HasService(words[0]))
            {
                findings.Refuse(node, path, $"there is no service '{KeyPath.Clip(words[0])}'");
            }
            else
            {
                sources.Add(new VolumesFromSpec(words[0], words.Length == 2 && words[1] == "ro", node.Line));
            }
        }

        return sources.ToImmutable();
    }

    /// <summary>The path in the container that a short or long entry is about; null when it cannot be told.</summary>
    public static string? TargetOf(Node node) => node switch
    {
        MapNode map => (map.Find("target")?.Value as TextNode)?.Value,
        TextNode text => Cut(text.Value).Target,
        _ => null,
    };

    private MountSpec? Short(string text, Node node, KeyPath path)
    {
        var (source, target, modes) = Cut(text);
        if (target.Length == 0)
        {
            findings.Refuse(node, path, $"'{KeyPath.Clip(text)}' is no mount, as [SOURCE:]TARGET[:MODE]");
            return null;
        }

        var readOnly = false;
        var noCopy = false;
        string? propagation = null;
        foreach (var mode in modes)
        {
            switch (mode)
            {
                case "ro": readOnly = true; break;
                case "rw": break;
                case "nocopy": noCopy = true; break;
                case "private" or "rprivate" or "shared" or "rshared" or "slave" or "rslave": propagation = mode; break;
                case "z" or "Z" or "cached" or "delegated" or "consistent":
                    findings.Ignore(node, path, $"'{mode}' means nothing on these hosts");
                    break;
                default:
                    findings.Refuse(node, path, $"'{KeyPath.Clip(mode)}' is no mode of a mount");
                    return null;
            }
        }

        if (source is not null && HostPath.LooksLike(source))
        {
            return Bind(source, target, readOnly, propagation, node, path);
        }

        return source is null || Declared(source, node, path)
            ? new MountSpec(MountKind.Volume, source, target, readOnly, noCopy, null, null, null, null, node.Line) { DefinitionDigest = parts.VolumeDigest(source) }
            : null;
    }

    private MountSpec? Long(MapReader mount)
    {
        var target = mount.Text("target");
        var source = mount.Text("source");
        var readOnly = mount.Flag("read_only") ?? false;
        if (!mount.Has("type"))
        {
            mount.Refuse("type", "must say its type: volume, bind or tmpfs");
            return null;
        }

        if (string.IsNullOrEmpty(target))
        {
            mount.Refuse("target", "must say its target in the container");
            return null;
        }

        foreach (var other in MountTypes.Where(t => t != mount.Text("type") && mount.Map(t) is not null))
        {
            mount.Ignore(other, $"means nothing for a mount of the type {KeyPath.Clip(mount.Text("type")!)}");
        }

        switch (mount.Text("type"))
        {
            case "volume":
                var noCopy = mount.Map("volume")?.Flag("nocopy") ?? false;
                return string.IsNullOrEmpty(source) || Declared(source, mount.Node, mount.Path)
                    ? new MountSpec(MountKind.Volume, string.IsNullOrEmpty(source) ? null : source, target, readOnly, noCopy, null, null, null, null, mount.Node.Line) { DefinitionDigest = parts.VolumeDigest(source) }
                    : null;
            case "tmpfs":
                var tmpfs = mount.Map("tmpfs");
                return new MountSpec(MountKind.Tmpfs, null, target, readOnly, false, null, null, tmpfs?.Bytes("size"), Mode(tmpfs), mount.Node.Line);
            case "bind":
                var propagation = mount.Map("bind")?.OneOf("propagation", ("private", 0), ("rprivate", 1), ("shared", 2), ("rshared", 3), ("slave", 4), ("rslave", 5));
                string[] names = ["private", "rprivate", "shared", "rshared", "slave", "rslave"];
                return Bind(source ?? "", target, readOnly, propagation is { } p ? names[p] : null, mount.Node, mount.Path);
            default:
                mount.Refuse("type", "must be volume, bind or tmpfs");
                return null;
        }
    }

    private MountSpec? Bind(string source, string target, bool readOnly, string? propagation, Node node, KeyPath path)
    {
        if (!source.StartsWith('/'))
        {
            findings.Refuse(node, path, $"'{KeyPath.Clip(source)}' is a path beside the file, and there is no such directory on a host; use a volume or a config");
            return null;
        }

        var real = HostPath.Normal(source);
        if (HostPath.Covers(real, Socket) || HostPath.Covers(real, "/run/docker.sock"))
        {
            if (!context.Policy.AllowDockerSocket)
            {
                findings.Refuse(node, path, $"the policy does not allow {KeyPath.Clip(real)}: through it a container could reach the Docker socket");
                return null;
            }
        }

        if (!context.Policy.AllowedHostPaths.Any(a => HostPath.Covers(HostPath.Normal(a), real)))
        {
            findings.Refuse(node, path, $"the policy does not allow the host path {KeyPath.Clip(real)}");
            return null;
        }

        return new MountSpec(MountKind.Bind, real, target, readOnly, false, null, propagation, null, null, node.Line);
    }

    private bool Declared(string source, Node node, KeyPath path)
    {
        if (!ComposeNames.IsName(source))
        {
            findings.Refuse(node, path, $"the name of a volume {ComposeNames.NameRule}");
            return false;
        }

        if (!parts.HasVolume(source))
        {
            findings.Refuse(node, path, $"the volume '{source}' is not declared under volumes");
            return false;
        }

        return true;
    }

    private int? Mode(MapReader? tmpfs)
    {
        if (tmpfs?.Value("mode") is not TextNode node)
        {
            return null;
        }

        var mode = Units.Mode(node);
        if (mode is null)
        {
            findings.Refuse(node, tmpfs.At("mode"), $"'{KeyPath.Clip(node.Value)}' is no file mode");
        }

        return mode;
    }

    private static (string? Source, string Target, string[] Modes) Cut(string text)
    {
        // A drive letter is no separator: such a path is then refused for what it is.
        var skip = text.Length > 2 && char.IsAsciiLetter(text[0]) && text[1] == ':' && text[2] is '\\' or '/' ? 2 : 0;
        var first = text.IndexOf(':', Math.Min(skip, text.Length));
        if (first < 0)
        {
            return skip > 0 ? (text, "", []) : (null, text, []);
        }

        var second = text.IndexOf(':', first + 1);
        var target = second < 0 ? text[(first + 1)..] : text[(first + 1)..second];
        // "/data:ro": no source, as v1 had it
        return second < 0 && target is "ro" or "rw"
            ? (null, text[..first], [target])
            : (text[..first], target, second < 0 ? [] : text[(second + 1)..].Split(','));
    }
}
