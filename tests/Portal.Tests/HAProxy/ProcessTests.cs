using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Portal.HAProxy;
using Portal.Lab.Load;
using static Portal.Tests.HAProxy.GatewayLab;

namespace Portal.Tests.HAProxy;

[Trait("Category", "Lab")]
public sealed class ProcessTests
{
    [Fact]
    public async Task A_new_route_under_load_reloads_and_fails_no_request()
    {
        await using var backend = await BareBackend.StartAsync(["v1", "v2"]);
        await using var gateway = new GatewayLab();
        var route = new RouteModel(Host, "/", Key, [Server(backend.Ports["v1"])], []);
        await gateway.Driver.ApplyAsync(gateway.Model(route));
        await using var load = LoadGenerator.Start(gateway.Load());
        await MoreAnswersAsync(load, 200);
        for (var i = 0; i < 3; i++)
        {
            var added = new RouteModel($"new{i}.example", "/", $"bolt:new{i}.80", [Server(backend.Ports["v2"])], []);

            var result = await gateway.Driver.ApplyAsync(gateway.Model(route, added));

            Assert.True(result.Reloaded);
            Assert.Equal("v2", (await gateway.GetAsync($"new{i}.example")).Body);
            await MoreAnswersAsync(load, 200);
        }
        var report = await load.StopAsync();
        Assert.True(report.Failed == 0 && report.RetriedOnReusedConnection == 0, report.ToString());
        Assert.True(report.Reconnects > 0, "no connection of the replaced workers was closed: nothing was tested");
    }

    [Fact]
    public async Task A_restart_from_the_files_comes_back_to_what_ran()
    {
        await using var backend = await BareBackend.StartAsync(["v1", "v2", "v3"]);
        await using var gateway = new GatewayLab();
        var model = gateway.Model([Server(backend.Ports["v1"])], [Server(backend.Ports["v2"])]);
        await gateway.Driver.ApplyAsync(model);
        model = gateway.Model([Server(backend.Ports["v1"])], [Server(backend.Ports["v3"]), Server(backend.Ports["v2"], ServerState.Maint)]);
        await gateway.Driver.ApplyAsync(model);
        await gateway.Driver.SwitchAsync(Group, Sides.Green);
        var servers = await gateway.Process.Admin.ShowServersAsync();
        await gateway.Process.StopAsync();
        Assert.Null(await gateway.Process.FindAsync());

        var start = await gateway.Process.StartAsync();

        Assert.False(start.Adopted);
        Assert.Equal<IEnumerable<ServerRow>>(servers, await gateway.Process.Admin.ShowServersAsync());
        Assert.Equal("v3", (await gateway.GetAsync()).Body);
        model = model with { LiveSides = model.LiveSides.SetItem(Group, Sides.Green) };
        Assert.True((await gateway.Driver.ApplyAsync(model)).ChangedNothing);
    }

    [Fact]
    public async Task Killing_whoever_started_it_leaves_it_serving_and_the_next_one_adopts_it()
    {
        await using var backend = await BareBackend.StartAsync(["v1", "v2"]);
        await using var gateway = new GatewayLab();
        var model = gateway.Model([Server(backend.Ports["v1"])], [Server(backend.Ports["v2"])]);
        gateway.Process.Files.Write(ConfigRenderer.Render(model));
        using var starter = GatewayStarter.Spawn(gateway.Directory);
        var masterPid = await GatewayStarter.MasterPidAsync(starter);
        Assert.NotEqual(GatewayStarter.SessionOf(starter.Id), GatewayStarter.SessionOf(masterPid));

        starter.Kill();
        await starter.WaitForExitAsync();

        Assert.Equal("v1", (await gateway.GetAsync()).Body);
        var adopted = await gateway.Process.StartAsync();
        Assert.Equal((masterPid, true), (adopted.MasterPid, adopted.Adopted));
        Assert.True((await gateway.Driver.ApplyAsync(model)).ChangedNothing);
        await gateway.Driver.SwitchAsync(Group, Sides.Green);
        Assert.Equal("v2", (await gateway.GetAsync()).Body);
    }

