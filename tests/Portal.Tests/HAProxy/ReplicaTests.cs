using Portal.HAProxy;
using Portal.Lab.Load;
using static Portal.Tests.HAProxy.GatewayLab;

namespace Portal.Tests.HAProxy;

[Trait("Category", "Lab")]
public sealed class ReplicaTests
{
    [Fact]
    public async Task A_replica_is_replaced_under_load_without_a_reload_or_a_failed_request()
    {
        await using var backend = await BareBackend.StartAsync(["v1", "v2"]);
        await using var gateway = new GatewayLab();
        var (old, next) = (Server(backend.Ports["v1"]), Server(backend.Ports["v2"]));
        await gateway.Driver.ApplyAsync(gateway.Model([old], []));
        await using var load = LoadGenerator.Start(gateway.Load());
        await MoreAnswersAsync(load, 200);

        var added = await gateway.Driver.ApplyAsync(gateway.Model([old, next], []));
        await MoreAnswersAsync(load, 200);
        var drained = await gateway.Driver.ApplyAsync(gateway.Model([old with { State = ServerState.Drain }, next], []));
        var acknowledged = load.Elapsed;
        await UntilAsync(async () => await gateway.Driver.InFlightAsync(Key, Sides.Blue, old) == 0, () => "requests stay at the drained server");
        var removed = await gateway.Driver.ApplyAsync(gateway.Model([next], []));
        await MoreAnswersAsync(load, 200);
        var report = await load.StopAsync();

        Assert.True(report.Failed == 0 && report.RetriedOnReusedConnection == 0, report.ToString());
        Assert.All([added, drained, removed], result => Assert.True(result is { Reloaded: false, RuntimeChanges: > 0 }, result.ToString()));
        Assert.True(report.Version("v1")?.LastSent < acknowledged, $"drained at {acknowledged}: {report}");
        Assert.True((await gateway.Driver.ApplyAsync(gateway.Model([next], []))).ChangedNothing);
    }

    [Fact]
    public async Task Draining_waits_for_the_request_in_flight_and_lets_it_end_well()
    {
        await using var old = await SampleService.StartAsync("old");
        await using var next = await SampleService.StartAsync("next");
        await using var gateway = new GatewayLab();
        var (oldServer, nextServer) = (Server(old.Port), Server(next.Port));
        await gateway.Driver.ApplyAsync(gateway.Model([oldServer], []));
        var slow = gateway.GetAsync(path: "/slow");
        await old.SlowHasArrived.Task.WaitAsync(TimeSpan.FromSeconds(20));

        await gateway.Driver.ApplyAsync(gateway.Model([oldServer with { State = ServerState.Drain }, nextServer], []));

        Assert.Equal("next", (await gateway.GetAsync()).Body);
        Assert.Equal("next", (await gateway.GetAsync()).Body);
        Assert.Equal(1, await gateway.Driver.InFlightAsync(Key, Sides.Blue, oldServer));
        old.Release();
        Assert.Equal("slow old", (await slow).Body);
        await UntilAsync(async () => await gateway.Driver.InFlightAsync(Key, Sides.Blue, oldServer) == 0, () => "the drained server keeps a request");
    }

    [Fact]
    public async Task A_drained_replica_can_come_back()
    {
        await using var backend = await BareBackend.StartAsync(["v1"]);
        await using var gateway = new GatewayLab();
        var server = Server(backend.Ports["v1"]);
        await gateway.Driver.ApplyAsync(gateway.Model([server with { State = ServerState.Drain }], []));
        Assert.Equal(ServerState.Drain, Assert.Single(await gateway.Process.Admin.ShowServersAsync($"{Key}:blue"), row => row.Port == server.Port).State);
        Assert.Equal(503, (int)(await gateway.GetAsync()).Status);

        await gateway.Driver.ApplyAsync(gateway.Model([server], []));

        Assert.Equal("v1", (await gateway.GetAsync()).Body);
    }

