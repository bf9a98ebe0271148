using System.Collections.Immutable;
using System.Net;

namespace Portal.Compose;

/// <summary>The sections beside services: networks, volumes, secrets, configs.</summary>
internal sealed class SectionReader(ReadContext context, StackParts parts)
{
    private readonly FileFindings findings = context.Compose;

    public void Read(MapReader top)
    {
        foreach (var (entry, map, path) in Entries(top, "networks", mayBeNull: true))
        {
            Network(entry, map is null ? null : new MapReader(map, path, "network", findings));
        }

        parts.Networks.TryAdd("default", new NetworkSpec("default", 1));
        foreach (var (entry, map, path) in Entries(top, "volumes", mayBeNull: true))
        {
            Volume(entry, map is null ? null : new MapReader(map, path, "volume", findings));
        }

        foreach (var (entry, map, path) in Entries(top, "secrets", mayBeNull: false))
        {
            Secret(entry, new MapReader(map!, path, "secret", findings));
        }

        foreach (var (entry, map, path) in Entries(top, "configs", mayBeNull: false))
        {
            Config(entry, new MapReader(map!, path, "config", findings));
        }
    }

    private IEnumerable<(MapEntry Entry, MapNode? Map, KeyPath Path)> Entries(MapReader top, string section, bool mayBeNull)
    {
        if (top.Value(section) is not MapNode map)
        {
            yield break;
        }

        foreach (var entry in map.Entries.Where(e => !ComposeNames.IsExtension(e.Name)))
        {
            var path = top.At(section).Key(entry.Name);
            parts.Declared.Add((section, entry.Name));
            if (!ComposeNames.IsName(entry.Name))
            {
                findings.Refuse(entry.Key, path, $"the name {ComposeNames.NameRule}");
            }
            else if (entry.Value is MapNode settings)
            {
                yield return (entry, settings, path);
            }
            else if (mayBeNull && entry.Value is TextNode { IsNull: true })
            {
                yield return (entry, null, path);
            }
            else
            {
                findings.Refuse(entry.Key, path, ShapeRules.Complaint(entry.Value, Shapes.Map));
            }
        }
    }

    private void Network(MapEntry entry, MapReader? network)
    {
        var spec = new NetworkSpec(entry.Name, entry.Key.Line);
        if (network is not null)
        {
            spec = spec with
            {
                ExternalName = External(network, entry, context.Policy.AllowedExternalNetworks, "network"),
                Driver = network.Text("driver") is { Length: > 0 } and not "default" ? network.Text("driver")! : "bridge",
                DriverOptions = network.Dictionary("driver_opts"),
                Internal = network.Flag("internal") ?? false,
                Attachable = network.Flag("attachable") ?? false,
                EnableIpv6 = network.Flag("enable_ipv6") ?? false,
                Labels = Labels(network),
                Ipam = network.Map("ipam") is { } ipam ? Ipam(ipam) : null,
            };
            if (!context.Policy.AllowedNetworkDrivers.Contains(spec.Driver))
            {
                network.Refuse("driver", $"the policy does not allow the network driver '{KeyPath.Clip(spec.Driver)}'");
            }

            foreach (var attribute in Wrong(spec))
            {
                network.Refuse("ipam", attribute);
            }

            if (spec is { EnableIpv6: true, ExternalName: null } && spec.Ipam?.Pools.Any(pool => pool.Subnet?.Contains(':', StringComparison.Ordinal) == true) != true)
            {
                network.Ignore("enable_ipv6", "there is no IPv6 subnet under ipam.config, and engines before 27 choose none: the network has IPv4 alone");
                spec = spec with { EnableIpv6 = false };
            }

            foreach (var option in spec.DriverOptions.Keys.Where(o => o != "com.docker.network.driver.mtu" && !context.Policy.AllowNetworkDriverOptions))
            {
                network.Findings.Refuse(network.Spot("driver_opts"), network.At("driver_opts").Key(option), "the policy does not allow this option of a network");
            }
        }

        parts.Networks[entry.Name] = spec;
    }

    /// <summary>Of the addresses that a network is given.</summary>
    private static IEnumerable<string> Wrong(NetworkSpec network)
    {
        foreach (var pool in network.Ipam?.Pools ?? [])
        {
            if (pool.Subnet is { } subnet && !IPNetwork.TryParse(subnet, out _))
            {
                yield return $"'{KeyPath.Clip(subnet)}' is no subnet, as 10.8.0.0/24";
            }

            if (pool.IpRange is { } range && !IPNetwork.TryParse(range, out _))
            {
                yield return $"'{KeyPath.Clip(range)}' is no range, as 10.8.0.128/25";
            }

            foreach (var address in pool.AuxAddresses.Values.Append(pool.Gateway).OfType<string>().Where(address => !IPAddress.TryParse(address, out _)))
            {
                yield return $"'{KeyPath.Clip(address)}' is no address";
            }

            if (pool.Subnet is null && (pool.IpRange ?? pool.Gateway) is not null)
            {
                yield return "an address range or gateway needs its subnet";
            }
        }
    }

