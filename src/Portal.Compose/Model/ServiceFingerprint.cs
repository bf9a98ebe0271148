using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Portal.Compose;

/// <summary>
/// One serialisation for each effective specification: fields by name in a fixed order, absent ones left out, every text
/// preceded by its length so that no two specifications can come out alike. Fields may be added (absent means as before);
/// renaming one changes every fingerprint there is.
/// </summary>
internal sealed class ServiceFingerprint
{
    private readonly StringBuilder text = new();

    public static string Of(ServiceSpec s)
    {
        var f = new ServiceFingerprint();
        f.Field("image", s.Image);
        f.Field("platform", s.Platform);
        f.Words("command", s.Command);
        f.Words("entrypoint", s.Entrypoint);
        f.Pairs("environment", s.Environment);
        f.Pairs("labels", s.Labels);
        f.Field("user", s.User);
        f.Set("group_add", s.GroupAdd);
        f.Field("working_dir", s.WorkingDir);
        f.Field("hostname", s.Hostname);
        f.Field("domainname", s.Domainname);
        f.Field("container_name", s.ContainerName);
        f.Field("init", s.Init);
        f.Field("tty", s.Tty ? true : null);
        f.Field("stdin_open", s.StdinOpen ? true : null);
        f.Field("read_only", s.ReadOnly ? true : null);
        f.Field("stop_signal", s.StopSignal);
        f.Field("stop_grace_period", s.StopGracePeriod?.Ticks);
        f.Pairs("tmpfs", s.Tmpfs);
        f.Words("dns", s.Dns);
        f.Words("dns_search", s.DnsSearch);
        f.Words("dns_opt", s.DnsOptions);
        f.Words("extra_hosts", s.ExtraHosts);
        f.Set("cap_add", s.CapAdd);
        f.Set("cap_drop", s.CapDrop);
        f.Pairs("sysctls", s.Sysctls);
        f.Set("ulimits", s.Ulimits.Select(u => Join(u.Name, u.Soft, u.Hard)));
        f.Field("logging", s.Logging?.Driver);
        f.Pairs("log_options", s.Logging?.Options ?? ServiceSpec.NoPairs);
        f.Healthcheck(s.Healthcheck);
        f.Set("ports", s.Ports.Select(p => Join(p.Target, p.Published, p.HostIp, p.Protocol)));
        f.Set("expose", s.Expose.Select(p => Join(p.Port, p.Protocol)));
        f.Set("networks", s.Networks.Select(n => Join(n.Name, n.Ipv4, n.Ipv6, n.Priority, n.DefinitionDigest, Join([.. n.Aliases.Order(StringComparer.Ordinal)]))));
        f.Field("network_mode", s.NetworkMode);
        f.Set("mounts", s.Mounts.Select(m => Join(m.Kind, m.Source, m.Target, m.ReadOnly, m.NoCopy, m.Subpath, m.Propagation, m.TmpfsSize, m.TmpfsMode, m.DefinitionDigest)));
        f.Set("volumes_from", s.VolumesFrom.Select(v => Join(v.Service, v.ReadOnly)));
        f.Set("secrets", s.Secrets.Select(x => Join(x.Source, x.Target, x.Uid, x.Gid, x.Mode, x.DefinitionDigest)));
        f.Set("secret_variables", s.SecretVariables.Select(x => Join(x.Variable, x.Source, x.DefinitionDigest)));
        f.Set("configs", s.Configs.Select(x => Join(x.Source, x.Target, x.Uid, x.Gid, x.Mode, x.DefinitionDigest)));
        f.Set("external_links", s.ExternalLinks.Select(l => Join(l.Stack, l.Service, l.Alias)));
        f.Field("one_shot", s.IsOneShot ? true : null);
        f.Field("restart", s.Restart is { } r ? Join(r.Policy, r.MaxRetries) : null);
        f.Limits(s.Resources);
        f.Field("shm_size", s.ShmSize);
        f.Host(s.HostAccess);
        return f.Hex();
    }

    public static string Of(VolumeSpec v)
    {
        var f = new ServiceFingerprint();
        f.Field("external", v.ExternalName);
        f.Field("driver", v.Driver);
        f.Pairs("driver_opts", v.DriverOptions);
        return f.Hex();
    }

