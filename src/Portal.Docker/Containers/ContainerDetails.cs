namespace Portal.Docker;

public enum ContainerStatus { Unknown, Created, Running, Paused, Restarting, Removing, Exited, Dead }

public enum HealthStatus { None, Starting, Healthy, Unhealthy }

/// <param name="Image">The reference or id that the container was made with.</param>
/// <param name="ImageId">The image's own id, <c>sha256:…</c>.</param>
/// <param name="Networks">Network name → how this container stands in it.</param>
/// <param name="Ports">Published ports as they are bound now; none while stopped.</param>
/// <param name="Arguments">What runs: path and arguments after entrypoint and command are put together.</param>
/// <param name="Definition">The definition, read back.</param>
public sealed record ContainerDetails(
    string Id,
    string Name,
    string Image,
    string ImageId,
    DateTimeOffset Created,
    IReadOnlyDictionary<string, string> Labels,
    IReadOnlyDictionary<string, string?> Environment,
    ContainerState State,
    int RestartCount,
    IReadOnlyDictionary<string, NetworkAttachment> Networks,
    IReadOnlyList<PortBinding> Ports,
    IReadOnlyList<ContainerMount> Mounts,
    IReadOnlyList<string> Arguments,
    ContainerSpec Definition);

/// <param name="Size">Bytes; of a directory what its file system calls its size.</param>
/// <param name="Mode">Go's file mode: permission bits at the end, a directory has the highest bit.</param>
public sealed record PathStat(
    [property: System.Text.Json.Serialization.JsonPropertyName("name")] string Name,
    [property: System.Text.Json.Serialization.JsonPropertyName("size")] long Size,
    [property: System.Text.Json.Serialization.JsonPropertyName("mode")] uint Mode);

/// <param name="Error">The engine's reason why it could not be started, or null.</param>
/// <param name="StartedAt">Null if it never started.</param>
/// <param name="Pid">On the host; 0 when not running.</param>
public sealed record ContainerState(
    ContainerStatus Status,
    bool Running,
    int ExitCode,
    bool OomKilled,
    string? Error,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt,
    int Pid,
    ContainerHealth Health);

/// <param name="LastLog">Output of the last probe, or null before the first.</param>
public sealed record ContainerHealth(HealthStatus Status, int FailingStreak = 0, int? LastExitCode = null, string? LastLog = null);

public sealed record NetworkAttachment(string NetworkId, string? IpAddress, string? Gateway, IReadOnlyList<string> Aliases);

public sealed record ContainerMount(MountKind Kind, string? Name, string Source, string Target, bool Writable);
