using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Portal.Gateway;
using Portal.Gateway.Members;
using Portal.HAProxy;
using Portal.Lab;
using Portal.Lab.Load;
using Portal.Tests.HAProxy;
using static Portal.Tests.HAProxy.GatewayLab;

namespace Portal.Tests.Gateways;

/// <summary>Several HAProxy driven as one, without the rest of the portal.</summary>
[Trait("Category", "Lab")]
public sealed class FleetTests : IAsyncLifetime
{
    private static readonly LivePointer Green = new(Sides.Green);
    private readonly GatewayLab first = new();
    private readonly GatewayLab second = new();
    private BareBackend backend = null!;
    private GatewayFleet fleet = null!;

    public async Task InitializeAsync()
    {
        backend = await BareBackend.StartAsync(["v1", "v2"]);
        fleet = new GatewayFleet([Member("one", first), Member("two", second)], TimeProvider.System);
        await fleet.ApplyAsync(RequestStream.Model(first, backend.Ports), default);
    }

    public async Task DisposeAsync()
    {
        fleet.Dispose();
        await first.DisposeAsync();
        await second.DisposeAsync();
        await backend.DisposeAsync();
    }

    [Fact]
    public async Task Over_50_switches_no_request_through_either_gateway_fails_or_meets_the_old_side_after_the_acknowledgement()
    {
        await using var one = RequestStream.Start(first);
        await using var two = RequestStream.Start(second);
        for (var number = 1; number <= 50; number++)
        {
            await Task.WhenAll(one.MoreAsync(), two.MoreAsync());
            (one.Begun, two.Begun) = (number, number);
            var pointed = await fleet.PointAsync(Group, number % 2 == 0 ? new(Sides.Blue) : Green, fromAnySide: true, default);
            (one.Acknowledged, two.Acknowledged) = (number, number);
            Assert.Empty(pointed.Away);
        }

        await Task.WhenAll(one.MoreAsync(), two.MoreAsync());
        Assert.True(one.Wrong.IsEmpty && two.Wrong.IsEmpty, string.Join('\n', one.Wrong.Concat(two.Wrong).Take(20)));
    }

    [Fact]
    public async Task One_that_is_gone_does_not_keep_the_other_from_switching_and_is_named()
    {
        await second.Process.StopAsync();

        var pointed = await fleet.PointAsync(Group, Green, fromAnySide: true, default);

        Assert.Equal("two", Assert.Single(pointed.Away));
        Assert.Equal((GatewayState.InLine, GatewayState.Away), (fleet.Members[0].Standing.State, fleet.Members[1].Standing.State));
        Assert.Equal("v2", (await first.GetAsync("a.example")).Body);
        // From then on nobody waits for it.
        Assert.Equal("two", Assert.Single((await fleet.PointAsync(Group, new(Sides.Blue), fromAnySide: true, default)).Away));
    }

    [Fact]
    public async Task One_that_stands_still_is_left_behind()
    {
        var stopped = await second.Process.FindAsync();
        string[] pids = [stopped!.MasterPid.ToString(CultureInfo.InvariantCulture), stopped.WorkerPid.ToString(CultureInfo.InvariantCulture)];
        await Shell.RunAsync("kill", ["-STOP", .. pids]);
        try
        {
            Assert.Equal("two", Assert.Single((await fleet.PointAsync(Group, Green, fromAnySide: true, default)).Away));
        }
        finally
        {
            await Shell.RunAsync("kill", ["-CONT", .. pids]);
        }

        Assert.Equal("v2", (await first.GetAsync("a.example")).Body);
        Assert.Equal(GatewayState.Away, fleet.Members[1].Standing.State);
    }

