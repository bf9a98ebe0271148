using System.Formats.Tar;
using Portal.Docker;
using static Portal.Tests.Docker.EngineScope;

namespace Portal.Tests.Docker;

[Trait("Category", "Lab")]
public sealed class ContainerTests
{
    private static readonly TimeSpan NoGrace = TimeSpan.Zero;

    [Fact]
    public async Task A_container_is_created_started_stopped_and_removed()
    {
        await using var lab = await OpenAsync();
        var containers = lab.Client.Containers;
        var id = await containers.CreateAsync(lab.Name("c"), lab.Spec());
        Assert.Equal(ContainerStatus.Created, (await containers.InspectAsync(id)).State.Status);

        Assert.True(await containers.StartAsync(id));
        var running = await containers.InspectAsync(id);
        Assert.Equal((ContainerStatus.Running, true, lab.Name("c")), (running.State.Status, running.State.Running, running.Name));
        Assert.NotNull(running.State.StartedAt);
        Assert.Null(running.State.FinishedAt);

        Assert.True(await containers.StopAsync(id, TimeSpan.FromSeconds(10)));
        var stopped = await containers.InspectAsync(lab.Name("c"));
        Assert.Equal((ContainerStatus.Exited, 0), (stopped.State.Status, stopped.State.ExitCode));
        Assert.NotNull(stopped.State.FinishedAt);

        await containers.RemoveAsync(id);
        var gone = await FailsAsync(EngineErrorKind.NotFound, () => containers.InspectAsync(id));
        Assert.Contains(id, gone.Message);
    }

    [Fact]
    public async Task Starting_and_stopping_twice_is_no_error_and_says_so()
    {
        await using var lab = await OpenAsync();
        var id = await lab.RunAsync(lab.Spec());

        Assert.False(await lab.Client.Containers.StartAsync(id));
        await lab.Client.Containers.KillAsync(id);
        await lab.Client.Containers.WaitAsync(id, lab.Cancel);
        Assert.False(await lab.Client.Containers.StopAsync(id, NoGrace));
    }

    [Fact]
    public async Task What_ignores_the_signal_is_killed_after_its_grace()
    {
        await using var lab = await OpenAsync();
        var id = await lab.RunAsync(lab.Script("trap '' TERM; while :; do sleep 1; done"));

        await lab.Client.Containers.StopAsync(id, TimeSpan.FromSeconds(1));

        Assert.Equal(137, (await lab.Client.Containers.InspectAsync(id)).State.ExitCode);
    }

    [Fact]
    public async Task A_name_is_taken_once()
    {
        await using var lab = await OpenAsync();
        await lab.Client.Containers.CreateAsync(lab.Name("c"), lab.Spec());

        await FailsAsync(EngineErrorKind.Conflict, () => lab.Client.Containers.CreateAsync(lab.Name("c"), lab.Spec()));
    }

    [Fact]
    public async Task A_renamed_container_has_its_new_name_only()
    {
        await using var lab = await OpenAsync();
        var id = await lab.Client.Containers.CreateAsync(lab.Name("old"), lab.Spec());

        await lab.Client.Containers.RenameAsync(id, lab.Name("new"));

        Assert.Equal(id, (await lab.Client.Containers.InspectAsync(lab.Name("new"))).Id);
        await FailsAsync(EngineErrorKind.NotFound, () => lab.Client.Containers.InspectAsync(lab.Name("old")));
    }

    [Fact]
    public async Task A_running_container_is_removed_only_by_force()
    {
        await using var lab = await OpenAsync();
        var id = await lab.RunAsync(lab.Spec());

        await FailsAsync(EngineErrorKind.Conflict, () => lab.Client.Containers.RemoveAsync(id));
        await lab.Client.Containers.RemoveAsync(id, force: true);

        await FailsAsync(EngineErrorKind.NotFound, () => lab.Client.Containers.InspectAsync(id));
    }

    [Fact]
    public async Task Killing_what_does_not_run_is_a_conflict()
    {
        await using var lab = await OpenAsync();
        var id = await lab.Client.Containers.CreateAsync(lab.Name("c"), lab.Spec());

        await FailsAsync(EngineErrorKind.Conflict, () => lab.Client.Containers.KillAsync(id));
    }

    [Fact]
    public async Task An_image_that_is_not_there_is_not_found()
    {
        await using var lab = await OpenAsync();

        await FailsAsync(
            EngineErrorKind.NotFound,
            () => lab.Client.Containers.CreateAsync(lab.Name("c"), lab.Spec() with { Image = "no/such:image" }));
    }

    [Fact]
    public async Task A_program_that_is_not_there_says_so_and_stays_created()
    {
        await using var lab = await OpenAsync();
        var id = await lab.Client.Containers.CreateAsync(lab.Name("c"), lab.Spec("/no/such/program"));

        var error = await Assert.ThrowsAsync<EngineException>(() => lab.Client.Containers.StartAsync(id));

        Assert.Contains("/no/such/program", error.Message);
        var state = (await lab.Client.Containers.InspectAsync(id)).State;
        Assert.Equal((ContainerStatus.Created, 127), (state.Status, state.ExitCode));
        Assert.Contains("/no/such/program", state.Error);
    }

