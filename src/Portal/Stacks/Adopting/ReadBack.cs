using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Portal.Docker;
using Portal.Redaction;

namespace Portal.Stacks.Adopting;

/// <param name="Containers">Of one service, alike; the first speaks for all.</param>
public sealed record ForeignMember(string Service, ImmutableArray<ContainerDetails> Containers, ImageDetails Image);

/// <summary>A definition made from what runs.</summary>
/// <param name="Answers">Values of variables whose names say that they are secret; the text names the variables only.</param>
/// <param name="Notes">What was not taken over, and why.</param>
public sealed record AdoptedDefinition(string Compose, ImmutableSortedDictionary<string, string> Answers, ImmutableArray<AdoptedNote> Notes);

/// <param name="Service">Blank: of the stack as a whole.</param>
public sealed record AdoptedNote(string Service, string Key, string Reason);

/// <summary>
/// Reads a stack's definition back from its containers: what was asked for them and not what their image brings along. What the
/// portal's policy does not allow is left out and said. Pure.
/// </summary>
internal static partial class ReadBack
{
    /// <summary>Labels of whoever made the containers mean nothing here.</summary>
    private static readonly string[] MakersLabels = ["com.docker.compose.", "com.docker.stack.", "com.docker.swarm.", "io.rancher.", "portal.", "desktop.docker.io/"];

    public static AdoptedDefinition Of(string project, IEnumerable<ForeignMember> members)
    {
        var (notes, answers, volumes) = (ImmutableArray.CreateBuilder<AdoptedNote>(), ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal), new SortedSet<string>(StringComparer.Ordinal));
        var services = new Dictionary<string, object>();
        foreach (var member in members)
        {
            services[Name(member.Service)] = Service(project, member, new Taken(member.Service, notes, answers, volumes));
        }

        var document = new Dictionary<string, object> { ["services"] = services };
        if (volumes.Count > 0)
        {
            document["volumes"] = volumes.ToDictionary(volume => volume, object (_) => new Dictionary<string, object>());
            notes.Add(new AdoptedNote("", "volumes", $"The portal keeps volumes of its own for each environment: what is in {string.Join(", ", volumes)} stays where it is, and has to be copied."));
        }

