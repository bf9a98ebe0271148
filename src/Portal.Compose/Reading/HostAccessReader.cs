using System.Collections.Immutable;

namespace Portal.Compose;

/// <summary>The keys that reach past the container. Each passes the policy here or is refused.</summary>
internal sealed class HostAccessReader(ReadContext context)
{
    private readonly StackPolicy policy = context.Policy;

    public ServiceSpec Read(MapReader service, ServiceSpec spec)
    {
        if (spec.Resources.OomKillDisable && !policy.AllowHostTuning)
        {
            service.Refuse("oom_kill_disable", "the policy does not allow a container that the kernel may not end");
        }

        if (spec.Resources.OomScoreAdj < 0 && !policy.AllowHostTuning)
        {
            service.Refuse("oom_score_adj", "the policy does not allow a negative score: others would be ended first");
        }

        if (service.Has("container_name") && !policy.AllowContainerName)
        {
            service.Refuse("container_name", "the policy does not allow it: one name cannot serve two environments and several replicas");
        }

        foreach (var (key, _) in NotHanded(service).Where(option => option.IsAllowed && service.Has(option.Key)))
        {
            service.Ignore(key, "allowed, but the portal does not hand it to the engine");
        }

        return spec with
        {
            ContainerName = service.Text("container_name"),
            CapAdd = CapAdd(service),
            Sysctls = Sysctls(service),
            Logging = Logging(service),
            ExternalLinks = ExternalLinks(service),
            HostAccess = new HostAccessSpec
            {
                Privileged = Privileged(service),
                Pid = Namespace(service, "pid", policy.AllowHostNamespaces),
                Ipc = Namespace(service, "ipc", policy.AllowHostNamespaces, "none", "private", "shareable"),
                Uts = Namespace(service, "uts", policy.AllowHostNamespaces),
                Userns = Namespace(service, "userns_mode", policy.AllowHostNamespaces),
                Cgroup = Namespace(service, "cgroup", policy.AllowHostNamespaces, "private"),
                CgroupParent = Namespace(service, "cgroup_parent", policy.AllowCgroupParent),
                Runtime = Namespace(service, "runtime", policy.AllowRuntime),
                Devices = Devices(service),
                DeviceCgroupRules = Texts(service, "device_cgroup_rules", policy.AllowDevices),
                SecurityOptions = SecurityOptions(service),
            },
        };
    }

    public static string Capability(string name)
    {
        var upper = name.ToUpperInvariant();
        return upper.StartsWith("CAP_", StringComparison.Ordinal) ? upper["CAP_".Length..] : upper;
    }

    private IEnumerable<(string Key, bool IsAllowed)> NotHanded(MapReader service) =>
    [
        ("container_name", policy.AllowContainerName),
        ("external_links", policy.AllowExternalLinks),
        ("cgroup", policy.AllowHostNamespaces || service.Text("cgroup") == "private"),
        ("device_cgroup_rules", policy.AllowDevices),
    ];

    private bool Privileged(MapReader service)
    {
        var privileged = service.Flag("privileged") ?? false;
        if (privileged && !policy.AllowPrivileged)
        {
            service.Refuse("privileged", "the policy does not allow privileged containers");
        }

        return privileged;
    }

    private static string? Namespace(MapReader service, string key, bool allowed, params string[] harmless)
    {
        var value = service.Text(key);
        if (value is not null && !allowed && !harmless.Contains(value))
        {
            service.Refuse(key, $"the policy does not allow {key}{(value.Length == 0 ? "" : ": " + KeyPath.Clip(value))}");
        }

        return value;
    }

    private ImmutableArray<string> CapAdd(MapReader service)
    {
        var added = ImmutableArray.CreateBuilder<string>();
        foreach (var (node, path) in service.Items("cap_add"))
        {
            if (MapReader.ScalarText(node, path, Shapes.Text, service.Findings) is not { } text)
            {
                continue;
            }

            added.Add(Capability(text));
            if (!policy.AllowedCapabilities.Contains(Capability(text)))
            {
                service.Findings.Refuse(node, path, $"the policy does not allow the capability {KeyPath.Clip(text)}");
            }
        }

        return added.ToImmutable();
    }