    public static string Of(NetworkSpec n)
    {
        var f = new ServiceFingerprint();
        f.Field("external", n.ExternalName);
        f.Field("driver", n.Driver);
        f.Pairs("driver_opts", n.DriverOptions);
        f.Field("internal", n.Internal ? true : null);
        f.Field("attachable", n.Attachable ? true : null);
        f.Field("ipv6", n.EnableIpv6 ? true : null);
        f.Field("ipam", n.Ipam?.Driver);
        f.Pairs("ipam_options", n.Ipam?.Options ?? ServiceSpec.NoPairs);
        f.Words("ipam_pools", n.Ipam?.Pools.Select(p => Join(p.Subnet, p.IpRange, p.Gateway, Join([.. p.AuxAddresses.Select(a => Join(a.Key, a.Value))]))).ToImmutableArray());
        return f.Hex();
    }

    public static string Of(SecretSpec s)
    {
        var f = new ServiceFingerprint();
        f.Field("tenant_secret", s.TenantSecret);
        f.Field("value", s.Value);
        return f.Hex();
    }

    public static string Of(ConfigSpec c)
    {
        var f = new ServiceFingerprint();
        f.Field("content", c.Content);
        return f.Hex();
    }

    private void Healthcheck(HealthcheckSpec? h)
    {
        if (h is not null)
        {
            Words("health_test", h.Test);
            Field("health", Join(h.Interval?.Ticks, h.Timeout?.Ticks, h.Retries, h.StartPeriod?.Ticks, h.Disable));
        }
    }

    private void Limits(ResourceSpec r)
    {
        Field("memory", r.MemoryLimit);
        Field("memory_reservation", r.MemoryReservation);
        Field("memory_swap", r.MemorySwapLimit);
        Field("memory_swappiness", r.MemorySwappiness);
        Field("cpus", r.Cpus is { } cpus ? decimal.Round(cpus, 9).ToString("0.#########", CultureInfo.InvariantCulture) : null);
        Field("cpu_shares", r.CpuShares);
        Field("cpu_quota", r.CpuQuota);
        Field("cpu_period", r.CpuPeriod);
        Field("cpuset", r.CpusetCpus);
        Field("pids", r.PidsLimit);
        Field("oom_score_adj", r.OomScoreAdj);
        Field("oom_kill_disable", r.OomKillDisable ? true : null);
    }

    private void Host(HostAccessSpec h)
    {
        Field("privileged", h.Privileged ? true : null);
        Field("pid", h.Pid);
        Field("ipc", h.Ipc);
        Field("uts", h.Uts);
        Field("userns", h.Userns);
        Field("cgroup", h.Cgroup);
        Field("cgroup_parent", h.CgroupParent);
        Field("runtime", h.Runtime);
        Set("devices", h.Devices.Select(d => Join(d.Source, d.Target, d.Permissions)));
        Set("device_cgroup_rules", h.DeviceCgroupRules);
        Set("security_opt", h.SecurityOptions);
    }

    private void Field(string name, object? value)
    {
        if (value is not null)
        {
            text.Append(Join(name, value)).Append('\n');
        }
    }

    private void Words(string name, ImmutableArray<string>? words)
    {
        if (words is { } some && (!some.IsEmpty || name is "command" or "entrypoint"))
        {
            Field(name, Join([.. some]));
        }
    }

    private void Set(string name, IEnumerable<string> values)
    {
        string[] sorted = [.. values.Order(StringComparer.Ordinal)];
        if (sorted.Length > 0)
        {
            Field(name, Join(sorted));
        }
    }

    private void Pairs(string name, ImmutableSortedDictionary<string, string> pairs) => Set(name, pairs.Select(p => Join(p.Key, p.Value)));

    private static string Join(params object?[] values)
    {
        var joined = new StringBuilder();
        foreach (var value in values)
        {
            if (value is null)
            {
                joined.Append('~');
            }
            else
            {
                var part = Convert.ToString(value, CultureInfo.InvariantCulture)!;
                joined.Append(part.Length).Append(':').Append(part);
            }
        }

        return joined.ToString();
    }

    private string Hex() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
}
