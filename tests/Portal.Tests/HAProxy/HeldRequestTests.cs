using System.Net;
using Portal.HAProxy;
using Portal.Lab.Load;
using static Portal.Tests.HAProxy.GatewayLab;

namespace Portal.Tests.HAProxy;

[Trait("Category", "Lab")]
public sealed class HeldRequestTests
{
    [Fact]
    public async Task Where_a_route_holds_requests_wait_for_a_replica_and_are_refused_when_none_comes()
    {
        await using var backend = await BareBackend.StartAsync(["v1"]);
        await using var gateway = new GatewayLab();
        RouteModel Route(TimeSpan hold, params ServerModel[] blue) => new(Host, "/", Key, [.. blue], []) { Policy = new RoutePolicy { Hold = hold } };
        await gateway.Driver.ApplyAsync(gateway.Model(Route(TimeSpan.FromSeconds(30))));
        var worker = (await gateway.Process.Admin.ShowInfoAsync()).Pid;

        var waiting = Enumerable.Range(0, 20).Select(_ => gateway.GetAsync()).ToList();
        await UntilAsync(async () => (await gateway.Process.Admin.ShowInfoAsync()).Connections >= 20, () => "twenty waiting requests");
        Assert.DoesNotContain(waiting, one => one.IsCompleted);
        await gateway.Driver.ApplyAsync(gateway.Model(Route(TimeSpan.FromSeconds(30), Server(backend.Ports["v1"]))));
        Assert.All(await Task.WhenAll(waiting), answer => Assert.Equal((HttpStatusCode.OK, "v1"), answer));

        await gateway.Driver.ApplyAsync(gateway.Model(Route(TimeSpan.FromMilliseconds(100))));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await gateway.GetAsync()).Status);
        await gateway.Driver.ApplyAsync(gateway.Model(Route(TimeSpan.Zero)));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await gateway.GetAsync()).Status);
        Assert.Equal(worker, (await gateway.Process.Admin.ShowInfoAsync()).Pid);
    }

    [Fact]
    public async Task Held_for_a_switch_nobody_is_answered_until_it_is_made_and_then_by_the_new_side()
    {
        await using var backend = await BareBackend.StartAsync(["v1", "v2"]);
        await using var gateway = new GatewayLab();
        RouteModel Two(string host, string key) => new(host, "/", key, [Server(backend.Ports["v1"])], [Server(backend.Ports["v2"])]);
        await gateway.Driver.ApplyAsync(gateway.Model(Two(Host, Key), Two("other.example", "bolt:web.80")));

        await gateway.Driver.ShareAsync(Group, new LivePointer(Sides.Blue) { Held = true });
        var waiting = Enumerable.Range(0, 20).Select(_ => gateway.GetAsync()).ToList();
        await UntilAsync(async () => (await gateway.Process.Admin.ShowInfoAsync()).Connections >= 20, () => "twenty waiting requests");
        // Neither the preview nor another group waits.
        Assert.Equal("v2", (await gateway.GetAsync("standby--" + Host)).Body);
        Assert.Equal("v1", (await gateway.GetAsync("other.example")).Body);
        Assert.DoesNotContain(waiting, one => one.IsCompleted);

        await gateway.Driver.SwitchAsync(Group, Sides.Green);
        Assert.All(await Task.WhenAll(waiting), answer => Assert.Equal((HttpStatusCode.OK, "v2"), answer));

        await gateway.Driver.ShareAsync(Group, new LivePointer(Sides.Green) { Held = true });
        var let = gateway.GetAsync();
        await gateway.Driver.ShareAsync(Group, new LivePointer(Sides.Green));
        Assert.Equal("v2", (await let).Body);
    }
}