    [Fact]
    public async Task Waiting_gives_the_exit_code()
    {
        await using var lab = await OpenAsync();
        var id = await lab.RunAsync(lab.Script("exit 7"));

        Assert.Equal(7, await lab.Client.Containers.WaitAsync(id, lab.Cancel));
    }

    [Fact]
    public async Task Waiting_can_be_given_up()
    {
        await using var lab = await OpenAsync();
        var id = await lab.RunAsync(lab.Spec());
        using var cancel = new CancellationTokenSource();

        var waiting = lab.Client.Containers.WaitAsync(id, cancel.Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.True((await lab.Client.Containers.InspectAsync(id)).State.Running);
    }

    [Fact]
    public async Task A_restart_keeps_the_container_and_starts_it_anew()
    {
        await using var lab = await OpenAsync();
        var id = await lab.RunAsync(lab.Spec());
        var before = (await lab.Client.Containers.InspectAsync(id)).State;

        await lab.Client.Containers.RestartAsync(id, TimeSpan.FromSeconds(10));

        var after = (await lab.Client.Containers.InspectAsync(id)).State;
        Assert.True(after.Running && after.StartedAt > before.StartedAt, $"{before} {after}");
    }

    [Fact]
    public async Task A_list_holds_what_its_filter_says()
    {
        await using var lab = await OpenAsync();
        var running = await lab.RunAsync(lab.Spec(), "a.b");
        await lab.Client.Containers.CreateAsync(lab.Name("axb"), lab.Spec() with { Labels = Merge(lab.Labels, "role", "other") });

        async Task<string[]> NamesAsync(ContainerFilter filter) =>
            [.. (await lab.Client.Containers.ListAsync(filter)).Select(container => container.Name).Order()];

        Assert.Equal([lab.Name("a.b")], await NamesAsync(new ContainerFilter { Labels = [lab.Label] }));
        Assert.Equal([lab.Name("a.b"), lab.Name("axb")], await NamesAsync(new ContainerFilter { All = true, Labels = [lab.Label] }));
        Assert.Equal([lab.Name("axb")], await NamesAsync(new ContainerFilter { All = true, Labels = [lab.Label, "role"] }));
        Assert.Equal([lab.Name("a.b")], await NamesAsync(new ContainerFilter { All = true, Names = [lab.Name("a.b")] }));
        Assert.Empty(await NamesAsync(new ContainerFilter { All = true, Names = [lab.Name("a")] }));
        var summary = Assert.Single(await lab.Client.Containers.ListAsync(new ContainerFilter { Ids = [running] }));
        Assert.Equal((ContainerStatus.Running, lab.Image.ToString()), (summary.Status, summary.Image));
        Assert.NotNull(summary.Networks["bridge"].IpAddress);
    }

    [Fact]
    public async Task Health_is_seen_with_the_last_probes_output()
    {
        await using var lab = await OpenAsync();
        var probe = new HealthcheckSpec(["CMD-SHELL", "echo probed; test ! -e /sick"], TimeSpan.FromMilliseconds(200), Retries: 1);
        var id = await lab.RunAsync(lab.Spec() with { Healthcheck = probe });

        await HealthIsAsync(lab, id, HealthStatus.Healthy);
        await lab.Client.Exec.RunAsync(id, ["touch", "/sick"]);
        await HealthIsAsync(lab, id, HealthStatus.Unhealthy);

        var health = (await lab.Client.Containers.InspectAsync(id)).State.Health;
        Assert.Equal(1, health.LastExitCode);
        Assert.Contains("probed", health.LastLog);
    }

    [Fact]
    public async Task A_container_killed_for_its_memory_says_so()
    {
        await using var lab = await OpenAsync();
        const long Limit = 8 * 1024 * 1024;
        var spec = lab.Script("tail /dev/zero") with { Memory = Limit, MemorySwap = Limit };
        var id = await lab.RunAsync(spec);

        await lab.Client.Containers.WaitAsync(id, lab.Cancel);

        Assert.True((await lab.Client.Containers.InspectAsync(id)).State.OomKilled);
    }

    [Fact]
    public async Task Files_are_unpacked_into_a_container()
    {
        await using var lab = await OpenAsync();
        var id = await lab.RunAsync(lab.Spec());
        using var tar = new MemoryStream();
        await using (var writer = new TarWriter(tar, leaveOpen: true))
        {
            using var content = new MemoryStream("hello"u8.ToArray());
            await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, "note.txt") { DataStream = content });
        }

        tar.Position = 0;
        await lab.Client.Containers.PutArchiveAsync(id, "/tmp", tar);

        Assert.Equal("hello", (await lab.Client.Exec.RunAsync(id, ["cat", "/tmp/note.txt"])).StdOut);
    }

    private static Task HealthIsAsync(EngineScope lab, string id, HealthStatus wanted) => WaitUntilAsync(
        $"the container is {wanted}", async () => (await lab.Client.Containers.InspectAsync(id)).State.Health.Status == wanted);

    private static Dictionary<string, string> Merge(IReadOnlyDictionary<string, string> labels, string key, string value) =>
        new(labels) { [key] = value };
}