        return new AdoptedDefinition(YamlText.Of(document), answers.ToImmutable(), notes.ToImmutable());
    }

    private static Dictionary<string, object> Service(string project, ForeignMember member, Taken taken)
    {
        var container = member.Containers[0];
        var (spec, image) = (container.Definition, member.Image.Config);
        var service = new Dictionary<string, object> { ["image"] = Literal(container.Image) };
        Put(service, "entrypoint", spec.Entrypoint, image.Entrypoint);
        Put(service, "command", spec.Command, image.Command);
        Put(service, "user", spec.User, image.User);
        Put(service, "working_dir", spec.WorkingDir, image.WorkingDir);
        Put(service, "hostname", IsGiven(spec.Hostname, container.Id) ? spec.Hostname : null, null);
        Put(service, "stop_signal", spec.StopSignal, null);
        Put(service, "environment", Environment(spec.Environment, image.Environment, taken));
        Put(service, "labels", Pairs(spec.Labels.Where(label => !image.Labels.Contains(label) && !Array.Exists(MakersLabels, maker => label.Key.StartsWith(maker, StringComparison.Ordinal)))));
        Put(service, "volumes", Volumes(project, spec, container, image, taken));
        Put(service, "tmpfs", [.. spec.Tmpfs.Select(mount => Literal(mount.Value.Length > 0 ? $"{mount.Key}:{mount.Value}" : mount.Key))]);
        Put(service, "expose", [.. spec.PortBindings.Select(binding => binding.Port).Concat(spec.ExposedPorts.Except(image.ExposedPorts)).Distinct().Select(port => port.Protocol == "tcp" ? Text(port.Number) : port.ToString())]);
        Put(service, "cap_drop", [.. spec.CapDrop]);
        Put(service, "dns", [.. spec.Dns]);
        Put(service, "dns_search", [.. spec.DnsSearch]);
        Put(service, "extra_hosts", [.. spec.ExtraHosts]);
        Put(service, "sysctls", Pairs(spec.Sysctls));
        Put(service, "ulimits", spec.Ulimits.ToDictionary(limit => limit.Name, object (limit) => new Dictionary<string, object> { ["soft"] = limit.Soft, ["hard"] = limit.Hard }));
        Put(service, "group_add", [.. spec.GroupAdd]);
        Flags(service, spec);
        Limits(service, spec);
        Health(service, spec.Healthcheck, image.Healthcheck);
        if (spec.StopTimeout is { } grace)
        {
            service["stop_grace_period"] = $"{Text((long)grace.TotalSeconds)}s";
        }

        if (spec.RestartPolicy is { Kind: not RestartKind.No } restart)
        {
            service["restart"] = restart.Kind switch { RestartKind.Always => "always", RestartKind.UnlessStopped => "unless-stopped", _ => restart.MaximumRetries > 0 ? $"on-failure:{restart.MaximumRetries}" : "on-failure" };
        }

        if (spec.LogConfig is { Driver: "json-file" or "local" or "none" } log && (log.Driver != "json-file" || log.Options is { Count: > 0 }))
        {
            service["logging"] = log.Options is { Count: > 0 } options ? new Dictionary<string, object> { ["driver"] = log.Driver, ["options"] = Pairs(options) } : new Dictionary<string, object> { ["driver"] = log.Driver };
        }

        if (member.Containers.Length > 1)
        {
            service["deploy"] = new Dictionary<string, object> { ["replicas"] = member.Containers.Length };
        }

        Dependencies(service, container);
        NotTaken(spec, taken);
        return service;
    }

    private static Dictionary<string, object> Environment(IReadOnlyDictionary<string, string?> environment, IReadOnlyList<string> ofImage, Taken taken)
    {
        var said = new Dictionary<string, object>();
        foreach (var (name, value) in environment.Where(pair => !ofImage.Contains($"{pair.Key}={pair.Value}")).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            said[name] = value is { Length: > 0 } && SecretNames.Tells(name) && VariableName().IsMatch(name) ? $"${{{taken.Answer(name, value)}}}" : Literal(value ?? "");
        }

        return said;
    }

    private static List<object> Volumes(string project, ContainerSpec spec, ContainerDetails container, ImageConfig image, Taken taken)
    {
        var said = new List<object>();
        foreach (var mount in container.Mounts.OrderBy(mount => mount.Target, StringComparer.Ordinal))
        {
            var end = mount.Writable ? "" : ":ro";
            switch (mount.Kind)
            {
                case MountKind.Volume when mount.Name is { } name && !AnonymousVolume().IsMatch(name):
                    var volume = Name(name.StartsWith(project + "_", StringComparison.Ordinal) ? name[(project.Length + 1)..] : name);
                    taken.Volumes.Add(volume);
                    said.Add(Literal($"{volume}:{mount.Target}{end}"));
                    break;
                case MountKind.Volume when !image.Volumes.Contains(mount.Target):
                    said.Add(Literal(mount.Target));
                    break;
                case MountKind.Bind:
                    taken.Note("volumes", $"{mount.Source} on {mount.Target}: the policy allows no paths of the host. Use a volume, a config or a secret.");
                    break;
                case MountKind.Tmpfs when !spec.Tmpfs.ContainsKey(mount.Target):
                    said.Add(new Dictionary<string, object> { ["type"] = "tmpfs", ["target"] = Literal(mount.Target) });
                    break;
            }
        }

        return said;
    }

    private static void Flags(Dictionary<string, object> service, ContainerSpec spec)
    {
        foreach (var (key, on) in new[] { ("init", spec.Init == true), ("tty", spec.Tty), ("stdin_open", spec.OpenStdin), ("read_only", spec.ReadonlyRootfs) })
        {
            if (on)
            {
                service[key] = true;
            }
        }
    }

    private static void Limits(Dictionary<string, object> service, ContainerSpec spec)
    {
        // 64 MiB is what every container has that asks for nothing.
        const long OrdinaryShm = 64 << 20;
        foreach (var (key, value) in new[] { ("mem_limit", spec.Memory), ("mem_reservation", spec.MemoryReservation), ("cpu_shares", spec.CpuShares), ("pids_limit", spec.PidsLimit), ("shm_size", spec.ShmSize == OrdinaryShm ? null : spec.ShmSize) })
        {
            if (value is > 0)
            {
                service[key] = value.Value;
            }
        }

        if (spec.NanoCpus is > 0 and var nano)
        {
            service["cpus"] = (nano / 1_000_000_000m).ToString("0.###", CultureInfo.InvariantCulture);
        }
    }

    private static void Health(Dictionary<string, object> service, HealthcheckSpec? health, HealthcheckSpec? ofImage)
    {
        if (health?.Test is not { Count: > 0 } test || (ofImage?.Test is { } same && same.SequenceEqual(test)))
        {
            return;
        }

        var said = new Dictionary<string, object> { ["test"] = Literals(test) };
        foreach (var (key, time) in new[] { ("interval", health.Interval), ("timeout", health.Timeout), ("start_period", health.StartPeriod) })
        {
            if (time is { Ticks: > 0 } some)
            {
                said[key] = $"{Text((long)some.TotalMilliseconds)}ms";
            }
        }

        if (health.Retries is > 0 and var retries)
        {
            said["retries"] = retries;
        }

        service["healthcheck"] = said;
    }

    /// <summary>docker-compose's later versions write it down: <c>db:service_healthy:false,cache:service_started:true</c>.</summary>
    private static void Dependencies(Dictionary<string, object> service, ContainerDetails container)
    {
        var said = new Dictionary<string, object>();
        foreach (var part in container.Labels.GetValueOrDefault("com.docker.compose.depends_on", "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (part.Split(':') is [var other, var condition, ..])
            {
                said[Name(other)] = new Dictionary<string, object> { ["condition"] = condition };
            }
        }

        Put(service, "depends_on", said);
    }

    private static void NotTaken(ContainerSpec spec, Taken taken)
    {
        foreach (var binding in spec.PortBindings.Where(binding => binding.HostPort > 0))
        {
            taken.Note("ports", $"Port {binding.HostPort} of the host: visitors come through the gateway. Add a route to port {binding.Port.Number}.");
        }

        (string Key, bool Asked, string Reason)[] refused =
        [
            ("privileged", spec.Privileged, "The policy allows no privileged container."),
            ("cap_add", spec.CapAdd.Count > 0, $"The policy adds no capabilities ({string.Join(", ", spec.CapAdd)})."),
            ("devices", spec.Devices.Count > 0, "The policy allows no devices of the host."),
            ("pid", spec.PidMode is { Length: > 0 }, "The policy shares no process namespace."),
            ("security_opt", spec.SecurityOpt.Count > 0, "The policy takes no security options."),
            ("network_mode", spec.NetworkMode is "host", "The policy does not share the host's network."),
            ("network_mode", spec.NetworkMode?.StartsWith("container:", StringComparison.Ordinal) == true, "It shared another container's network: make it a sidekick of that service."),
        ];
        foreach (var (key, _, reason) in refused.Where(one => one.Asked))
        {
            taken.Note(key, reason);
        }
    }

    private static bool IsGiven(string? hostname, string id) => hostname is { Length: > 0 } && !id.StartsWith(hostname, StringComparison.Ordinal);

    private static void Put(Dictionary<string, object> service, string key, IReadOnlyList<string>? asked, IReadOnlyList<string> ofImage)
    {
        if (asked is { Count: > 0 } && !asked.SequenceEqual(ofImage))
        {
            service[key] = Literals(asked);
        }
    }

    private static void Put(Dictionary<string, object> service, string key, string? asked, string? ofImage)
    {
        if (asked is { Length: > 0 } && asked != ofImage)
        {
            service[key] = Literal(asked);
        }
    }

    private static void Put(Dictionary<string, object> service, string key, List<object> list)
    {
        if (list.Count > 0)
        {
            service[key] = list;
        }
    }

    private static void Put(Dictionary<string, object> service, string key, Dictionary<string, object> map)
    {
        if (map.Count > 0)
        {
            service[key] = map;
        }
    }

    private static Dictionary<string, object> Pairs(IEnumerable<KeyValuePair<string, string>> pairs) =>
        pairs.OrderBy(pair => pair.Key, StringComparer.Ordinal).ToDictionary(pair => pair.Key, object (pair) => Literal(pair.Value));

    private static List<object> Literals(IEnumerable<string> texts) => [.. texts.Select(Literal)];

    /// <summary>A dollar sign that was one is to stay one.</summary>
    private static string Literal(string text) => text.Replace("$", "$$", StringComparison.Ordinal);

    /// <summary>A name that a Compose text may have: containers and volumes may be called otherwise.</summary>
    private static string Name(string text) => NotOfNames().Replace(text, "-").Trim('-', '_', '.') is { Length: > 0 } name ? name : "service";

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*$")]
    private static partial Regex VariableName();

    [GeneratedRegex("^[0-9a-f]{64}$")]
    private static partial Regex AnonymousVolume();

    [GeneratedRegex("[^A-Za-z0-9._-]+")]
    private static partial Regex NotOfNames();

    /// <summary>What one service adds to what the stack has of notes, answers and volumes.</summary>
    private sealed class Taken(string service, ImmutableArray<AdoptedNote>.Builder notes, ImmutableSortedDictionary<string, string>.Builder answers, SortedSet<string> volumes)
    {
        public SortedSet<string> Volumes => volumes;

        public void Note(string key, string reason) => notes.Add(new AdoptedNote(service, key, reason));

        /// <returns>The variable's name: of two services that call different values by one name, each has its own.</returns>
        public string Answer(string name, string value)
        {
            var free = name;
            for (var number = 2; answers.TryGetValue(free, out var other) && other != value; number++)
            {
                free = string.Create(CultureInfo.InvariantCulture, $"{name}_{number}");
            }

            answers[free] = value;
            return free;
        }
    }
}
