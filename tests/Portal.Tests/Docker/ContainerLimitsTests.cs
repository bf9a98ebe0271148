using Portal.Docker;

namespace Portal.Tests.Docker;

/// <summary>What <c>docker update</c> can change, and back.</summary>
public sealed class ContainerLimitsTests
{
    private static readonly EngineCapacity Two = new(2, 8L << 30, true, true, true, true, true, true);
    private static readonly ContainerLimits Small = new() { Memory = 64 << 20, PidsLimit = 60, NanoCpus = 500_000_000, Restart = new RestartPolicy(RestartKind.UnlessStopped) };
    private static readonly ContainerLimits Other = new() { Memory = 256 << 20, MemoryReservation = 128 << 20, PidsLimit = 90, NanoCpus = 1_500_000_000, CpuShares = 512, CpusetCpus = "0", Restart = new RestartPolicy(RestartKind.Always) };

    [Theory, Trait("Category", "Lab")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_running_container_gets_its_own_limits_back_whether_it_had_some_or_none(bool some)
    {
        await using var lab = await EngineScope.OpenAsync();
        var capacity = (await lab.Client.System.InfoAsync(lab.Cancel)).Capacity;
        var wanted = some ? Small : new ContainerLimits();
        var id = await lab.RunAsync(
            lab.Script("sleep 600") with { Memory = wanted.Memory, PidsLimit = wanted.PidsLimit, NanoCpus = wanted.NanoCpus, RestartPolicy = wanted.Restart });
        Assert.False(capacity.Differs(wanted, await ReadAsync()));

        await lab.Client.Containers.UpdateAsync(id, Other, await ReadAsync(), capacity, lab.Cancel);
        Assert.True(capacity.Differs(wanted, await ReadAsync()));

        await lab.Client.Containers.UpdateAsync(id, wanted, await ReadAsync(), capacity, lab.Cancel);
        Assert.False(capacity.Differs(wanted, await ReadAsync()), (await ReadAsync()).ToString());
        Assert.True((await lab.Client.Containers.InspectAsync(id, lab.Cancel)).State.Running);

        async Task<ContainerLimits> ReadAsync() => ContainerLimits.Of((await lab.Client.Containers.InspectAsync(id, lab.Cancel)).Definition);
    }

    [Fact]
    public void Each_limit_counts_and_what_is_as_much_as_there_is_does_not()
    {
        ContainerLimits[] changed =
        [
            Small with { Memory = 65 << 20 }, Small with { Memory = null }, Small with { MemoryReservation = 1 << 20 }, Small with { NanoCpus = null }, Small with { CpuQuota = 10_000 },
            Small with { CpuShares = 2 }, Small with { CpusetCpus = "1" }, Small with { PidsLimit = -1 }, Small with { Restart = new RestartPolicy(RestartKind.OnFailure, 3) },
        ];
        Assert.All(changed, other => Assert.True(Two.Differs(Small, other), other.ToString()));
        var most = new ContainerLimits { Memory = 8L << 30, MemoryReservation = 9L << 30, MemorySwap = -1, NanoCpus = 2_000_000_000, CpuQuota = -1, CpuShares = 1024, CpusetCpus = "0-1", PidsLimit = 0 };
        Assert.False(Two.Differs(new ContainerLimits(), most));
        Assert.True(Two.Differs(new ContainerLimits { MemorySwap = 128 << 20 }, most));
    }

    [Fact]
    public void What_the_kernel_cannot_hold_is_nobodys_change()
    {
        var bare = Two with { Memory = false, Swap = false, CpuQuota = false, CpuShares = false, Cpuset = false, Pids = false };
        Assert.False(bare.Differs(Small with { MemorySwap = 1 << 30 }, new ContainerLimits { Restart = Small.Restart }));
        Assert.True(bare.Differs(Small, Small with { Restart = new RestartPolicy(RestartKind.No) }));
    }
}
