using System.Collections.Immutable;

namespace Portal.Compose;

/// <summary>One service as it is to run. Sizes are bytes; what is null is left to the image or the engine.</summary>
public sealed record ServiceSpec
{
    public required string Name { get; init; }

    /// <summary>Line of the service's name in the Compose text.</summary>
    public required int Line { get; init; }

    public required string Image { get; init; }
    public PullPolicy PullPolicy { get; init; } = PullPolicy.Missing;
    public string? Platform { get; init; }

    /// <summary>Null keeps the image's; empty clears it.</summary>
    public ImmutableArray<string>? Command { get; init; }

    /// <summary>Null keeps the image's; empty clears it.</summary>
    public ImmutableArray<string>? Entrypoint { get; init; }

    public ImmutableSortedDictionary<string, string> Environment { get; init; } = NoPairs;
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = NoPairs;
    public string? User { get; init; }
    public ImmutableArray<string> GroupAdd { get; init; } = [];
    public string? WorkingDir { get; init; }
    public string? Hostname { get; init; }
    public string? Domainname { get; init; }

    /// <summary>Only where the policy allows names that the tenant chooses.</summary>
    public string? ContainerName { get; init; }

    public bool? Init { get; init; }
    public bool Tty { get; init; }
    public bool StdinOpen { get; init; }
    public bool ReadOnly { get; init; }
    public string? StopSignal { get; init; }
    public TimeSpan? StopGracePeriod { get; init; }

    /// <summary>Path in the container to mount options ("" for none), as the engine's <c>HostConfig.Tmpfs</c> takes them.</summary>
    public ImmutableSortedDictionary<string, string> Tmpfs { get; init; } = NoPairs;

    public ImmutableArray<string> Dns { get; init; } = [];
    public ImmutableArray<string> DnsSearch { get; init; } = [];
    public ImmutableArray<string> DnsOptions { get; init; } = [];

    /// <summary>As <c>host:address</c>, the engine's form.</summary>
    public ImmutableArray<string> ExtraHosts { get; init; } = [];

    public ImmutableArray<string> CapAdd { get; init; } = [];
    public ImmutableArray<string> CapDrop { get; init; } = [];
    public ImmutableSortedDictionary<string, string> Sysctls { get; init; } = NoPairs;
    public ImmutableArray<UlimitSpec> Ulimits { get; init; } = [];
    public LoggingSpec? Logging { get; init; }

    /// <summary>Run by the engine inside the container.</summary>
    public HealthcheckSpec? Healthcheck { get; init; }

    /// <summary>Made by the portal from outside the container.</summary>
    public HealthProbe? HealthProbe { get; init; }

    public ImmutableArray<PortSpec> Ports { get; init; } = [];
    public ImmutableArray<ExposedPort> Expose { get; init; } = [];

    /// <summary>Empty exactly when <see cref="NetworkMode"/> is set. The service's own name is an alias that the caller adds.</summary>
    public ImmutableArray<NetworkAttachment> Networks { get; init; } = [];

    /// <summary>Null (joins <see cref="Networks"/>), <c>none</c>, <c>host</c>, or <c>service:NAME</c> (shares the network of a replica of NAME).</summary>
    public string? NetworkMode { get; init; }

    public ImmutableArray<MountSpec> Mounts { get; init; } = [];
    public ImmutableArray<VolumesFromSpec> VolumesFrom { get; init; } = [];
    public ImmutableArray<SecretMount> Secrets { get; init; } = [];
    public ImmutableArray<SecretVariable> SecretVariables { get; init; } = [];
    public ImmutableArray<ConfigMount> Configs { get; init; } = [];
    public ImmutableArray<DependencySpec> DependsOn { get; init; } = [];
    public ImmutableArray<ExternalLink> ExternalLinks { get; init; } = [];

    public int Replicas { get; init; } = 1;

    /// <summary>One replica on each host, whatever <see cref="Replicas"/> says.</summary>
    public bool Global { get; init; }

    /// <summary>Runs to its end once for a revision (start_once, or a job mode) and is not restarted after success.</summary>
    public bool IsOneShot { get; init; }

    public UpdateSpec Update { get; init; } = UpdateSpec.Default;
    public UpdateSpec? Rollback { get; init; }

    /// <summary>Null leaves the choice to the portal.</summary>
    public RestartSpec? Restart { get; init; }

    public ResourceSpec Resources { get; init; } = ResourceSpec.None;
    public long? ShmSize { get; init; }

    /// <summary>Services that are deployed, scaled and replaced together with each replica of this one.</summary>
    public ImmutableArray<string> Sidekicks { get; init; } = [];

    /// <summary>The service whose sidekick this is.</summary>
    public string? PrimaryOf { get; init; }

    /// <summary>What only a policy that says so lets through.</summary>
    public HostAccessSpec HostAccess { get; init; } = HostAccessSpec.None;

    /// <summary>
    /// Lower-case hex SHA-256 of all that would need the container replaced if it changed. Does not depend on the order of
    /// keys, line numbers, the number of replicas, or on how the portal goes about it (update order, dependencies, probes).
    /// </summary>
    public string Fingerprint() => ServiceFingerprint.Of(this);

    internal static readonly ImmutableSortedDictionary<string, string> NoPairs =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
}