    private void Volume(MapEntry entry, MapReader? volume)
    {
        var spec = new VolumeSpec(entry.Name, entry.Key.Line);
        if (volume is not null)
        {
            spec = spec with
            {
                ExternalName = External(volume, entry, context.Policy.AllowedExternalVolumes, "volume"),
                Driver = volume.Text("driver") is { Length: > 0 } and not "default" ? volume.Text("driver")! : "local",
                DriverOptions = volume.Dictionary("driver_opts"),
                Labels = Labels(volume),
            };
            if (!context.Policy.AllowedVolumeDrivers.Contains(spec.Driver))
            {
                volume.Refuse("driver", $"the policy does not allow the volume driver '{KeyPath.Clip(spec.Driver)}'");
            }

            var isTmpfs = spec.DriverOptions.GetValueOrDefault("type") == "tmpfs" && spec.DriverOptions.GetValueOrDefault("device") is null or "tmpfs"
                && !spec.DriverOptions.GetValueOrDefault("o", "").Contains("bind", StringComparison.OrdinalIgnoreCase);
            if (!spec.DriverOptions.IsEmpty && !isTmpfs && !context.Policy.AllowVolumeDriverOptions)
            {
                volume.Refuse("driver_opts", "the policy does not allow options of a volume other than a tmpfs: they can mount any path of the host");
            }
        }

        parts.Volumes[entry.Name] = spec;
    }

    private void Secret(MapEntry entry, MapReader secret)
    {
        var (external, externalName) = ExternalName(secret);
        if (secret.Text("environment") is { } variable)
        {
            if (external)
            {
                secret.Refuse("environment", "a secret is external or comes from a variable, not both");
            }
            else if (!context.Variables.TryGetValue(variable, out var value))
            {
                secret.Refuse("environment", $"the variable {KeyPath.Clip(variable)} has no value");
            }
            else
            {
                parts.Secrets[entry.Name] = new SecretSpec(entry.Name, entry.Key.Line, null) { Value = value };
            }

            return;
        }

        if (!external && !secret.Has("file") && !secret.Has("name"))
        {
            secret.Findings.Refuse(entry.Key, secret.Path, "must say where it comes from: external, environment or file");
        }

        parts.Secrets[entry.Name] = new SecretSpec(entry.Name, entry.Key.Line, externalName ?? secret.Text("name") ?? entry.Name);
    }

    private void Config(MapEntry entry, MapReader config)
    {
        string? content = null;
        if (config.Text("content") is { } inline)
        {
            content = inline;
        }
        else if (config.Text("environment") is { } variable)
        {
            if (!context.Variables.TryGetValue(variable, out content))
            {
                config.Refuse("environment", $"the variable {KeyPath.Clip(variable)} has no value");
            }
        }
        else if (config.Text("file") is { } file)
        {
            content = context.File(file);
            if (content is null)
            {
                config.Refuse("file", $"the file '{KeyPath.Clip(file)}' was not handed over with the stack; give its text under content");
            }
        }
        else if (config.Node.Find("external") is null)
        {
            config.Findings.Refuse(entry.Key, config.Path, "must say where it comes from: content, environment or file");
        }

        if (content is not null)
        {
            parts.Configs[entry.Name] = new ConfigSpec(entry.Name, entry.Key.Line, content);
        }
    }

    private static string? External(MapReader part, MapEntry entry, ImmutableArray<string> allowed, string what)
    {
        var (external, externalName) = ExternalName(part);
        if (!external)
        {
            if (part.Has("name"))
            {
                part.Ignore("name", $"the portal names the {what}s that it makes, so that no two environments share one");
            }

            return null;
        }

        var name = externalName ?? part.Text("name") ?? entry.Name;
        if (!allowed.Contains(name))
        {
            part.Refuse("external", $"the policy does not allow the {what} '{KeyPath.Clip(name)}', made outside the stack");
        }

        return name;
    }

    private static (bool External, string? Name) ExternalName(MapReader part) =>
        part.Map("external") is { } map ? (true, map.Text("name")) : (part.Has("external") && (part.Flag("external") ?? false), null);

    private static ImmutableSortedDictionary<string, string> Labels(MapReader part)
    {
        foreach (var (name, _, spot, path) in part.Pairs("labels"))
        {
            if (name.StartsWith("portal.", StringComparison.OrdinalIgnoreCase))
            {
                part.Findings.Refuse(spot, path, "labels that begin with portal. are the portal's own");
            }
        }

        return part.Dictionary("labels");
    }

    private IpamSpec Ipam(MapReader ipam)
    {
        var pools = ImmutableArray.CreateBuilder<IpamPool>();
        foreach (var (node, path) in ipam.Items("config"))
        {
            if (node is MapNode map)
            {
                var pool = new MapReader(map, path, "network.ipam.config", findings);
                pools.Add(new IpamPool(pool.Text("subnet"), pool.Text("ip_range"), pool.Text("gateway"), pool.Dictionary("aux_addresses")));
            }
            else
            {
                findings.Refuse(node, path, ShapeRules.Complaint(node, Shapes.Map));
            }
        }

        if (ipam.Text("driver") is { } driver and not "default")
        {
            ipam.Refuse("driver", $"'{KeyPath.Clip(driver)}' must be default");
        }

        return new IpamSpec("default", pools.ToImmutable(), ipam.Dictionary("options"));
    }
}
