namespace Portal.Docker;

internal static class StatsMapping
{
    public static ContainerStats Stats(WireStats wire)
    {
        var cpus = Cpus(wire.Cpu);
        return new ContainerStats(
            wire.Read,
            CpuPercent(wire.CpuBefore, wire.Cpu, cpus),
            cpus,
            Memory(wire.Memory),
            Bounded(wire.Memory?.Limit ?? 0),
            (wire.Networks ?? []).Values.Sum(network => network.Received),
            (wire.Networks ?? []).Values.Sum(network => network.Sent),
            Block(wire.Block, "read"),
            Block(wire.Block, "write"),
            wire.Pids?.Current ?? 0);
    }

    private static int Cpus(WireCpu? cpu) => cpu?.Online is > 0 and var online ? online : cpu?.Usage?.PerCpu?.Length ?? 0;

    private static double CpuPercent(WireCpu? before, WireCpu? now, int cpus)
    {
        var (used, usedBefore) = (now?.Usage?.Total ?? 0, before?.Usage?.Total ?? 0);
        var (system, systemBefore) = (now?.System ?? 0, before?.System ?? 0);
        return systemBefore == 0 || system <= systemBefore || used <= usedBefore
            ? 0
            : (double)(used - usedBefore) / (system - systemBefore) * cpus * 100;
    }

    // The cache is counted in; cgroup v1 calls the part that can go total_inactive_file, v2 inactive_file.
    private static long Memory(WireMemory? memory)
    {
        var usage = memory?.Usage ?? 0;
        var cache = memory?.Stats is { } stats
            ? stats.TryGetValue("total_inactive_file", out var old) ? old : stats.GetValueOrDefault("inactive_file")
            : 0;
        return Bounded(cache < usage ? usage - cache : usage);
    }

    private static long Block(WireBlock? block, string op) =>
        (block?.Bytes ?? []).Where(entry => string.Equals(entry.Op, op, StringComparison.OrdinalIgnoreCase)).Sum(entry => entry.Value);

    private static long Bounded(ulong number) => (long)Math.Min(number, long.MaxValue);
}
