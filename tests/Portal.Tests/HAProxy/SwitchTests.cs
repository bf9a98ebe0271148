using Portal.HAProxy;
using Portal.Lab.Load;
using static Portal.Tests.HAProxy.GatewayLab;

namespace Portal.Tests.HAProxy;

[Trait("Category", "Lab")]
public sealed class SwitchTests
{
    [Fact]
    public async Task A_switch_under_load_loses_no_request_and_after_its_answer_nobody_reaches_the_old_side()
    {
        await using var backend = await BareBackend.StartAsync(["v1", "v2"]);
        await using var gateway = new GatewayLab();
        await gateway.Driver.ApplyAsync(gateway.Model([Server(backend.Ports["v1"])], [Server(backend.Ports["v2"])]));
        for (var round = 0; round < 5; round++)
        {
            var (to, oldVersion, newVersion) = round % 2 == 0 ? (Sides.Green, "v1", "v2") : (Sides.Blue, "v2", "v1");
            await using var load = LoadGenerator.Start(gateway.Load());
            await MoreAnswersAsync(load, 500);
            var before = await gateway.Driver.CountersAsync(Group);
            var result = await gateway.Driver.SwitchAsync(Group, to);
            var acknowledged = load.Elapsed;
            await MoreAnswersAsync(load, 500);
            var report = await load.StopAsync();

            Assert.True(report.Failed == 0 && report.RetriedOnReusedConnection == 0, report.ToString());
            Assert.Equal((Sides.Opposite(to), to), (result.From.Side, result.To.Side));
            Assert.True(report.Version(newVersion)?.Count > 0, report.ToString());
            Assert.True(report.Version(oldVersion)?.LastSent < acknowledged, $"acknowledged {acknowledged}, {report}");
            var delta = (await gateway.Driver.CountersAsync(Group)).Since(before);
            Assert.True(delta is { Requests: > 500, Failed: 0, Complete: true }, delta.ToString());
        }
    }

    [Fact]
    public async Task One_entry_moves_all_routes_of_a_group_and_none_of_another()
    {
        await using var backend = await BareBackend.StartAsync(["v1", "v2"]);
        await using var gateway = new GatewayLab();
        RouteModel Route(string host, string key) => new(host, "/", key, [Server(backend.Ports["v1"])], [Server(backend.Ports["v2"])]);
        await gateway.Driver.ApplyAsync(gateway.Model(
            Route("a.example", "acme:a.80"), Route("b.example", "acme:b.80"), Route("c.example", "bolt:c.80")));

        await gateway.Driver.SwitchAsync("acme", Sides.Green);

        Assert.Equal("v2", (await gateway.GetAsync("a.example")).Body);
        Assert.Equal("v2", (await gateway.GetAsync("b.example")).Body);
        Assert.Equal("v1", (await gateway.GetAsync("c.example")).Body);
        Assert.Equal("acme green\nbolt blue\n", gateway.Process.Files.Read()?.Live);
    }

    [Fact]
    public async Task The_preview_reaches_the_other_side_before_and_after_a_switch()
    {
        await using var backend = await BareBackend.StartAsync(["v1", "v2"]);
        await using var gateway = new GatewayLab();
        await gateway.Driver.ApplyAsync(gateway.Model([Server(backend.Ports["v1"])], [Server(backend.Ports["v2"])]));

        Assert.Equal("v2", (await gateway.GetAsync("standby--" + Host)).Body);
        Assert.Equal("v2", (await gateway.GetAsync("STANDBY--Shop.Example:8000")).Body);
        await gateway.Driver.SwitchAsync(Group, Sides.Green);
        Assert.Equal("v2", (await gateway.GetAsync()).Body);
        Assert.Equal("v1", (await gateway.GetAsync("standby--" + Host)).Body);
    }

