using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Portal.Docker;
using Portal.Lab;
using Portal.Tests.Lab;

namespace Portal.Tests.EndToEnd;

/// <summary>Stacks that run once, beside the pair, and that both sides reach by name.</summary>
[Trait("Category", "Lab"), Collection(PortalWorldCollection.Name)]
public sealed partial class OutsideTests(PortalWorldCollection.Shared shared)
{
    private const string Talk = "talk";
    private readonly PortalWorld world = shared.World;

    [Fact]
    public async Task What_is_outside_the_pair_is_reached_by_name_from_both_sides_and_no_switch_touches_it()
    {
        var (tenant, stranger) = (await TenantAsync("oa"), await TenantAsync("ob"));
        await AddAsync(tenant, "shop", "web", routed: true);
        await AddAsync(stranger, "spy", "web", routed: true);
        await DeployAsync(tenant, "shop", new { target = "both" });
        await DeployAsync(stranger, "spy", new { target = "live" });
        var (blue, green, spy) = (await ContainerAsync(tenant, "shop", "blue"), await ContainerAsync(tenant, "shop", "green"), await ContainerAsync(stranger, "spy"));

        await AddAsync(tenant, "store", "queue", outside: true);
        await DeployAsync(tenant, "store", new { });

        var store = await ContainerAsync(tenant, "store");
        await HeardAsync("store", "queue", blue, green);
        var address = await AddressAsync(blue, "queue");
        Assert.Null(await AddressAsync(spy, "queue"));
        Assert.Equal("", await AskAsync(spy, address!));
        // They were not made anew to reach it.
        Assert.Equal((blue, green), (await ContainerAsync(tenant, "shop", "blue"), await ContainerAsync(tenant, "shop", "green")));

        Assert.DoesNotContain("store", (await Eventually.SeesAsync("a side to switch to", () => world.GetAsync($"tenants/{tenant}/preflight"), seen => seen.GetProperty("passed").GetBoolean())).ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("store", (await world.GetAsync($"tenants/{tenant}/parity")).ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("store", (await world.PostAsync($"tenants/{tenant}/rehearsals", new { })).ToString(), StringComparison.Ordinal);
        await world.PostAsync($"tenants/{tenant}/switches", new { reason = "a test" });
        Assert.Equal(store, await ContainerAsync(tenant, "store"));

        // The way back keeps blue as it is, where the one instance is: but that is no side.
        Assert.Equal(HttpStatusCode.Conflict, (await TryDeployAsync(tenant, "shop", new { target = "standby" })).Status);
        var again = await DeployAsync(tenant, "store", new { target = "both", force = true });
        Assert.Equal(("outside", true), (again.GetProperty("environment").GetString(), again.GetProperty("live").GetBoolean()));
        Assert.NotEqual(store, await ContainerAsync(tenant, "store"));
        Assert.True((await world.GetAsync($"tenants/{tenant}/switchback")).GetProperty("open").GetBoolean());
        await HeardAsync("store", "queue", blue, green);

        // One that comes later is in from its start.
        await DeployAsync(tenant, "shop", new { target = "live", force = true });
        Assert.Equal("store", await HearAsync(await ContainerAsync(tenant, "shop", "green"), "queue"));

        await world.PutAsync($"tenants/{tenant}/lock", new { reason = "the auditors are looking" });
        var (status, held) = await TryDeployAsync(tenant, "store", new { });
        Assert.True(status == HttpStatusCode.Conflict && held.ToString().Contains("the auditors are looking", StringComparison.Ordinal), $"{status}: {held}");
        var asked = await world.GetAsync($"audit?tenant={tenant}&action=deployment.requested&text=store");
        Assert.Equal(["""["outside"]""", """["outside"]"""], asked.EnumerateArray().Select(line => line.GetProperty("after").GetProperty("environments").GetRawText()));
    }

    [Fact]
    public async Task What_is_taken_from_it_by_hand_comes_back_container_and_network()
    {
        var tenant = await TenantAsync("oc");
        await AddAsync(tenant, "store", "queue", outside: true);
        await AddAsync(tenant, "shop", "web");
        await AddAsync(tenant, "closed", "deep", isolated: true);
        await DeployAsync(tenant, "store", new { });
        await DeployAsync(tenant, "shop", new { target = "both" });
        await DeployAsync(tenant, "closed", new { target = "standby" });
        var (blue, green, closed) = (await ContainerAsync(tenant, "shop", "blue"), await ContainerAsync(tenant, "shop", "green"), await ContainerAsync(tenant, "closed"));
        await HeardAsync("store", "queue", blue, green, closed);
        // Who had no way out has none now.
        var registry = IPEndPoint.Parse(world.Image(Talk).Split('/')[0]);
        Assert.NotEqual("", await AskAsync(blue, $"{registry.Address}", registry.Port));
        Assert.Equal("", await AskAsync(closed, $"{registry.Address}", registry.Port));

        var store = await ContainerAsync(tenant, "store");
        await world.Engine.Containers.RemoveAsync(store, force: true);
        await HeardAsync("store", "queue", blue, green, closed);

        foreach (var taken in new[] { green, await ContainerAsync(tenant, "store") })
        {
            await world.Engine.Networks.DisconnectAsync($"outside.{tenant}", taken);
            await HeardAsync("store", "queue", blue, green, closed);
        }

        Assert.Equal((blue, green), (await ContainerAsync(tenant, "shop", "blue"), await ContainerAsync(tenant, "shop", "green")));
    }

    [Fact]
    public async Task What_cannot_be_outside_the_pair_is_refused_with_the_reason()
    {
        var tenant = await TenantAsync("od");
        await AddAsync(tenant, "store", "queue", outside: true);
        await AddAsync(tenant, "shop", "web");

        await RefusedAsync(tenant, "stacks", Stack(tenant, "front", "front", routed: true, outside: true), "routes belong to the pair");
        await RefusedAsync(tenant, "stacks", Stack(tenant, "second", "queue", outside: true), "The stack store outside the pair has a service 'queue'");
        await RefusedAsync(tenant, "stacks", Stack(tenant, "second", "web", outside: true), "The stack shop has a 'web' of its own");
        await RefusedAsync(tenant, "stacks", Stack(tenant, "blog", "queue"), "The stack store outside the pair has a service 'queue'");
        await RefusedAsync(tenant, "routes", new { stack = "store", service = "queue", port = 8080, hostName = $"store.{tenant}.localhost" }, "routes belong to the pair");
        await RefusedAsync(tenant, "webhooks", new { name = "then", stack = "store", then = "switch" }, "no switch follows");
        await RefusedAsync(tenant, "webhooks", new { name = "ci", stack = "store" }, "give the webhook the target live");
        foreach (var (stack, change, why) in new (string, object, string)[]
        {
            ("store", new { movesOn = "auto-after-health" }, "no switch follows"),
            ("store", new { outside = false }, "outside"),
            ("store", new { compose = Compose("web", "") }, "The stack shop has a 'web' of its own"),
            ("shop", new { compose = Compose("queue", "") }, "The stack store outside the pair has a service 'queue'"),
            ("shop", new { compose = Compose("web", "networks: {default: {aliases: [queue]}}") }, "The stack store outside the pair has a service 'queue'"),
        })
        {
            var (status, body) = await world.TryPatchAsync($"tenants/{tenant}/stacks/{stack}", change);
            Assert.True(status == HttpStatusCode.BadRequest && Text(body).Contains(why, StringComparison.Ordinal), $"{change}: {status} {body}");
        }

        Assert.True((await world.GetAsync($"tenants/{tenant}/stacks/store")).GetProperty("stack").GetProperty("outside").GetBoolean());
    }

    [Fact]
    public async Task A_tenant_whose_sides_are_on_two_clusters_has_nothing_outside_the_pair()
    {
        await using var far = await EngineLab.StartAsync(LabFixture.UndoLog, "far", new EngineLabOptions { Network = await LabFixture.Network });
        var tenant = $"{world.Tenant}oe";
        await world.PostAsync("hosts", new { name = "far", endpoint = $"unix://{far.Socket}", publishAddress = far.Address.ToString() });
        await world.PostAsync("tenants", new { slug = tenant, name = "Apart", blue = "lab", green = "far" });

        await RefusedAsync(tenant, "stacks", Stack(tenant, "store", "queue", outside: true), "two sides run on different clusters");

        await AddAsync(tenant, "store", "queue");
    }

    private async Task RefusedAsync(string tenant, string path, object body, string why)
    {
        var (status, answer) = await world.TryPostAsync($"tenants/{tenant}/{path}", body);
        Assert.True(status == HttpStatusCode.BadRequest && Text(answer).Contains(why, StringComparison.Ordinal), $"{path} {body}: {status} {answer}");
    }

    private static string Text(JsonElement answer) => answer.ToString().Replace("\\u0027", "'", StringComparison.Ordinal);

    private async Task<string> TenantAsync(string letters)
    {
        await world.PushScriptAsync(Talk, """
            mkdir -p /www
            echo "$PORTAL_STACK" > /www/index.html
            exec httpd -f -p 8080 -h /www
            """);
        var tenant = $"{world.Tenant}{letters}";
        await world.AddTenantAsync(tenant);
        return tenant;
    }

    private Task AddAsync(string tenant, string stack, string service, bool routed = false, bool outside = false, bool isolated = false) => world.PostAsync($"tenants/{tenant}/stacks", Stack(tenant, stack, service, routed, outside, isolated));

    private object Stack(string tenant, string stack, string service, bool routed = false, bool outside = false, bool isolated = false) => new
    {
        name = stack,
        outside,
        compose = Compose(service, routed ? $"expose: [\"8080\"]\n    labels: {{portal.health: \"tcp:8080\", portal.health.interval: 200ms, portal.route.host: {stack}.{tenant}.localhost, portal.route.port: \"8080\"}}" : isolated ? "" : "expose: [\"8080\"]") + (isolated ? "\nnetworks: {default: {internal: true}}" : ""),
    };

    private string Compose(string service, string more) => $$"""
        services:
          {{service}}:
            image: {{world.Image(Talk)}}
            {{more}}
        """;

    private Task<(HttpStatusCode Status, JsonElement Body)> TryDeployAsync(string tenant, string stack, object request) => world.TryPostAsync($"tenants/{tenant}/stacks/{stack}/deployments", request);

    private async Task<JsonElement> DeployAsync(string tenant, string stack, object request)
    {
        var (status, asked) = await TryDeployAsync(tenant, stack, request);
        Assert.True(status == HttpStatusCode.Accepted, $"{status}: {asked}");
        var ended = await world.EndedAsync(asked.GetProperty("id").GetString()!);
        Assert.True(ended.State == "succeeded", ended.ToString());
        return await world.GetAsync($"deployments/{ended.Id}");
    }

    /// <summary>The id of the one that there is.</summary>
    private async Task<string> ContainerAsync(string tenant, string stack, string? colour = null) =>
        Assert.Single(
            await world.Engine.Containers.ListAsync(new ContainerFilter { All = true, Labels = [$"portal.tenant.name={tenant}", $"portal.stack={stack}"] }),
            container => colour is null || container.Labels["portal.environment"] == colour).Id;

    private async Task HeardAsync(string wanted, string name, params string[] containers)
    {
        foreach (var container in containers)
        {
            await Eventually.EqualsAsync(wanted, () => HearAsync(container, name));
        }
    }

    /// <summary>What answers to the name, or why nothing does.</summary>
    private async Task<string> HearAsync(string container, string name)
    {
        if (await AddressAsync(container, name) is not { } address)
        {
            return $"{name} is not known in {string.Join(' ', (await world.Engine.Containers.InspectAsync(container)).Networks.Keys)}";
        }

        var heard = await AskAsync(container, address);
        return heard.Length > 0 ? heard.Split('\n')[^1] : $"{name} is at {address}, which does not answer";
    }

    /// <summary>Its whole answer; nothing where nobody answers.</summary>
    private async Task<string> AskAsync(string container, string address, int port = 8080) =>
        (await world.Engine.Exec.RunAsync(container, ["sh", "-c", $"printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 5 {address} {port}"])).StdOut.Trim();

    /// <summary>What the engine's own resolver says to the container.</summary>
    private async Task<string?> AddressAsync(string container, string name)
    {
        var said = (await world.Engine.Exec.RunAsync(container, ["nslookup", name])).StdOut;
        return AnswerPattern().Match(said) is { Success: true } found ? found.Groups[1].Value : null;
    }

    [GeneratedRegex(@"Name:\s+\S+\s+Address(?: 1)?:\s+(\d+\.\d+\.\d+\.\d+)")]
    private static partial Regex AnswerPattern();
}
