using System.Collections.Immutable;

namespace Portal.Compose;

/// <summary>An inclusive range of ports on the host.</summary>
public readonly record struct PortRange(int First, int Last)
{
    public bool Contains(int port) => port >= First && port <= Last;

    public override string ToString() => First == Last ? $"{First}" : $"{First}-{Last}";
}

/// <summary>What a tenant may ask of Docker. Whatever is not allowed here is refused with the line that asks for it.</summary>
public sealed record StackPolicy
{
    /// <summary>Nothing that reaches the host or somebody else's things.</summary>
    public static readonly StackPolicy Default = new();

    public bool AllowPrivileged { get; init; }

    /// <summary>pid, ipc, uts, userns_mode, cgroup and network_mode of the host, or of a container outside the stack.</summary>
    public bool AllowHostNamespaces { get; init; }

    /// <summary>Absolute paths that may be bind-mounted, each with all below it.</summary>
    public ImmutableArray<string> AllowedHostPaths { get; init; } = [];

    /// <summary>The Docker socket, or a directory above it; the path must be in <see cref="AllowedHostPaths"/> as well.</summary>
    public bool AllowDockerSocket { get; init; }

    /// <summary>Without the CAP_ prefix, upper case.</summary>
    public ImmutableArray<string> AllowedCapabilities { get; init; } = [];

    public bool AllowDevices { get; init; }
    public bool AllowSecurityOptions { get; init; }
    public bool AllowCgroupParent { get; init; }
    public bool AllowRuntime { get; init; }

    /// <summary>oom_kill_disable, a negative oom_score_adj, sysctls that are not of the container's own namespaces.</summary>
    public bool AllowHostTuning { get; init; }

    public bool AllowContainerName { get; init; }
    public ImmutableArray<PortRange> AllowedHostPorts { get; init; } = [];

    /// <summary>Names on the host of networks made outside the stack.</summary>
    public ImmutableArray<string> AllowedExternalNetworks { get; init; } = [];

    /// <summary>Names on the host of volumes made outside the stack.</summary>
    public ImmutableArray<string> AllowedExternalVolumes { get; init; } = [];

    public bool AllowExternalLinks { get; init; }
    public ImmutableArray<string> AllowedVolumeDrivers { get; init; } = ["local"];

    /// <summary>Options of the local volume driver other than tmpfs: they can mount any path or device of the host.</summary>
    public bool AllowVolumeDriverOptions { get; init; }

    public ImmutableArray<string> AllowedNetworkDrivers { get; init; } = ["bridge", "overlay"];
    public bool AllowNetworkDriverOptions { get; init; }
    public ImmutableArray<string> AllowedLogDrivers { get; init; } = ["json-file", "local", "none", "journald", "syslog", "gelf", "fluentd"];
}
