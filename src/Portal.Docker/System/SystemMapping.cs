using System.Net;

namespace Portal.Docker;

internal static class SystemMapping
{
    private const long NanosecondsPerTick = 100;

    public static EngineInfo Info(WireInfo wire) => new(
        wire.ID ?? "",
        wire.Name ?? "",
        wire.ServerVersion ?? "",
        wire.OperatingSystem ?? "",
        wire.KernelVersion ?? "",
        wire.Architecture ?? "",
        wire.NCPU,
        wire.MemTotal,
        wire.Containers,
        wire.ContainersRunning,
        wire.ContainersPaused,
        wire.ContainersStopped,
        wire.Images,
        wire.Driver ?? "",
        wire.LoggingDriver ?? "",
        wire.DockerRootDir ?? "",
        wire.SystemTime,
        wire.Labels ?? [],
        wire.Warnings ?? [],
        new EngineSwarm(
            wire.Swarm?.LocalNodeState ?? "inactive",
            string.IsNullOrEmpty(wire.Swarm?.NodeID) ? null : wire.Swarm.NodeID,
            wire.Swarm?.ControlAvailable ?? false),
        Registries(wire.RegistryConfig ?? new WireRegistryConfig()),
        [.. (wire.DefaultAddressPools ?? []).Where(pool => pool.Base is not null).Select(pool => new EngineAddressPool(pool.Base!, pool.Size))],
        new EngineCapacity(wire.NCPU, wire.MemTotal, wire.MemoryLimit, wire.SwapLimit, wire.CpuCfsQuota, wire.CPUShares, wire.CPUSet, wire.PidsLimit));

    private static EngineRegistries Registries(WireRegistryConfig wire) => new(
        [.. (wire.IndexConfigs ?? []).Where(index => !index.Value.Secure).Select(index => index.Key)],
        [.. (wire.InsecureRegistryCIDRs ?? []).Select(text => IPNetwork.TryParse(text, out var network) ? network : (IPNetwork?)null).OfType<IPNetwork>()],
        wire.Mirrors is { Length: > 0 } || (wire.IndexConfigs ?? []).GetValueOrDefault(ImageReference.DockerHub)?.Mirrors is { Length: > 0 });

    public static EngineDiskUsage DiskUsage(WireDiskUsage wire) => new(
        wire.LayersSize,
        wire.Images?.Length ?? 0,
        wire.Containers?.Length ?? 0,
        (wire.Containers ?? []).Sum(container => container.SizeRw),
        wire.Volumes?.Length ?? 0,
        // The engine writes −1 where it does not know.
        (wire.Volumes ?? []).Sum(volume => Math.Max(0, volume.UsageData?.Size ?? 0)),
        (wire.BuildCache ?? []).Sum(entry => entry.Size));

    public static EngineEvent Event(WireEvent wire)
    {
        // "health_status: healthy" and "exec_start: sh -c …" carry a detail behind the action.
        var action = wire.Action ?? "";
        var colon = action.IndexOf(": ", StringComparison.Ordinal);
        return new EngineEvent(
            wire.Type ?? "",
            colon < 0 ? action : action[..colon],
            colon < 0 ? null : action[(colon + 2)..],
            wire.Actor?.ID ?? "",
            wire.Actor?.Attributes ?? [],
            DateTimeOffset.UnixEpoch.AddTicks(wire.TimeNano / NanosecondsPerTick),
            wire.Scope ?? "local");
    }
}
