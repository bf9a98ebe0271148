using System.Globalization;
using Portal.Docker;

namespace Portal.Lab.Bench;

/// <summary>Containers changed by hand: how long until the portal says that it puts them right, and until all is as it was.</summary>
internal sealed class DriftBench(BenchWorld world)
{
    private const string Stack = "drift";
    private const double SeenBound = 2;
    private const double HealedBound = 10;

    public async Task<IReadOnlyList<BenchResult>> RunAsync(CancellationToken cancel)
    {
        var image = await world.PushBareAsync("1", cancel);
        await world.Developer.PostAsync($"api/v1/tenants/{BenchWorld.Tenant}/stacks", new
        {
            name = Stack,
            compose = string.Concat(["services:\n", .. Acts.Select(act => $"  {act.Name}:\n    image: {image}\n    expose: [\"8080\"]\n    stop_signal: SIGUSR1\n    labels: {{portal.health: \"http:8080/\"}}\n")]),
        }, cancel);
        await world.DeployAsync(Stack, "live", images: null, cancel);
        List<BenchResult> results = [];
        foreach (var (name, act) in Acts)
        {
            var before = await LookAsync(cancel);
            var healings = Healings(name);
            var victim = (await ListAsync(cancel)).Single(container => container.Labels["portal.service"] == name);
            await act(world.Parts.Engine, victim, cancel);
            var seen = Waiting.SecondsAsync(() => Waiting.UntilAsync("the portal to see it", () => Healings(name) > healings, cancel));
            var healed = Waiting.SecondsAsync(async () =>
            {
                while (await LookAsync(cancel) != before)
                {
                    await Task.Delay(10, cancel);
                }
            });
            results.Add(BenchResult.Of($"drift: {name}, seen", await seen, "s", SeenBound, "the bound"));
            results.Add(BenchResult.Of($"drift: {name}, as it was", await healed, "s", HealedBound, "the bound"));
        }

        return results;
    }

    private static readonly IReadOnlyList<(string Name, Func<EngineClient, ContainerSummary, CancellationToken, Task> Act)> Acts =
    [
        ("stop", (engine, victim, cancel) => engine.Containers.StopAsync(victim.Id, TimeSpan.FromSeconds(1), cancel)),
        ("kill", (engine, victim, cancel) => engine.Containers.KillAsync(victim.Id, cancel: cancel)),
        ("remove", (engine, victim, cancel) => engine.Containers.RemoveAsync(victim.Id, force: true, cancel: cancel)),
        ("pause", (engine, victim, cancel) => engine.Containers.PauseAsync(victim.Id, cancel)),
        ("rename", (engine, victim, cancel) => engine.Containers.RenameAsync(victim.Id, $"{victim.Name}-mine", cancel)),
        ("disconnect", (engine, victim, cancel) => engine.Networks.DisconnectAsync(victim.Networks.Keys.Single(), victim.Id, cancel: cancel)),
    ];

    private async Task<IReadOnlyList<ContainerSummary>> ListAsync(CancellationToken cancel) =>
        await world.Parts.Engine.Containers.ListAsync(new ContainerFilter { All = true, Labels = [$"portal.stack={Stack}"] }, cancel);

    private async Task<string> LookAsync(CancellationToken cancel) => string.Join(", ", (await ListAsync(cancel))
        .Select(container => $"{container.Name} {container.Status} {string.Join(' ', container.Networks.Keys)}").Order(StringComparer.Ordinal));

    /// <summary>Lines of the portal's own log that say what it does about it.</summary>
    private int Healings(string service) =>
        File.ReadLines(world.Place.PortalLog).Count(line => line.Contains("Healing ", StringComparison.Ordinal) && line.Contains(string.Create(CultureInfo.InvariantCulture, $": {service} 1: "), StringComparison.Ordinal));
}
