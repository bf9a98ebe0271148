using System.Net;
using System.Text.Json;
using Portal.Docker;
using Portal.Tests.Lab;

namespace Portal.Tests.EndToEnd;

/// <summary>A stack is changed by a patch: nothing that was not spoken of is lost, and what a deployment would change is told before.</summary>
[Trait("Category", "Lab"), Collection(PortalWorldCollection.Name)]
public sealed class ChangeTests(PortalWorldCollection.Shared shared)
{
    private readonly PortalWorld world = shared.World;

    [Fact]
    public async Task A_change_of_one_variable_takes_nothing_else_back()
    {
        await world.PushAsync("1");
        var second = await world.PushAsync("2");
        await AddAsync("patched", Said(("LEVEL", "info"), ("TOKEN", "tok-en-value")));
        await world.DeployAsync("patched", new { target = "standby", images = world.Web("2"), replicas = new { web = 2 } });

        var changed = await PatchAsync("patched", new { answers = Said(("LEVEL", "debug")) });
        Assert.True(changed.GetProperty("changed").GetBoolean());
        var preview = await world.PostAsync($"tenants/{world.Tenant}/stacks/patched/deployments/preview", new { target = "standby" });

        var difference = preview.GetProperty("sides")[0].GetProperty("difference");
        Assert.Empty(difference.GetProperty("images").EnumerateArray());
        var field = difference.GetProperty("services").EnumerateArray().Single().GetProperty("fields").EnumerateArray().Single();
        Assert.Equal("environment.LEVEL", field.GetProperty("field").GetString());
        Assert.DoesNotContain("tok-en-value", preview.ToString(), StringComparison.Ordinal);

        await world.DeployAsync("patched", new { target = "standby" });
        var containers = await world.ContainersAsync("patched");
        Assert.Equal(2, containers.Count);
        foreach (var container in containers)
        {
            var details = await world.Engine.Containers.InspectAsync(container.Id);
            Assert.Equal("debug", details.Environment["LEVEL"]);
            Assert.Equal("tok-en-value", details.Environment["TOKEN"]);
            Assert.EndsWith(second.Digest, details.Definition.Image, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_is_null_goes_and_a_patch_that_cannot_be_changes_nothing()
    {
        await world.PushAsync("1");
        await AddAsync("refused", Said(("LEVEL", "info"), ("TOKEN", "x")));

        var (unset, _) = await TryPatchAsync("refused", new { answers = Said(("TOKEN", null)) });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, unset);
        var (empty, _) = await TryPatchAsync("refused", new { compose = (string?)null });
        Assert.Equal(HttpStatusCode.BadRequest, empty);
        var (forbidden, answer) = await TryPatchAsync("refused", new { compose = "services:\n  web:\n    image: x\n    privileged: true\n" });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, forbidden);
        Assert.Contains("\"line\":4", answer.ToString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await TryPatchAsync("nobodys", new { healing = false })).Status);

        Assert.False((await PatchAsync("refused", new { answers = Said(("LEVEL", "info")) })).GetProperty("changed").GetBoolean());
        await PatchAsync("refused", new { compose = "services: {web: {image: \"" + world.Image("1") + "\"}}", answers = (string?)null });
        await world.DeployAsync("refused", new { target = "standby" });
    }

    [Fact]
    public async Task Two_who_change_different_things_at_the_same_instant_both_have_their_way()
    {
        await world.PushAsync("1");
        await AddAsync("twopatches", Said(("LEVEL", "info"), ("TOKEN", "one")));

        await Task.WhenAll(PatchAsync("twopatches", new { answers = Said(("LEVEL", "debug")) }), PatchAsync("twopatches", new { answers = Said(("TOKEN", "two")) }));
        await world.DeployAsync("twopatches", new { target = "standby" });

        var details = await world.Engine.Containers.InspectAsync(Assert.Single(await world.ContainersAsync("twopatches")).Id);
        Assert.Equal("debug", details.Environment["LEVEL"]);
        Assert.Equal("two", details.Environment["TOKEN"]);
    }

    [Fact]
    public async Task The_routes_of_a_text_follow_it_and_those_made_by_hand_stay()
    {
        await world.PushAsync("1");
        await world.AddStackAsync("moving", "1", replicas: 1);
        await world.PostAsync($"tenants/{world.Tenant}/routes", new { stack = "moving", service = "web", port = 8080, hostName = world.HostOf("byhand") });
        await world.DeployAsync("moving", new { target = "live" });
        Assert.Equal(HttpStatusCode.OK, (await world.AskAsync(world.HostOf("moving"))).Status);

        await PatchAsync("moving", new { compose = $"services: {{web: {{image: \"{world.Image("1")}\", labels: {{portal.health: \"http:8080/health\", portal.route.port: \"8080\", portal.route.host: {world.HostOf("moved")}}}}}}}" });

        await Eventually.SeesAsync("the new route", () => world.AskAsync(world.HostOf("moved")), answer => answer.Status == HttpStatusCode.OK);
        await Eventually.SeesAsync("the former route", () => world.AskAsync(world.HostOf("moving")), answer => answer.Status == HttpStatusCode.NotFound);
        Assert.Equal(HttpStatusCode.OK, (await world.AskAsync(world.HostOf("byhand"))).Status);
    }

    [Fact]
    public async Task Where_healing_is_off_nothing_is_made_anew_until_it_is_on_again()
    {
        await world.PushAsync("1");
        foreach (var name in new[] { "unhealed", "healed" })
        {
            await world.AddStackAsync(name, "1", replicas: 1);
            await world.DeployAsync(name, new { target = "standby" });
        }

        await PatchAsync("unhealed", new { healing = false });
        await world.Engine.Containers.RemoveAsync(Assert.Single(await world.ContainersAsync("unhealed")).Id, force: true);
        // Two whole turns of healing next door: the loop has come by since.
        for (var turn = 0; turn < 2; turn++)
        {
            var gone = Assert.Single(await world.ContainersAsync("healed")).Id;
            await world.Engine.Containers.RemoveAsync(gone, force: true);
            await Eventually.SeesAsync("healing", () => world.ContainersAsync("healed"), there => there.Any(container => container.Id != gone));
        }

        Assert.Empty(await world.ContainersAsync("unhealed"));
        await PatchAsync("unhealed", new { healing = (bool?)null });
        await Eventually.SeesAsync("healing, switched on again", () => world.ContainersAsync("unhealed"), there => there.Count == 1);
    }

    /// <summary>Names as they are: a serializer would write an anonymous type's in its own way.</summary>
    private static Dictionary<string, string?> Said(params (string Name, string? Value)[] answers) => answers.ToDictionary(answer => answer.Name, answer => answer.Value);

    private Task AddAsync(string name, Dictionary<string, string?> answers) => world.PostAsync($"tenants/{world.Tenant}/stacks", new
    {
        name,
        compose = $$"""
            services:
              web:
                image: {{world.Image("1")}}
                environment: {LEVEL: "${LEVEL}", TOKEN: "${TOKEN}"}
                labels: {portal.health: "http:8080/health", portal.health.interval: 200ms}
            """,
        answers,
    });

    private async Task<JsonElement> PatchAsync(string stack, object patch)
    {
        var (status, answer) = await TryPatchAsync(stack, patch);
        Assert.True(status == HttpStatusCode.OK, $"{status}: {answer}");
        return answer;
    }

    private Task<(HttpStatusCode Status, JsonElement Body)> TryPatchAsync(string stack, object patch) => world.TryPatchAsync($"tenants/{world.Tenant}/stacks/{stack}", patch);
}
