using Portal.Docker;
using Portal.Lab;
using Portal.Tests.Lab;

namespace Portal.Tests.Survive;

/// <summary>Somebody changes, stops or removes a container by hand, behind the portal's back.</summary>
[Trait("Category", "Lab"), Collection(PortalWorldCollection.Name)]
public sealed class DriftTests(PortalWorldCollection.Shared shared)
{
    private readonly PortalWorld world = shared.World;

    [Theory]
    [InlineData("stop")]
    [InlineData("kill")]
    [InlineData("rm")]
    [InlineData("pause")]
    [InlineData("rename")]
    [InlineData("disconnect")]
    [InlineData("update")]
    public async Task What_is_done_to_a_container_by_hand_is_seen_and_put_right(string what)
    {
        var stack = $"drift{what}";
        await world.PushAsync("1");
        await world.AddStackAsync(stack, "1");
        await world.DeployAsync(stack, new { target = "live" });
        var capacity = (await world.Engine.System.InfoAsync()).Capacity;
        var before = await LookAsync(stack, capacity);
        var victim = (await world.ContainersAsync(stack))[0];

        var since = TimeProvider.System.GetUtcNow();
        await DoAsync(what, victim);
        await HappenedAsync(what == "rm" ? "destroy" : what, victim, since);

        await Eventually.SeesAsync("all as it was", () => LookAsync(stack, capacity), seen => seen == before);
        await Eventually.SeesAsync("an answer", () => world.AskAsync(world.HostOf(stack)), answer => answer.Version == "1");
    }

    /// <summary>What a person would see of it: names, states, networks and limits. Not which container it is: one may be made anew.</summary>
    private async Task<string> LookAsync(string stack, EngineCapacity capacity)
    {
        var seen = await Task.WhenAll((await world.ContainersAsync(stack)).Select(async container =>
            $"{container.Name} {container.Status} {string.Join(' ', container.Networks.Keys)} {(await world.Engine.Containers.FindAsync(container.Id) is { } details ? capacity.Holds(ContainerLimits.Of(details.Definition)) : null)}"));
        return string.Join(", ", seen.Order(StringComparer.Ordinal));
    }

    /// <summary>By the engine's memory: the portal may have put it right before anybody else looked.</summary>
    private async Task HappenedAsync(string action, ContainerSummary victim, DateTimeOffset since)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await foreach (var one in world.Engine.System.EventsAsync(new EventFilter { Since = since, Actions = [action] }, limit.Token))
        {
            if (one.ActorId == victim.Id || one.Attributes.GetValueOrDefault("container") == victim.Id)
            {
                return;
            }
        }

        Assert.Fail($"The engine has no {action} of {victim.Name}.");
    }

    private Task DoAsync(string what, ContainerSummary victim) => what switch
    {
        "stop" => world.Engine.Containers.StopAsync(victim.Id, TimeSpan.FromSeconds(5)),
        "kill" => world.Engine.Containers.KillAsync(victim.Id),
        "rm" => world.Engine.Containers.RemoveAsync(victim.Id, force: true),
        "pause" => world.Engine.Containers.PauseAsync(victim.Id),
        "rename" => world.Engine.Containers.RenameAsync(victim.Id, $"{victim.Name}-mine"),
        "disconnect" => world.Engine.Networks.DisconnectAsync(victim.Networks.Keys.Single(), victim.Id),
        "update" => UpdateAsync(victim),
        _ => throw new ArgumentOutOfRangeException(nameof(what), what, "Nobody does that by hand."),
    };

    private async Task UpdateAsync(ContainerSummary victim)
    {
        var limits = ContainerLimits.Of((await world.Engine.Containers.InspectAsync(victim.Id)).Definition);
        var changed = limits with { Memory = 512 << 20, PidsLimit = 300, Restart = new RestartPolicy(RestartKind.Always) };
        await world.Engine.Containers.UpdateAsync(victim.Id, changed, limits, (await world.Engine.System.InfoAsync()).Capacity);
    }
}
