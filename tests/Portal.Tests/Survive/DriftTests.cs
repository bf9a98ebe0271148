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
    public async Task What_is_done_to_a_container_by_hand_is_seen_and_put_right(string what)
    {
        var stack = $"drift{what}";
        await world.PushAsync("1");
        await world.AddStackAsync(stack, "1");
        await world.DeployAsync(stack, new { target = "live" });
        var before = await LookAsync(stack);
        var victim = (await world.ContainersAsync(stack))[0];

        await DoAsync(what, victim);
        Assert.NotEqual(before, await LookAsync(stack));

        await Eventually.SeesAsync("all as it was", () => LookAsync(stack), seen => seen == before);
        await Eventually.SeesAsync("an answer", () => world.AskAsync(world.HostOf(stack)), answer => answer.Version == "1");
    }

    /// <summary>What a person would see of it: names, states and networks. Not which container it is: one may be made anew.</summary>
    private async Task<string> LookAsync(string stack) => string.Join(", ", (await world.ContainersAsync(stack))
        .Select(container => $"{container.Name} {container.Status} {string.Join(' ', container.Networks.Keys)}").Order(StringComparer.Ordinal));

    private Task DoAsync(string what, ContainerSummary victim) => what switch
    {
        "stop" => world.Engine.Containers.StopAsync(victim.Id, TimeSpan.FromSeconds(5)),
        "kill" => world.Engine.Containers.KillAsync(victim.Id),
        "rm" => world.Engine.Containers.RemoveAsync(victim.Id, force: true),
        "pause" => world.Engine.Containers.PauseAsync(victim.Id),
        "rename" => world.Engine.Containers.RenameAsync(victim.Id, $"{victim.Name}-mine"),
        "disconnect" => world.Engine.Networks.DisconnectAsync(victim.Networks.Keys.Single(), victim.Id),
        _ => throw new ArgumentOutOfRangeException(nameof(what), what, "Nobody does that by hand."),
    };
}
