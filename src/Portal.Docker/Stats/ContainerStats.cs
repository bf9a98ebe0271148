namespace Portal.Docker;

/// <summary>What a container uses, about once a second. Counters grow since its start.</summary>
/// <param name="CpuPercent">Since the sample before; 100 is one core, so up to 100 × <paramref name="Cpus"/>. 0 in the first sample.</param>
/// <param name="MemoryBytes">Without the file cache that the kernel would give back.</param>
/// <param name="MemoryLimitBytes">The host's memory where there is no limit.</param>
public sealed record ContainerStats(
    DateTimeOffset Time,
    double CpuPercent,
    int Cpus,
    long MemoryBytes,
    long MemoryLimitBytes,
    long NetworkReceivedBytes,
    long NetworkSentBytes,
    long BlockReadBytes,
    long BlockWrittenBytes,
    int Processes);
