using Portal.Docker;
using static Portal.Tests.Docker.EngineScope;

namespace Portal.Tests.Docker;

[Trait("Category", "Lab")]
public sealed class StreamTests
{
    [Fact]
    public async Task Logs_hold_both_outputs_of_a_container_that_has_ended()
    {
        await using var lab = await OpenAsync();
        var id = await lab.RunAsync(lab.Script("echo one; echo bad >&2; echo two; printf end"));
        await lab.Client.Containers.WaitAsync(id, lab.Cancel);

        var lines = await lab.Client.Containers.LogsAsync(id, cancel: lab.Cancel).ToListAsync();

        Assert.Equal(["one", "two", "end"], lines.Where(line => line.Kind == OutputKind.StdOut).Select(line => line.Text));
        Assert.Equal(["bad"], lines.Where(line => line.Kind == OutputKind.StdErr).Select(line => line.Text));
    }

    [Fact]
    public async Task Followed_logs_come_as_they_are_written_and_end_with_the_container()
    {
        await using var lab = await OpenAsync();
        var id = await lab.RunAsync(lab.Script("echo first; while [ ! -e /go ]; do sleep 0.05; done; echo second"));
        var lines = new List<string>();

        await foreach (var line in lab.Client.Containers.LogsAsync(id, new LogOptions { Follow = true }, lab.Cancel))
        {
            lines.Add(line.Text);
            if (line.Text == "first")
            {
                await lab.Client.Exec.RunAsync(id, ["touch", "/go"]);
            }
        }

        Assert.Equal(["first", "second"], lines);
    }

    [Fact]
    public async Task Following_can_be_given_up_while_nothing_comes()
    {
        await using var lab = await OpenAsync();
        var id = await lab.RunAsync(lab.Script("echo first; sleep 1000"));
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(lab.Cancel);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var line in lab.Client.Containers.LogsAsync(id, new LogOptions { Follow = true }, cancel.Token))
            {
                cancel.CancelAfter(TimeSpan.FromMilliseconds(50));
            }
        });

        Assert.False(lab.Cancel.IsCancellationRequested);
    }

    [Fact]
    public async Task The_tail_and_the_time_of_lines_can_be_asked_for()
    {
        await using var lab = await OpenAsync();
        var id = await lab.RunAsync(lab.Script("for i in 1 2 3 4; do echo line $i; done"));
        await lab.Client.Containers.WaitAsync(id, lab.Cancel);

        var tail = await lab.Client.Containers.LogsAsync(id, new LogOptions { Tail = 2, Timestamps = true }).ToListAsync();

        Assert.Equal(["line 3", "line 4"], tail.Select(line => line.Text));
        var started = (await lab.Client.Containers.InspectAsync(id)).State.StartedAt;
        Assert.All(tail, line => Assert.InRange(line.Time!.Value, started!.Value.AddSeconds(-5), started.Value.AddMinutes(2)));
        Assert.Empty(await lab.Client.Containers.LogsAsync(id, new LogOptions { Since = tail[1].Time!.Value.AddSeconds(1) }).ToListAsync());
    }

    [Fact]
    public async Task A_long_line_is_whole_although_the_engine_splits_it()
    {
        await using var lab = await OpenAsync();
        var id = await lab.RunAsync(lab.Script("head -c 40000 /dev/zero | tr '\\0' x; echo; echo next"));
        await lab.Client.Containers.WaitAsync(id, lab.Cancel);

        foreach (var timestamps in new[] { false, true })
        {
            var lines = await lab.Client.Containers.LogsAsync(id, new LogOptions { Timestamps = timestamps }).ToListAsync();

            Assert.Equal([new string('x', 40000), "next"], lines.Select(line => line.Text));
        }
    }

    [Fact]
    public async Task A_terminals_logs_are_read_too()
    {
        await using var lab = await OpenAsync();
        var id = await lab.RunAsync(lab.Script("echo one; echo two >&2") with { Tty = true });
        await lab.Client.Containers.WaitAsync(id, lab.Cancel);

        var lines = await lab.Client.Containers.LogsAsync(id, new LogOptions { Timestamps = true }).ToListAsync();

        Assert.Equal(["one", "two"], lines.Select(line => line.Text));
        Assert.All(lines, line => Assert.NotNull(line.Time));
    }

    [Fact]
    public async Task Stats_show_what_a_busy_container_uses()
    {
        await using var lab = await OpenAsync();
        var id = await lab.RunAsync(lab.Script("while :; do :; done") with { Memory = 64 * 1024 * 1024 });

        var busy = await lab.Client.Containers.StatsAsync(id, lab.Cancel).FirstAsync(stats => stats.CpuPercent > 0);

        Assert.True(busy.Cpus > 0 && busy.CpuPercent <= busy.Cpus * 110, $"{busy}");
        Assert.Equal(64 * 1024 * 1024, busy.MemoryLimitBytes);
        Assert.True(busy.MemoryBytes > 0 && busy.Processes > 0, $"{busy}");
    }

    [Fact]
    public async Task Events_are_seen_as_they_happen()
    {
        await using var lab = await OpenAsync();
        var connected = new TaskCompletionSource();
        var filter = new EventFilter { Labels = [lab.Label], Types = ["container"], Connected = connected.SetResult };
        var events = ReadAsync();
        await connected.Task.WaitAsync(lab.Cancel);
        await using var other = await OpenAsync();
        await other.RunAsync(other.Script("exit 4"));

        var id = await lab.RunAsync(lab.Script("exit 3"));

        var seen = await events;
        Assert.Equal(["create", "start", "die"], seen.Select(happening => happening.Action).Where(action => action is "create" or "start" or "die"));
        Assert.All(seen, happening => Assert.Equal(id, happening.ActorId));
        Assert.Equal(("3", lab.Name("c")), (seen[^1].Attributes["exitCode"], seen[^1].Attributes["name"]));

        async Task<List<EngineEvent>> ReadAsync()
        {
            var list = new List<EngineEvent>();
            await foreach (var happening in lab.Client.System.EventsAsync(filter, lab.Cancel))
            {
                list.Add(happening);
                if (happening.Action == "die")
                {
                    break;
                }
            }

            return list;
        }
    }

    [Fact]
    public async Task Events_since_a_time_are_replayed_and_health_carries_its_value()
    {
        await using var lab = await OpenAsync();
        var before = (await lab.Client.System.InfoAsync()).SystemTime;
        await lab.RunAsync(lab.Spec() with { Healthcheck = new HealthcheckSpec(["CMD", "true"], TimeSpan.FromMilliseconds(200)) });

        var filter = new EventFilter { Since = before, Labels = [lab.Label], Actions = ["create", "health_status"] };
        var events = await lab.Client.System.EventsAsync(filter, lab.Cancel).Take(2).ToListAsync();

        Assert.Equal([("create", null), ("health_status", "healthy")], events.Select(happening => (happening.Action, happening.Detail)));
        Assert.All(events, happening => Assert.True(happening.Time >= before));
    }

    [Fact]
    public async Task Listening_to_events_can_be_given_up()
    {
        await using var lab = await OpenAsync();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(lab.Cancel);
        var filter = new EventFilter { Labels = [lab.Label], Connected = () => cancel.CancelAfter(TimeSpan.FromMilliseconds(50)) };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await lab.Client.System.EventsAsync(filter, cancel.Token).ToListAsync());

        Assert.False(lab.Cancel.IsCancellationRequested);
    }
}