    [Fact]
    public async Task A_bad_configuration_is_refused_with_the_reason_and_nothing_changes()
    {
        await using var backend = await BareBackend.StartAsync(["v1"]);
        await using var gateway = new GatewayLab();
        var model = gateway.Model([Server(backend.Ports["v1"])], []);
        await gateway.Driver.ApplyAsync(model);
        var before = await gateway.Process.Master.ShowProcessesAsync();
        var files = ConfigRenderer.Render(model);
        var bad = files with { Config = files.Config.Replace("mode http", "mode nonsense", StringComparison.Ordinal) };

        var candidate = await Assert.ThrowsAsync<HAProxyException>(() => gateway.Process.CheckAsync(bad));
        gateway.Process.Files.Write(bad);
        var reload = await Assert.ThrowsAsync<HAProxyException>(() => gateway.Process.ReloadAsync());

        Assert.All([candidate, reload], error =>
        {
            Assert.Equal(HAProxyFault.BadConfig, error.Fault);
            Assert.Contains("nonsense", error.Message, StringComparison.Ordinal);
        });
        Assert.Equivalent(before, await gateway.Process.Master.ShowProcessesAsync());
        Assert.Equal("v1", (await gateway.GetAsync()).Body);
    }

    [Fact]
    public async Task An_address_that_somebody_else_holds_is_refused_and_the_gateway_serves_on()
    {
        await using var backend = await BareBackend.StartAsync(["v1"]);
        await using var gateway = new GatewayLab();
        var model = gateway.Model([Server(backend.Ports["v1"])], []);
        await gateway.Driver.ApplyAsync(model);
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var listen = model.Listen with { Binds = [gateway.EndPoint, (IPEndPoint)holder.LocalEndpoint] };

        var error = await Assert.ThrowsAsync<HAProxyException>(() => gateway.Driver.ApplyAsync(model with { Listen = listen }));

        Assert.Equal(HAProxyFault.AddressInUse, error.Fault);
        Assert.Equal("v1", (await gateway.GetAsync()).Body);
        Assert.True((await gateway.Driver.ApplyAsync(model)).ChangedNothing);
    }

    [Fact]
    public async Task A_start_on_an_address_that_somebody_else_holds_says_so()
    {
        await using var gateway = new GatewayLab();
        using var holder = new TcpListener(gateway.EndPoint);
        holder.Start();

        var error = await Assert.ThrowsAsync<HAProxyException>(() => gateway.Driver.ApplyAsync(gateway.Model([], [])));

        Assert.Equal(HAProxyFault.AddressInUse, error.Fault);
    }

    [Fact]
    public async Task A_running_gateway_whose_sockets_were_removed_is_replaced()
    {
        await using var backend = await BareBackend.StartAsync(["v1"]);
        await using var gateway = new GatewayLab();
        var model = gateway.Model([Server(backend.Ports["v1"])], []);
        await gateway.Driver.ApplyAsync(model);
        var lost = await gateway.Process.FindAsync();
        File.Delete(gateway.Process.MasterSocket);
        File.Delete(gateway.Process.AdminSocket);

        await gateway.Driver.ApplyAsync(model);

        Assert.NotEqual(lost!.MasterPid, (await gateway.Process.FindAsync())!.MasterPid);
        Assert.Equal("v1", (await gateway.GetAsync()).Body);
        await UntilAsync(() => !File.Exists($"/proc/{lost.WorkerPid}/exe") || new FileInfo($"/proc/{lost.WorkerPid}/exe").LinkTarget is null,
            () => $"the lost worker {lost.WorkerPid} lives on");
    }

    [Fact]
    public async Task A_missing_program_is_named()
    {
        await using var gateway = new GatewayLab();
        var process = new HAProxyProcess(gateway.Directory, "/nowhere/haproxy");
        using var driver = new GatewayDriver(process);

        var error = await Assert.ThrowsAsync<HAProxyException>(() => driver.ApplyAsync(gateway.Model([], [])));

        Assert.Equal(HAProxyFault.NotRunning, error.Fault);
        Assert.Contains("/nowhere/haproxy", error.Message, StringComparison.Ordinal);
    }
}
