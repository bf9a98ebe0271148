using System.Net;
using System.Net.Sockets;
using Portal.HAProxy;
using Portal.Lab.Load;
using static Portal.Tests.HAProxy.GatewayLab;

namespace Portal.Tests.HAProxy;

[Trait("Category", "Lab")]
public sealed class TcpPortTests
{
    private const string Db = "acme:shop.db.5432-tcp";

    [Fact]
    public async Task A_switch_moves_new_connections_and_leaves_those_that_are_there_until_they_end()
    {
        await using var blue = new LineServer("blue");
        await using var green = new LineServer("green");
        await using var gateway = new GatewayLab();
        var port = LoopbackPort.Free();
        await gateway.Driver.ApplyAsync(With(gateway.Model([], []), port, blue, green));
        await using var old = await LineClient.ConnectAsync(port);
        Assert.Equal("blue one", await old.SayAsync("one"));

        await gateway.Driver.SwitchAsync(Group, Sides.Green);

        await using var next = await LineClient.ConnectAsync(port);
        Assert.Equal("green two", await next.SayAsync("two"));
        Assert.Equal("blue three", await old.SayAsync("three"));
        Assert.Equal(1, await gateway.Driver.InFlightAsync(Db, Sides.Blue, Server(blue.Port)));
        Assert.Equal(1, (await gateway.Driver.CountersAsync(Group)).Of(Sides.Blue).InFlight);
        await old.DisposeAsync();
        await UntilAsync(async () => await gateway.Driver.InFlightAsync(Db, Sides.Blue, Server(blue.Port)) == 0, () => "the old side keeps a connection that has ended");
    }

    [Fact]
    public async Task A_share_and_a_hold_of_the_group_leave_its_ports_on_the_live_side()
    {
        await using var blue = new LineServer("blue");
        await using var green = new LineServer("green");
        await using var gateway = new GatewayLab();
        var port = LoopbackPort.Free();
        await gateway.Driver.ApplyAsync(With(gateway.Model([], []), port, blue, green));

        await gateway.Driver.ShareAsync(Group, new LivePointer(Sides.Blue, new Share(99, Stickiness.Source)));
        await using var shared = await LineClient.ConnectAsync(port);
        Assert.Equal("blue one", await shared.SayAsync("one"));

        await gateway.Driver.ShareAsync(Group, new LivePointer(Sides.Blue) { Held = true });
        await using var held = await LineClient.ConnectAsync(port);
        Assert.Equal("blue two", await held.SayAsync("two"));
    }

    [Fact]
    public async Task A_port_comes_and_goes_without_ending_a_connection_and_its_replicas_without_a_reload()
    {
        await using var backend = await BareBackend.StartAsync(["v1"]);
        await using var first = new LineServer("first");
        await using var second = new LineServer("second");
        await using var gateway = new GatewayLab();
        var (port, another) = (LoopbackPort.Free(), LoopbackPort.Free());
        var model = gateway.Model([Server(backend.Ports["v1"])], []);
        await gateway.Driver.ApplyAsync(With(model, port, first, first));
        await using var open = await LineClient.ConnectAsync(port);
        await using var load = LoadGenerator.Start(gateway.Load());
        await MoreAnswersAsync(load, 100);

        var replaced = await gateway.Driver.ApplyAsync(With(model, port, second, second));
        Assert.True(replaced is { Reloaded: false, RuntimeChanges: > 0 }, replaced.ToString());
        await using var moved = await LineClient.ConnectAsync(port);
        Assert.Equal("second two", await moved.SayAsync("two"));
        var more = With(model, port, second, second);
        var added = await gateway.Driver.ApplyAsync(more with { TcpRoutes = [.. more.TcpRoutes, new TcpRouteModel(another, "acme:shop.mq.5672-tcp", [Server(first.Port)], [])] });
        Assert.True(added.Reloaded, added.ToString());
        await using var newcomer = await LineClient.ConnectAsync(another);
        Assert.Equal("first three", await newcomer.SayAsync("three"));
        await gateway.Driver.ApplyAsync(model);
        await MoreAnswersAsync(load, 100);
        var report = await load.StopAsync();

        Assert.True(report.Failed == 0, report.ToString());
        Assert.Equal("first still", await open.SayAsync("still"));
        Assert.Equal("first still", await newcomer.SayAsync("still"));
        await Assert.ThrowsAnyAsync<SocketException>(() => LineClient.ConnectAsync(port));
    }

    [Fact]
    public async Task A_port_that_somebody_else_holds_is_refused_and_nothing_else_changes()
    {
        await using var backend = await BareBackend.StartAsync(["v1"]);
        await using var server = new LineServer("blue");
        await using var gateway = new GatewayLab();
        var model = gateway.Model([Server(backend.Ports["v1"])], []);
        await gateway.Driver.ApplyAsync(model);

        // The one that is to be held is its own server's.
        var error = await Assert.ThrowsAsync<HAProxyException>(() => gateway.Driver.ApplyAsync(With(model, server.Port, server, server)));

        Assert.Equal(HAProxyFault.AddressInUse, error.Fault);
        Assert.Equal(HttpStatusCode.OK, (await gateway.GetAsync()).Status);
        Assert.True((await gateway.Driver.ApplyAsync(model)).ChangedNothing);
    }

    [Fact]
    public async Task What_HAProxy_comes_back_to_by_itself_has_its_ports_on_the_side_that_was_live()
    {
        await using var blue = new LineServer("blue");
        await using var green = new LineServer("green");
        await using var gateway = new GatewayLab();
        var port = LoopbackPort.Free();
        await gateway.Driver.ApplyAsync(With(gateway.Model([], []), port, blue, green));
        await gateway.Driver.SwitchAsync(Group, Sides.Green);

        await gateway.Process.StopAsync();
        await gateway.Process.StartAsync();

        await using var client = await LineClient.ConnectAsync(port);
        Assert.Equal("green one", await client.SayAsync("one"));
    }

    private static GatewayModel With(GatewayModel model, int port, LineServer blue, LineServer green) =>
        model with { TcpRoutes = [new TcpRouteModel(port, Db, [Server(blue.Port)], [Server(green.Port)])] };
}