    [Fact]
    public async Task More_replicas_than_slots_reload_once_and_then_come_and_go_at_run_time()
    {
        await using var backend = await BareBackend.StartAsync([.. Enumerable.Range(1, 10).Select(i => $"v{i}")]);
        await using var gateway = new GatewayLab();
        ServerModel[] all = [.. backend.Ports.Values.Select(port => Server(port))];
        await gateway.Driver.ApplyAsync(gateway.Model([.. all.Take(8)], []));

        var grown = await gateway.Driver.ApplyAsync(gateway.Model([.. all], []));
        var shrunk = await gateway.Driver.ApplyAsync(gateway.Model([.. all.Take(2)], []));
        var again = await gateway.Driver.ApplyAsync(gateway.Model([.. all], []));

        Assert.Equal((true, false, false), (grown.Reloaded, shrunk.Reloaded, again.Reloaded));
        var rows = await gateway.Process.Admin.ShowServersAsync($"{Key}:blue");
        Assert.Equal(10, rows.Count(row => row.State == ServerState.Ready));
    }

    [Fact]
    public async Task What_somebody_changed_by_hand_is_put_right_again()
    {
        await using var backend = await BareBackend.StartAsync(["v1", "v2"]);
        await using var gateway = new GatewayLab();
        var model = gateway.Model([Server(backend.Ports["v1"])], [Server(backend.Ports["v2"])]);
        await gateway.Driver.ApplyAsync(model);
        await gateway.Process.Admin.SetServerStateAsync($"{Key}:blue", "s1", ServerState.Maint);
        await gateway.Process.Admin.SetMapAsync("live.map", Group, Sides.Green);

        var result = await gateway.Driver.ApplyAsync(model);

        Assert.True(result is { Reloaded: false, RuntimeChanges: 2, FilesWritten: 0 }, result.ToString());
        Assert.Equal("v1", (await gateway.GetAsync()).Body);
    }

    [Fact]
    public async Task A_killed_replica_costs_readers_nothing_while_another_is_there()
    {
        await using var gateway = new GatewayLab();
        await using var staying = await BareBackend.StartAsync(["v2"]);
        var dying = await BareBackend.StartAsync(["v1"]);
        await gateway.Driver.ApplyAsync(gateway.Model([Server(dying.Ports["v1"]), Server(staying.Ports["v2"])], []));
        await using var load = LoadGenerator.Start(gateway.Load());
        await MoreAnswersAsync(load, 500);

        await dying.DisposeAsync();

        await MoreAnswersAsync(load, 500);
        var report = await load.StopAsync();
        Assert.True(report.Failed == 0, report.ToString());
    }

    [Fact]
    public async Task A_write_that_a_server_may_have_taken_is_never_sent_twice()
    {
        await using var one = await SampleService.StartAsync("one");
        await using var two = await SampleService.StartAsync("two");
        await using var gateway = new GatewayLab();
        await gateway.Driver.ApplyAsync(gateway.Model([Server(one.Port), Server(two.Port)], []));
        var before = await gateway.Driver.CountersAsync(Group);
        using var client = gateway.Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/vanish") { Content = new StringContent("order") };
        request.Headers.Host = Host;

        using var response = await client.SendAsync(request);

        Assert.Equal(502, (int)response.StatusCode);
        Assert.Equal(1, one.Posts + two.Posts);
        var delta = (await gateway.Driver.CountersAsync(Group)).Since(before);
        Assert.Equal((1, 1), (delta.Requests, delta.Failed));
    }

    [Fact]
    public async Task An_answer_broken_off_half_way_counts_as_one_failure()
    {
        await using var service = await SampleService.StartAsync("one");
        await using var gateway = new GatewayLab();
        await gateway.Driver.ApplyAsync(gateway.Model([Server(service.Port)], []));
        var before = await gateway.Driver.CountersAsync(Group);

        using var client = gateway.Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/broken");
        request.Headers.Host = Host;
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        service.Release();
        await Assert.ThrowsAnyAsync<Exception>(() => response.Content.ReadAsStringAsync());

        await UntilAsync(async () => (await gateway.Driver.CountersAsync(Group)).Since(before) is { Requests: 1, Failed: 1 },
            () => "the broken answer is not counted as one failure");
    }
}
