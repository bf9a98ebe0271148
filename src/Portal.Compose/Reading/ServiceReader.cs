using System.Collections.Immutable;

namespace Portal.Compose;

/// <summary>One service's mapping, already filled in and extended, to its specification.</summary>
internal sealed class ServiceReader(ReadContext context, StackParts parts)
{
    private readonly PortReader ports = new(context);
    private readonly MountReader mounts = new(context, parts);
    private readonly AttachmentReader attachments = new(context, parts);
    private readonly EnvironmentReader environment = new(context);
    private readonly HostAccessReader hostAccess = new(context);
    private readonly LinkReader links = new(context, parts);
    private ImmutableArray<string> profiles = [];

    /// <summary>Profiles of the service read last.</summary>
    public ImmutableArray<string> LastProfiles => profiles;

    public void ApplyLinks(Dictionary<string, ServiceSpec> services) => links.Apply(services);

    /// <summary>The service, or null when what is wrong leaves none.</summary>
    public ServiceSpec? Read(MapEntry entry, KeyPath path)
    {
        if (entry.Value is not MapNode map)
        {
            context.Compose.Refuse(entry.Key, path, ShapeRules.Complaint(entry.Value, Shapes.Map));
            return null;
        }

        var reader = new MapReader(map, path, "service", context.Compose);
        profiles = reader.Texts("profiles");
        _ = reader.Map("extends");
        links.Read(reader, entry.Name);
        var labels = new LabelReader(context, reader).Read();
        var variables = environment.Read(reader);
        var service = new ServiceSpec
        {
            Name = entry.Name,
            Line = entry.Key.Line,
            Image = Image(reader, entry),
            PullPolicy = Pull(reader),
            Platform = Platform(reader),
            Command = reader.Words("command"),
            Entrypoint = reader.Words("entrypoint"),
            Environment = variables,
            Labels = labels.Own,
            User = reader.Text("user"),
            GroupAdd = reader.Texts("group_add", scalars: true),
            WorkingDir = reader.Text("working_dir"),
            Hostname = HostName(reader, "hostname"),
            Domainname = HostName(reader, "domainname"),
            Init = reader.Flag("init"),
            Tty = reader.Flag("tty") ?? false,
            StdinOpen = reader.Flag("stdin_open") ?? false,
            ReadOnly = reader.Flag("read_only") ?? false,
            StopSignal = StopSignal(reader),
            StopGracePeriod = reader.Duration("stop_grace_period"),
            Tmpfs = Tmpfs(reader),
            Dns = reader.Texts("dns"),
            DnsSearch = reader.Texts("dns_search"),
            DnsOptions = reader.Texts("dns_opt"),
            ExtraHosts = ExtraHosts(reader),
            CapDrop = [.. reader.Texts("cap_drop").Select(HostAccessReader.Capability)],
            Ulimits = Ulimits(reader),
            Healthcheck = HealthReader.Healthcheck(reader),
            HealthProbe = labels.Probe,
            Ports = ports.Ports(reader),
            Expose = ports.Expose(reader),
            Networks = attachments.Networks(reader),
            NetworkMode = attachments.Mode(reader),
            Mounts = mounts.Mounts(reader),
            VolumesFrom = mounts.VolumesFrom(reader),
            Secrets = attachments.Secrets(reader),
            SecretVariables = attachments.SecretVariables(labels.Secrets, variables),
            Configs = attachments.Configs(reader),
            DependsOn = attachments.DependsOn(reader),
            ShmSize = reader.Bytes("shm_size"),
            Global = labels.Global,
            IsOneShot = labels.StartOnce,
            Sidekicks = labels.Sidekicks,
        };
        service = labels.PullAlways && !reader.Has("pull_policy") ? service with { PullPolicy = new PullPolicy(PullMode.Always) } : service;
        return hostAccess.Read(reader, DeployReader.Read(reader, service));
    }

    // What is wrong with it does not keep the rest from being judged: blank, then, and refused.
    private static string Image(MapReader service, MapEntry entry)
    {
        if (!service.Has("image"))
        {
            // An image that is there but wrong was refused already, and so was another file that it may be in.
            if (service.Node.Find("image") is null && (service.Node.Find("extends")?.Value as MapNode)?.Find("file") is null)
            {
                service.Findings.Refuse(entry.Key, service.Path, service.Has("build")
                    ? "has no image: the portal builds none, so build it elsewhere, push it and name it here"
                    : "has no image");
            }

            return "";
        }

        var image = service.Text("image")!;
        if (!ComposeNames.IsImage(image))
        {
            service.Refuse("image", $"'{KeyPath.Clip(image)}' is no name of an image");
        }

        if (RancherWords.Placeholder(image) is { } placeholder)
        {
            service.Refuse("image", placeholder);
        }

        return image;
    }

