namespace Portal.Docker;

/// <summary>Time limits by kind of call. Streams (pull, push, logs, stats, events, exec, wait, uploads) have none once connected.</summary>
public sealed record EngineClientOptions
{
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Ping, inspect, list.</summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Create, start, remove, connect. A stop has its grace period on top.</summary>
    public TimeSpan ChangeTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>What asks a registry or walks the disk: resolve, disk usage, prune.</summary>
    public TimeSpan SlowTimeout { get; init; } = TimeSpan.FromMinutes(3);

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