    [Fact]
    public async Task A_switch_reaches_connections_that_a_replaced_worker_still_holds()
    {
        await using var backend = await BareBackend.StartAsync(["v1", "v2"]);
        await using var gateway = new GatewayLab();
        var route = new RouteModel(Host, "/", Key, [Server(backend.Ports["v1"])], [Server(backend.Ports["v2"])]);
        await gateway.Driver.ApplyAsync(gateway.Model(route));
        using var client = gateway.Client();
        Assert.Equal("v1", (await GetAsync(client)).Body);
        var applied = await gateway.Driver.ApplyAsync(gateway.Model(route, route with { Host = "new.example", Key = "acme:new.80" }));
        Assert.True(applied.Reloaded);
        Assert.Contains((await gateway.Process.Master.ShowProcessesAsync()).Workers, worker => !worker.IsCurrent);

        var result = await gateway.Driver.SwitchAsync(Group, Sides.Green);

        Assert.Equal(2, result.Workers);
        // The client's idle connection is still the replaced worker's.
        Assert.Equal("v2", (await GetAsync(client)).Body);
    }

    [Fact]
    public async Task A_replica_comes_and_goes_while_a_replaced_worker_still_holds_a_connection()
    {
        await using var backend = await BareBackend.StartAsync(["v1", "v2"]);
        await using var gateway = new GatewayLab();
        RouteModel Route(params ServerModel[] blue) => new(Host, "/", Key, [.. blue], []);
        var added = Route(Server(backend.Ports["v1"])) with { Host = "new.example", Key = "acme:new.80" };
        await gateway.Driver.ApplyAsync(gateway.Model(Route(Server(backend.Ports["v1"]))));
        using var client = gateway.Client();
        Assert.Equal("v1", (await GetAsync(client)).Body);
        Assert.True((await gateway.Driver.ApplyAsync(gateway.Model(Route(Server(backend.Ports["v1"])), added))).Reloaded);
        Assert.Contains((await gateway.Process.Master.ShowProcessesAsync()).Workers, worker => !worker.IsCurrent);

        await gateway.Driver.ApplyAsync(gateway.Model(Route(Server(backend.Ports["v1"], ServerState.Drain), Server(backend.Ports["v2"])), added));
        Assert.Equal("v2", (await gateway.GetAsync()).Body);
        await gateway.Driver.ApplyAsync(gateway.Model(Route(Server(backend.Ports["v2"])), added));
        Assert.Equal("v2", (await gateway.GetAsync()).Body);
        Assert.Contains((await gateway.Process.Master.ShowProcessesAsync()).Workers, worker => !worker.IsCurrent);
    }

    [Fact]
    public async Task A_group_that_is_not_there_cannot_be_switched()
    {
        await using var backend = await BareBackend.StartAsync(["v1"]);
        await using var gateway = new GatewayLab();
        await gateway.Driver.ApplyAsync(gateway.Model([Server(backend.Ports["v1"])], []));

        var error = await Assert.ThrowsAsync<HAProxyException>(() => gateway.Driver.SwitchAsync("nobody", Sides.Green));

        Assert.Equal(HAProxyFault.Refused, error.Fault);
        Assert.Equal("acme blue\n", gateway.Process.Files.Read()?.Live);
    }

    [Fact]
    public async Task When_the_file_cannot_be_written_the_old_side_stays_live()
    {
        await using var backend = await BareBackend.StartAsync(["v1", "v2"]);
        await using var gateway = new GatewayLab();
        await gateway.Driver.ApplyAsync(gateway.Model([Server(backend.Ports["v1"])], [Server(backend.Ports["v2"])]));
        // A directory where the temporary file goes.
        Directory.CreateDirectory(Path.Combine(gateway.Directory, "live.map.new"));

        await Assert.ThrowsAnyAsync<Exception>(() => gateway.Driver.SwitchAsync(Group, Sides.Green));

        Assert.Equal("v1", (await gateway.GetAsync()).Body);
        Assert.Equal("acme blue\n", gateway.Process.Files.Read()?.Live);
    }
}
