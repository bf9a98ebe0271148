using Microsoft.AspNetCore.Http;
using Portal.Docker;
using Portal.Lab;
using Portal.Tests.Docker;
using Portal.Tests.Lab;

namespace Portal.Tests.Survive;

/// <summary>The registry goes away in the middle of a layer: for good, or for a while.</summary>
[Trait("Category", "Lab"), Collection(PortalWorldCollection.Name)]
public sealed class RegistryGoneTests(PortalWorldCollection.Shared shared)
{
    private readonly PortalWorld world = shared.World;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_registry_that_goes_in_the_middle_of_a_pull_is_waited_for_or_given_up_with_a_reason(bool comesBack)
    {
        var stack = comesBack ? "regback" : "reggone";
        await using var registry = await Mortal.StartAsync();
        await world.PushAsync("1");
        var next = ImageReference.Parse(await (await LabFixture.Samples).BuildAsync($"{world.Tenant}/{stack}", "2"));
        await world.AddStackAsync(stack, "1");
        await world.DeployAsync(stack, new { target = "live" });
        var before = (await world.ContainersAsync(stack)).Select(container => container.Id).Order().ToList();
        await using var load = world.Load(stack);
        // In a layer the engine itself tries again for a minute; in what tells the layers it gives up, and the portal tries again.
        registry.DieIn(comesBack ? "layer" : "list of layers");

        var deployment = await world.RequestAsync(stack, new { target = "live", images = new { web = $"{registry.Host}/{next.Repository}:2" } });
        await Eventually.SeesAsync("the end of the registry", () => Task.FromResult(registry.IsDead), dead => dead);
        if (comesBack)
        {
            registry.Revive();
        }

        var ended = await world.EndedAsync(deployment);
        var report = await load.StopAsync();
        Assert.True(report.Failed == 0, world.Explain(report));
        if (comesBack)
        {
            Assert.True(ended.State == "succeeded", ended.ToString());
            Assert.Equal("2", (await world.AskAsync(world.HostOf(stack))).Version);
            return;
        }

        Assert.Contains(ended.Log, line => line.Contains("The pull broke off", StringComparison.Ordinal));
        Assert.True(ended is { State: "rolled_back", Reason: "image_unavailable" } && ended.Text!.Contains(registry.Host, StringComparison.Ordinal), ended.ToString());
        Assert.Equal(before, (await world.ContainersAsync(stack)).Select(container => container.Id).Order());
        Assert.Equal("1", (await world.AskAsync(world.HostOf(stack))).Version);
    }

    /// <summary>The real registry behind a door that can be shut: no answer any more, not even half of one.</summary>
    private sealed class Mortal : IAsyncDisposable
    {
        private const int Alive = 0;
        private const int Doomed = 1;
        private const int Dead = 2;
        private readonly HttpClient behind;
        private FakeRegistry door = null!;
        private int state;
        private bool inLayer;

        private Mortal(Uri address) => behind = new HttpClient { BaseAddress = address };

        public string Host => door.Host;

        public bool IsDead => Volatile.Read(ref state) == Dead;

        public static async Task<Mortal> StartAsync()
        {
            var mortal = new Mortal((await LabFixture.Registry).Address);
            mortal.door = await FakeRegistry.StartAsync((http, _) => mortal.AnswerAsync(http), (await LabFixture.Engine).Gateway);
            return mortal;
        }

        public void DieIn(string what)
        {
            inLayer = what == "layer";
            Volatile.Write(ref state, Doomed);
        }

        public void Revive() => Volatile.Write(ref state, Alive);

        public async ValueTask DisposeAsync()
        {
            await door.DisposeAsync();
            behind.Dispose();
        }

        private Task AnswerAsync(HttpContext http)
        {
            if (IsDead)
            {
                http.Abort();
                return Task.CompletedTask;
            }

            // A layer and the list of them are both blobs; the list is a few lines.
            var blob = http.Request.Path.Value!.Contains("/blobs/", StringComparison.Ordinal);
            return FakeRegistry.PassAsync(http, behind, length => blob && length > 100_000 == inLayer && Interlocked.CompareExchange(ref state, Dead, Doomed) == Doomed);
        }
    }
}