    private static PullPolicy Pull(MapReader service)
    {
        const string rule = "must be always, never, missing, if_not_present, daily, weekly or every_<time>";
        switch (service.Text("pull_policy"))
        {
            case null or "missing" or "if_not_present":
                return PullPolicy.Missing;
            case "always" or "refresh":
                return new PullPolicy(PullMode.Always);
            case "never":
                return new PullPolicy(PullMode.Never);
            case "daily":
                return new PullPolicy(PullMode.Every, TimeSpan.FromDays(1));
            case "weekly":
                return new PullPolicy(PullMode.Every, TimeSpan.FromDays(7));
            case "build":
                service.Refuse("pull_policy", "the portal builds no images; " + rule);
                return PullPolicy.Missing;
            case var every when every.StartsWith("every_", StringComparison.Ordinal) && Units.Duration(every["every_".Length..]) is { } time:
                return new PullPolicy(PullMode.Every, time);
            case var other:
                service.Refuse("pull_policy", $"'{KeyPath.Clip(other)}' {rule}");
                return PullPolicy.Missing;
        }
    }

    private static string? HostName(MapReader service, string key)
    {
        var name = service.Text(key);
        if (name is not null && !ComposeNames.IsHostname(name))
        {
            service.Refuse(key, $"'{KeyPath.Clip(name)}' is no host name");
        }

        return name;
    }

    private static string? StopSignal(MapReader service)
    {
        var signal = service.Text("stop_signal");
        if (signal is not null && (signal.Length is 0 or > 16 || !signal.All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-')))
        {
            service.Refuse("stop_signal", $"'{KeyPath.Clip(signal)}' is no signal, as SIGTERM or 15");
        }

        return signal;
    }

    private static ImmutableSortedDictionary<string, string> Tmpfs(MapReader service)
    {
        var tmpfs = ServiceSpec.NoPairs.ToBuilder();
        foreach (var (node, path) in service.Items("tmpfs"))
        {
            if (MapReader.ScalarText(node, path, Shapes.Text, service.Findings) is not { } text)
            {
                continue;
            }

            var cut = text.IndexOf(':', StringComparison.Ordinal);
            var target = cut < 0 ? text : text[..cut];
            if (!target.StartsWith('/'))
            {
                service.Findings.Refuse(node, path, $"'{KeyPath.Clip(target)}' is no absolute path in the container");
            }

            tmpfs[target] = cut < 0 ? "" : text[(cut + 1)..];
        }

        return tmpfs.ToImmutable();
    }

    private static ImmutableArray<string> ExtraHosts(MapReader service)
    {
        var hosts = ImmutableArray.CreateBuilder<string>();
        if (service.Value("extra_hosts") is MapNode map)
        {
            foreach (var entry in map.Entries)
            {
                var addresses = entry.Value is ListNode list ? list.Items : [entry.Value];
                var path = service.At("extra_hosts").Key(entry.Name);
                hosts.AddRange(addresses.Select(a => MapReader.ScalarText(a, path, Shapes.Text, service.Findings)).OfType<string>().Select(a => $"{entry.Name}:{a}"));
            }
        }
        else
        {
            foreach (var (node, path) in service.Items("extra_hosts"))
            {
                if (MapReader.ScalarText(node, path, Shapes.Text, service.Findings) is not { } text)
                {
                    continue;
                }

                var cut = text.IndexOfAny(['=', ':']);
                if (cut <= 0 || cut == text.Length - 1)
                {
                    service.Findings.Refuse(node, path, $"'{KeyPath.Clip(text)}' must be HOST=ADDRESS");
                }
                else
                {
                    hosts.Add($"{text[..cut]}:{text[(cut + 1)..].Trim('[', ']')}");
                }
            }
        }

        return hosts.ToImmutable();
    }

    private static ImmutableArray<UlimitSpec> Ulimits(MapReader service)
    {
        var limits = ImmutableArray.CreateBuilder<UlimitSpec>();
        foreach (var entry in service.Value("ulimits") is MapNode map ? map.Entries : [])
        {
            var path = service.At("ulimits").Key(entry.Name);
            if (!entry.Name.All(char.IsAsciiLetterLower))
            {
                service.Findings.Refuse(entry.Key, path, $"'{KeyPath.Clip(entry.Name)}' is no name of a limit");
            }
            else if (entry.Value is MapNode pair)
            {
                var reader = new MapReader(pair, path, "service.ulimits", service.Findings);
                if (reader.Whole("soft", -1, long.MaxValue) is { } soft && reader.Whole("hard", -1, long.MaxValue) is { } hard)
                {
                    limits.Add(new UlimitSpec(entry.Name, soft, hard));
                }
                else
                {
                    service.Findings.Refuse(entry.Key, path, "must have soft and hard, whole numbers from -1");
                }
            }
            else if (MapReader.ScalarText(entry.Value, path, Shapes.Text | Shapes.Integer, service.Findings) is { } text)
            {
                if (Units.Whole(text) is { } both and >= -1)
                {
                    limits.Add(new UlimitSpec(entry.Name, both, both));
                }
                else
                {
                    service.Findings.Refuse(entry.Key, path, $"'{KeyPath.Clip(text)}' must be a whole number from -1");
                }
            }
        }

        return limits.ToImmutable();
    }

    private static string? Platform(MapReader service)
    {
        var platform = service.Text("platform");
        if (platform is not null && !(platform.Split('/') is { Length: 2 or 3 } words && words.All(word => word.Length > 0 && word.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-'))))
        {
            service.Refuse("platform", $"'{KeyPath.Clip(platform)}' must be an operating system and an architecture, as linux/arm64");
        }

        return platform;
    }
}
