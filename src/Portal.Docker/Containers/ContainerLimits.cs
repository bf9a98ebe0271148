namespace Portal.Docker;

/// <summary>What can be changed of a container while it runs. Null: it has no such limit of its own.</summary>
public sealed record ContainerLimits
{
    /// <summary>Bytes.</summary>
    public long? Memory { get; init; }

    /// <summary>Bytes.</summary>
    public long? MemoryReservation { get; init; }

    /// <summary>Bytes, memory and swap together; −1 is unlimited swap.</summary>
    public long? MemorySwap { get; init; }

    public long? NanoCpus { get; init; }

    /// <summary>Microseconds in a period.</summary>
    public long? CpuQuota { get; init; }

    public long? CpuShares { get; init; }

    /// <summary>Such as <c>0-2,4</c>.</summary>
    public string? CpusetCpus { get; init; }

    public long? PidsLimit { get; init; }

    public RestartPolicy Restart { get; init; } = new(RestartKind.No);

    public static ContainerLimits Of(ContainerSpec spec) => new()
    {
        Memory = spec.Memory,
        MemoryReservation = spec.MemoryReservation,
        MemorySwap = spec.MemorySwap,
        NanoCpus = spec.NanoCpus,
        CpuQuota = spec.CpuQuota,
        CpuShares = spec.CpuShares,
        CpusetCpus = spec.CpusetCpus,
        PidsLimit = spec.PidsLimit,
        Restart = spec.RestartPolicy ?? new RestartPolicy(RestartKind.No),
    };
}

/// <summary>What an engine has, and which limits its kernel can hold; those that it cannot it drops as a container is made.</summary>
/// <param name="Pids">The number of processes.</param>
public sealed record EngineCapacity(int Cpus, long MemoryBytes, bool Memory, bool Swap, bool CpuQuota, bool CpuShares, bool Cpuset, bool Pids)
{
    private const long NanoCpusOfOne = 1_000_000_000;
    private const long DefaultShares = 1024;

    private string AllCpus => Cpus == 1 ? "0" : $"0-{Cpus - 1}";

    /// <summary>The limits as they hold here: what cannot be held, or is as much as there is, is none.</summary>
    public ContainerLimits Holds(ContainerLimits limits) => limits with
    {
        Memory = Memory ? Below(limits.Memory, MemoryBytes) : null,
        MemoryReservation = Memory ? Below(limits.MemoryReservation, limits.Memory is > 0 ? limits.Memory.Value : MemoryBytes) : null,
        // Twice the memory is what an engine takes where nobody says.
        MemorySwap = Memory && Swap ? Below(limits.MemorySwap, (limits.Memory is > 0 ? limits.Memory.Value : MemoryBytes) * 2) : null,
        NanoCpus = CpuQuota ? Below(limits.NanoCpus, Cpus * NanoCpusOfOne) : null,
        CpuQuota = CpuQuota ? Below(limits.CpuQuota, long.MaxValue) : null,
        CpuShares = CpuShares && limits.CpuShares != DefaultShares ? Below(limits.CpuShares, long.MaxValue) : null,
        CpusetCpus = Cpuset && limits.CpusetCpus != AllCpus ? limits.CpusetCpus : null,
        PidsLimit = Pids ? Below(limits.PidsLimit, long.MaxValue) : null,
    };

    /// <summary>Whether a container has other limits than it is to have. Swap counts where it was asked for: the engine chooses it otherwise.</summary>
    public bool Differs(ContainerLimits wanted, ContainerLimits actual)
    {
        var (should, does) = (Holds(wanted), Holds(actual));
        return should != (should.MemorySwap is null ? does with { MemorySwap = null } : does);
    }

    /// <summary>An engine can change a limit and not take it away: where none is wanted, as much as there is.</summary>
    internal ContainerLimits Restoring(ContainerLimits wanted, ContainerLimits actual)
    {
        var (should, does) = (Holds(wanted), Holds(actual));
        return new ContainerLimits
        {
            Memory = Of(should.Memory, does.Memory, MemoryBytes),
            // Otherwise the former sum of memory and swap can stand in the way of the memory.
            MemorySwap = should.Memory == does.Memory && should.MemorySwap == does.MemorySwap ? null : should.MemorySwap ?? ((should.Memory ?? MemoryBytes) * 2),
            MemoryReservation = Of(should.MemoryReservation, does.MemoryReservation, should.Memory ?? MemoryBytes),
            NanoCpus = Of(should.NanoCpus, does.NanoCpus, Cpus * NanoCpusOfOne),
            CpuQuota = Of(should.CpuQuota, does.CpuQuota, -1),
            CpuShares = Of(should.CpuShares, does.CpuShares, DefaultShares),
            CpusetCpus = should.CpusetCpus == does.CpusetCpus ? null : should.CpusetCpus ?? AllCpus,
            PidsLimit = Of(should.PidsLimit, does.PidsLimit, -1),
            Restart = wanted.Restart,
        };

        static long? Of(long? should, long? does, long none) => should == does ? null : should ?? none;
    }

    private static long? Below(long? limit, long most) => limit is > 0 && limit < most ? limit : null;
}