    [Fact]
    public async Task One_that_answers_wrongly_takes_the_switch_back_on_those_that_had_moved_and_is_out_of_the_next()
    {
        GatewayException error;
        await using (GarbledSocket.At(second.Process.AdminSocket, "SSH-2.0-OpenSSH_9.2\n"))
        {
            error = await Assert.ThrowsAsync<GatewayException>(() => fleet.PointAsync(Group, Green, fromAnySide: true, default));
            Assert.Equal(Sides.Blue, (await first.Process.Admin.GetMapAsync(GatewayFiles.LiveName))[Group]);
            Assert.Equal("two", Assert.Single((await fleet.PointAsync(Group, Green, fromAnySide: true, default)).Away));
        }

        Assert.StartsWith("two: ", error.Message, StringComparison.Ordinal);
        Assert.Equal((GatewayState.InLine, GatewayState.Wrong), (fleet.Members[0].Standing.State, fleet.Members[1].Standing.State));
        Assert.Equal("v2", (await first.GetAsync("a.example")).Body);
        Assert.Equal("v1", (await second.GetAsync("a.example")).Body);
    }

    [Fact]
    public async Task A_share_and_a_hold_go_to_all_of_them_and_what_fails_leaves_the_share_as_it_was()
    {
        var share = new LivePointer(Sides.Blue, new Share(25, Stickiness.Cookie));
        await fleet.PointAsync(Group, share, fromAnySide: false, default);
        Assert.Equal([share.ToString(), share.ToString()], await PointersAsync());

        await using (GarbledSocket.At(second.Process.AdminSocket, "\n"))
        {
            await Assert.ThrowsAsync<GatewayException>(() => fleet.PointAsync(Group, Green, fromAnySide: true, default));
        }

        Assert.Equal([share.ToString(), share.ToString()], await PointersAsync());
        await fleet.PointAsync(Group, new(Sides.Blue) { Held = true }, fromAnySide: false, default);
        Assert.Equal(["blue!held", share.ToString()], await PointersAsync());
    }

    [Fact]
    public async Task A_caller_who_leaves_in_the_middle_leaves_all_of_them_on_one_side()
    {
        using var leaving = new CancellationTokenSource();
        await using (GarbledSocket.At(second.Process.AdminSocket, null))
        {
            var call = fleet.PointAsync(Group, Green, fromAnySide: true, leaving.Token);
            await UntilAsync(async () => (await first.Process.Admin.GetMapAsync(GatewayFiles.LiveName))[Group] == Sides.Green || call.IsCompleted, () => "the first never moved");
            await leaving.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        }

        Assert.Equal([Sides.Blue, Sides.Blue], await PointersAsync());
    }

    [Fact]
    public async Task What_all_of_them_refuse_puts_none_of_them_out()
    {
        await Assert.ThrowsAsync<GatewayException>(() => fleet.PointAsync("nobody", Green, fromAnySide: true, default));

        Assert.All(fleet.Members, member => Assert.Equal(GatewayState.InLine, member.Standing.State));
    }

    [Fact]
    public async Task Requests_are_counted_over_all_of_them_and_one_that_comes_back_brings_no_old_ones()
    {
        var before = await CountAsync();
        await AskAsync(first, 3);
        await AskAsync(second, 4);
        var between = await CountAsync();
        Assert.Equal((7, 0), (between.Since(before).Requests, between.Since(before).Failed));

        var without = new GroupCounters(Group, between.Workers.RemoveRange(between.Workers.Keys.Where(worker => worker.Gateway == "two")));
        await AskAsync(first, 1);
        Assert.Equal(1, (await CountAsync()).Since(without).Requests);
    }

    private static Task AskAsync(GatewayLab gateway, int times) => Task.WhenAll(Enumerable.Range(0, times).Select(_ => gateway.GetAsync("a.example")));

    private async Task<IEnumerable<string>> PointersAsync() =>
        (await Task.WhenAll(new[] { first, second }.Select(lab => lab.Process.Admin.GetMapAsync(GatewayFiles.LiveName)))).Select(map => map[Group]);

    private async Task<GroupCounters> CountAsync() => GroupCounters.Sum(Group, await fleet.ReadAsync((member, stop) => member.Driver.CountersAsync(Group, stop), default));

    private static GatewayMember Member(string name, GatewayLab lab) =>
        new(name, new HAProxyProcess(lab.Directory, patience: TimeSpan.FromSeconds(2)), GatewayListen.In(lab.Directory, lab.EndPoint), only: false, TimeProvider.System);
}