    private ImmutableSortedDictionary<string, string> Sysctls(MapReader service)
    {
        string[] own = ["net.", "kernel.shm", "kernel.msg", "fs.mqueue."];
        foreach (var (name, _, spot, path) in service.Pairs("sysctls"))
        {
            if (!policy.AllowHostTuning && name != "kernel.sem" && !own.Any(o => name.StartsWith(o, StringComparison.Ordinal)))
            {
                service.Findings.Refuse(spot, path, $"the policy does not allow {KeyPath.Clip(name)}: it is not of the container's own namespaces");
            }
        }

        return service.Dictionary("sysctls");
    }

    private LoggingSpec? Logging(MapReader service)
    {
        var logging = service.Map("logging");
        var driver = logging?.Text("driver") ?? service.Text("log_driver");
        var options = logging?.Dictionary("options") ?? service.Dictionary("log_opt");
        var (at, key) = logging is null ? (service, "log_driver") : (logging, "driver");
        if (driver is not null && !policy.AllowedLogDrivers.Contains(driver))
        {
            at.Refuse(key, $"the policy does not allow the log driver '{KeyPath.Clip(driver)}'");
        }

        foreach (var (name, value) in options)
        {
            // The daemon, not the container, opens these: a socket or a file of the host.
            if (value.StartsWith("unix", StringComparison.OrdinalIgnoreCase) || name.Contains("-tls-", StringComparison.Ordinal))
            {
                var optionsKey = logging is null ? "log_opt" : "options";
                at.Findings.Refuse(at.Spot(optionsKey), at.At(optionsKey).Key(name), "the policy does not allow log options that name sockets or files of the host");
            }
        }

        return driver is null && options.IsEmpty ? null : new LoggingSpec(driver, options);
    }

    private ImmutableArray<ExternalLink> ExternalLinks(MapReader service)
    {
        var links = ImmutableArray.CreateBuilder<ExternalLink>();
        foreach (var (node, path) in service.Items("external_links"))
        {
            if (MapReader.ScalarText(node, path, Shapes.Text, service.Findings) is not { } text)
            {
                continue;
            }

            if (!policy.AllowExternalLinks)
            {
                service.Findings.Refuse(node, path, $"the policy does not allow links out of the stack: '{KeyPath.Clip(text)}'");
            }

            var colon = text.IndexOf(':', StringComparison.Ordinal);
            var name = colon < 0 ? text : text[..colon];
            var slash = name.IndexOf('/', StringComparison.Ordinal);
            var target = slash < 0 ? name : name[(slash + 1)..];
            links.Add(new ExternalLink(slash < 0 ? null : name[..slash], target, colon < 0 ? target : text[(colon + 1)..]));
        }

        return links.ToImmutable();
    }

    private ImmutableArray<DeviceSpec> Devices(MapReader service)
    {
        var devices = ImmutableArray.CreateBuilder<DeviceSpec>();
        foreach (var (node, path) in service.Items("devices"))
        {
            if (!policy.AllowDevices)
            {
                service.Findings.Refuse(node, path, "the policy does not allow devices of the host");
            }

            if (node is MapNode map)
            {
                var reader = new MapReader(map, path, "service.devices", service.Findings);
                if (reader.Text("source") is { } source)
                {
                    devices.Add(new DeviceSpec(source, reader.Text("target") ?? source, reader.Text("permissions") ?? "rwm"));
                }
                else
                {
                    reader.Refuse("source", "must name a device");
                }
            }
            else if (MapReader.ScalarText(node, path, Shapes.Text, service.Findings) is { } text)
            {
                var words = text.Split(':');
                devices.Add(new DeviceSpec(words[0], words.Length > 1 ? words[1] : words[0], words.Length > 2 ? words[2] : "rwm"));
            }
        }

        return devices.ToImmutable();
    }

    private static ImmutableArray<string> Texts(MapReader service, string key, bool allowed)
    {
        foreach (var (node, path) in allowed ? [] : service.Items(key))
        {
            service.Findings.Refuse(node, path, $"the policy does not allow {key}");
        }

        return service.Texts(key);
    }

    private ImmutableArray<string> SecurityOptions(MapReader service)
    {
        foreach (var (node, path) in policy.AllowSecurityOptions ? [] : service.Items("security_opt"))
        {
            // It only takes rights away.
            if (node is not TextNode { Value: "no-new-privileges" or "no-new-privileges:true" or "no-new-privileges=true" })
            {
                service.Findings.Refuse(node, path, "the policy does not allow security options other than no-new-privileges");
            }
        }

        return service.Texts("security_opt");
    }
}
