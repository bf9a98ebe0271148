using Portal.HAProxy;
using Portal.Lab.Load;
using static Portal.Tests.HAProxy.GatewayLab;

namespace Portal.Tests.HAProxy;

[Trait("Category", "Lab")]
public sealed class QuickLookTests
{
    [Fact]
    public async Task A_process_is_as_it_was_left_until_another_runs_or_a_change_fails()
    {
        await using var backend = await BareBackend.StartAsync(["v1"]);
        await using var gateway = new GatewayLab();
        var model = gateway.Model([Server(backend.Ports["v1"])], []);
        await gateway.Driver.ApplyAsync(model);
        Assert.True(await gateway.Driver.IsAsLeftAsync());

        await gateway.Process.StopAsync();
        await gateway.Process.StartAsync();
        Assert.False(await gateway.Driver.IsAsLeftAsync());

        await gateway.Driver.ApplyAsync(model);
        Assert.True(await gateway.Driver.IsAsLeftAsync());
        // The backend's own port: nobody else can listen there.
        await Assert.ThrowsAsync<HAProxyException>(() => gateway.Driver.ApplyAsync(model with { TcpRoutes = [new TcpRouteModel(backend.Ports["v1"], "acme:shop.db.5432-tcp", [], [])] }));
        Assert.False(await gateway.Driver.IsAsLeftAsync());
    }

    [Fact]
    public async Task A_group_is_counted_by_its_own_backends_and_those_that_came_with_a_reload()
    {
        await using var backend = await BareBackend.StartAsync(["v1", "v2"]);
        await using var gateway = new GatewayLab();
        var own = new RouteModel(Host, "/", Key, [Server(backend.Ports["v1"])], [Server(backend.Ports["v2"])]);
        var other = new RouteModel("other.example", "/", "globex:shop.web.8080", [Server(backend.Ports["v1"])], []);
        await gateway.Driver.ApplyAsync(gateway.Model(own, other));
        await gateway.GetAsync();
        await gateway.GetAsync("other.example");
        await gateway.GetAsync("other.example");
        Assert.Equal((1, 2), ((await gateway.Driver.CountersAsync(Group)).Of(Sides.Blue).Requests, (await gateway.Driver.CountersAsync("globex")).Of(Sides.Blue).Requests));

        var added = new RouteModel("more.example", "/", "acme:more.web.8080", [Server(backend.Ports["v1"])], []);
        await gateway.Driver.ApplyAsync(gateway.Model(own, other, added));
        var before = await gateway.Driver.CountersAsync(Group);
        await gateway.GetAsync("more.example");
        await gateway.GetAsync();

        Assert.Equal(2, (await gateway.Driver.CountersAsync(Group)).Since(before).Requests);
        Assert.Equal(0, (await gateway.Driver.CountersAsync("nobody")).Of(Sides.Blue).Requests);
    }
}
