using System.Net.Sockets;
using Portal.HAProxy;
using Portal.Lab.Load;
using static Portal.Tests.HAProxy.GatewayLab;

namespace Portal.Tests.HAProxy;

[Trait("Category", "Lab")]
public sealed class RuntimeClientTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(200);

    [Fact]
    public async Task An_absent_socket_is_not_running()
    {
        var error = await Assert.ThrowsAsync<HAProxyException>(() => new RuntimeClient("/tmp/there-is-none.sock").ShowInfoAsync());

        Assert.Equal(HAProxyFault.NotRunning, error.Fault);
    }

    [Fact]
    public async Task A_socket_that_never_answers_times_out()
    {
        await using var fake = new FakeSocket(answer: null);

        var error = await Assert.ThrowsAsync<HAProxyException>(() => new RuntimeClient(fake.Path, Short).ShowInfoAsync());

        Assert.Equal(HAProxyFault.Timeout, error.Fault);
    }

    [Fact]
    public async Task The_callers_own_cancellation_is_not_taken_for_a_timeout()
    {
        await using var fake = new FakeSocket(answer: null);
        using var cancelled = new CancellationTokenSource(Short);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new RuntimeClient(fake.Path).ShowInfoAsync(cancelled.Token));
    }

    [Theory]
    [InlineData("")]
    [InlineData("no line feed")]
    [InlineData("SSH-2.0-OpenSSH_9.2\n")]
    [InlineData("1\n# be_name srv_name\nonly\n")]
    [InlineData("# pxname,svname,x\na,b\n")]
    [InlineData("Name: HAProxy\nPid: many\n")]
    public async Task Nonsense_is_called_that_by_every_command(string answer)
    {
        await using var fake = new FakeSocket(answer);
        var client = new RuntimeClient(fake.Path, TimeSpan.FromSeconds(5));

        foreach (var ask in new Func<Task>[]
        {
            () => client.ShowInfoAsync(), () => client.ShowServersAsync(), () => client.ShowStatsAsync(),
            () => new MasterClient(fake.Path).ShowProcessesAsync(),
        })
            Assert.Equal(HAProxyFault.Garbled, (await Assert.ThrowsAsync<HAProxyException>(ask)).Fault);
    }

    [Fact]
    public async Task HAProxys_objection_is_passed_on()
    {
        await using var gateway = new GatewayLab();
        await gateway.Driver.ApplyAsync(gateway.Model([], []));
        var client = gateway.Process.Admin;

        foreach (var (ask, reason) in new (Func<Task>, string)[]
        {
            (() => client.SetMapAsync("live.map", "nobody", "blue"), "entry not found"),
            (() => client.SetServerStateAsync("nowhere", "s1", ServerState.Ready), "No such backend"),
            (() => client.SetServerStateAsync($"{Key}:blue", "s99", ServerState.Ready), "No such server"),
            (() => client.GetMapAsync("other.map"), "Unknown map"),
            (() => client.SetServerAddressAsync($"{Key}:blue", "s99", "10.0.0.1", 80), "No such server"),
        })
        {
            var error = await Assert.ThrowsAsync<HAProxyException>(ask);
            Assert.Equal(HAProxyFault.Refused, error.Fault);
            Assert.Contains(reason, error.Message, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Theory]
    [InlineData("blue; shutdown sessions server")]
    [InlineData("blue\nset server x/y state maint")]
    [InlineData("<<")]
    [InlineData("")]
    public async Task A_word_cannot_carry_another_command(string value)
    {
        var client = new RuntimeClient("/tmp/there-is-none.sock");

        await Assert.ThrowsAsync<ArgumentException>(() => client.SetMapAsync("live.map", "acme", value));
    }

    [Fact]
    public async Task Statistics_count_what_was_asked()
    {
        await using var backend = await BareBackend.StartAsync(["v1"]);
        await using var gateway = new GatewayLab();
        await gateway.Driver.ApplyAsync(gateway.Model([Server(backend.Ports["v1"])], []));
        for (var i = 0; i < 3; i++)
            await gateway.GetAsync();
        await gateway.GetAsync("unknown.example");

        var rows = await gateway.Process.Admin.ShowStatsAsync();

        var front = Assert.Single(rows, row => row.Kind == StatKind.Frontend);
        Assert.Equal((4, 3, 1), (front.Requests, front.Answers2xx, front.Answers4xx));
        var back = Assert.Single(rows, row => row.Kind == StatKind.Backend && row.Proxy == $"{Key}:blue");
        Assert.Equal((3, 3, 0), (back.Requests, back.Answers2xx, back.Answers5xx));
        Assert.Equal(3, rows.Single(row => row.Kind == StatKind.Server && row.Proxy == back.Proxy && row.Server == "s1").Sessions);
        Assert.All(await gateway.Process.Admin.ShowStatsAsync([back.Proxy, "acme:nobody.there.80:blue"]), row => Assert.Equal(back.Proxy, row.Proxy));
        Assert.True(await gateway.Process.Admin.ShowInfoAsync() is { Pid: > 0, Requests: >= 4, Version: ['2', ..] });
    }
}
