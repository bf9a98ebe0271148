using Portal.Docker;
using Portal.Lab;
using Portal.Tests.Lab;
using static Portal.Tests.Docker.EngineScope;

namespace Portal.Tests.Docker;

[Trait("Category", "Lab")]
public sealed class OutageTests
{
    [Fact]
    public async Task A_killed_engine_ends_every_stream_as_unavailable_and_comes_back_with_its_data()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await using var engine = await EngineLab.StartAsync(
            LabFixture.UndoLog, "outage", new EngineLabOptions { Network = await LabFixture.Network, LiveRestore = true });
        var client = engine.Client;
        var image = ImageReference.Parse("outage:1");
        await LabImages.BusyboxAsync(client, image, "sh", "-c", "echo ready; sleep 100000");
        var id = await client.Containers.CreateAsync("sleeper", new ContainerSpec { Image = image.ToString() });
        await client.Containers.StartAsync(id);
        var pid = (await client.Containers.InspectAsync(id)).State.Pid;
        var (logging, measuring, listening) = (new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource());
        Task[] streams =
        [
            DrainAsync(client.Containers.LogsAsync(id, new LogOptions { Follow = true }, limit.Token), logging),
            DrainAsync(client.Containers.StatsAsync(id, limit.Token), measuring),
            DrainAsync(client.System.EventsAsync(new EventFilter { Connected = listening.SetResult }, limit.Token), null),
            client.Containers.WaitAsync(id, limit.Token),
            client.Exec.RunAsync(id, ["sleep", "100000"], limit.Token),
        ];
        await Task.WhenAll(logging.Task, measuring.Task, listening.Task).WaitAsync(limit.Token);

        await engine.KillAsync();

        foreach (var stream in streams)
        {
            await FailsAsync(EngineErrorKind.Unavailable, () => stream);
        }

        var error = await FailsAsync(EngineErrorKind.Unavailable, () => client.Containers.ListAsync());
        Assert.True(error.Error.IsTransient);

        await engine.RestartAsync(limit.Token);

        var survivor = await client.Containers.InspectAsync("sleeper");
        Assert.Equal((id, true, pid), (survivor.Id, survivor.State.Running, survivor.State.Pid));
    }

    private static async Task DrainAsync<T>(IAsyncEnumerable<T> stream, TaskCompletionSource? begun)
    {
        await foreach (var _ in stream)
        {
            begun?.TrySetResult();
        }
    }
}
