using System.Net;
using Portal.HAProxy;
using Portal.Lab.Load;
using Portal.Tests.HAProxy;
using static Portal.Tests.HAProxy.GatewayLab;

namespace Portal.Tests.Gateways;

/// <summary>Whether a gateway may take traffic is said at run time and nowhere else.</summary>
[Trait("Category", "Lab")]
public sealed class GatewayReadinessTests
{
    [Fact]
    public async Task It_is_ready_once_it_was_told_and_not_after_a_start_from_disk_while_it_serves_all_the_same()
    {
        await using var backend = await BareBackend.StartAsync(["v1"]);
        await using var gateway = new GatewayLab();
        var health = new IPEndPoint(IPAddress.Loopback, LoopbackPort.Free());
        await gateway.Driver.ApplyAsync(Model(gateway, health, backend));
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable), await AskAsync(health));

        await gateway.Driver.SetReadyAsync();
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), await AskAsync(health));

        await gateway.Process.StopAsync();
        await gateway.Process.StartAsync();
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable), await AskAsync(health));
        Assert.Equal("v1", (await gateway.GetAsync()).Body);

        await gateway.Driver.SetReadyAsync();
        await gateway.Driver.ClearReadyAsync();
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable), await AskAsync(health));
    }

    [Fact]
    public async Task What_was_said_lapses_unless_it_is_said_again()
    {
        await using var backend = await BareBackend.StartAsync(["v1"]);
        await using var gateway = new GatewayLab();
        var health = new IPEndPoint(IPAddress.Loopback, LoopbackPort.Free());
        await gateway.Driver.ApplyAsync(Model(gateway, health, backend));
        await gateway.Driver.SetReadyAsync();
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), await AskAsync(health));

        await UntilAsync(async () => (await AskAsync(health)).Ready == HttpStatusCode.ServiceUnavailable, () => "ready still");
    }

    [Fact]
    public async Task A_gateway_is_driven_over_TCP_through_a_start_a_reload_and_a_switch()
    {
        await using var backend = await BareBackend.StartAsync(["v1", "v2"]);
        await using var gateway = new GatewayLab();
        await using var host = new GatewayHost("edge", tcp: true);
        using var driver = new GatewayDriver(host.Process);
        GatewayModel On(GatewayModel model) => model with { Listen = host.Listen };
        var route = new RouteModel(Host, "/", Key, [Server(backend.Ports["v1"])], [Server(backend.Ports["v2"])]);

        var absent = await Assert.ThrowsAsync<HAProxyException>(() => driver.ApplyAsync(On(gateway.Model(route))));
        Assert.Equal(HAProxyFault.NotRunning, absent.Fault);
        await host.StartAsync();
        Assert.True((await driver.ApplyAsync(On(gateway.Model(route)))).ChangedNothing);
        Assert.True((await driver.ApplyAsync(On(gateway.Model(route, new RouteModel("new.example", "/", "bolt:new.80", [Server(backend.Ports["v2"])], []))))).Reloaded);
        await driver.SwitchAsync(Group, Sides.Green);
        await driver.SetReadyAsync();

        Assert.Equal("v2", await host.BodyAsync(Host));
        Assert.Equal("v2", await host.BodyAsync("new.example"));
        Assert.Equal(HttpStatusCode.OK, await host.ReadyAsync());
    }

    private static GatewayModel Model(GatewayLab gateway, IPEndPoint health, BareBackend backend)
    {
        var model = gateway.Model([Server(backend.Ports["v1"])], []);
        return model with { Listen = model.Listen with { Health = health } };
    }

    private static async Task<(HttpStatusCode Up, HttpStatusCode Ready)> AskAsync(IPEndPoint health) => (await GatewayHost.StatusAsync(health, GatewayReadiness.UpPath), await GatewayHost.StatusAsync(health, GatewayReadiness.ReadyPath));
}
