using System.Net;
using System.Text.Json;
using Npgsql;
using Portal.Docker;
using Portal.Tests.Lab;

namespace Portal.Tests.Switching;

/// <summary>What becomes of the old side once its switch-back window has ended, where an owner has said so.</summary>
[Collection(SwitchWorldCollection.Name)]
[Trait("Category", "Lab")]
public sealed class ScaleDownTests(SwitchWorld lab)
{
    [Fact]
    public async Task After_the_window_the_old_side_is_stopped_once_and_a_switch_says_how_to_bring_it_up()
    {
        var tenant = await ScalingAsync(0);
        await tenant.SwitchedAsync();
        var ended = await EndWindowAsync(tenant);

        var scaled = await ScaledAsync(tenant);
        Assert.Equal(("system", "scale down", "succeeded", "blue", 1), (
            scaled.GetProperty("trigger").GetString(), scaled.GetProperty("actor").GetString(), scaled.GetProperty("state").GetString(), scaled.GetProperty("environment").GetString(), scaled.GetProperty("revision").GetInt32()));
        Assert.True(scaled.GetProperty("requestedAt").GetDateTimeOffset() >= ended, $"{scaled} {ended}");
        Assert.Contains("\"scaledTo\":0", (await tenant.AuditAsync("deployment.requested"))[0].GetProperty("after").ToString(), StringComparison.Ordinal);
        Assert.Empty(await RunningAsync(tenant, "blue"));
        Assert.Single(await RunningAsync(tenant, "green"));
        Assert.Equal((HttpStatusCode.OK, "2"), await lab.World.AskAsync(tenant.Host));

        // Said wherever somebody might rely on it.
        Tenancy.IsRefused(await tenant.SwitchAsync(), "standby is scaled down to 0 of each service since", "bring it to its full size first");
        var preflight = (await lab.World.GetAsync($"tenants/{tenant.Slug}/preflight")).GetProperty("checks").EnumerateArray();
        Assert.Contains(preflight, check => check.GetProperty("scaledDown").GetBoolean() && !check.GetProperty("passed").GetBoolean());
        Assert.Contains("\"scaled down\"", (await lab.World.GetAsync($"tenants/{tenant.Slug}/parity")).ToString(), StringComparison.Ordinal);
        var size = await lab.World.GetAsync($"tenants/{tenant.Slug}/standby-size");
        Assert.Equal((false, 0), (size.GetProperty("full").GetBoolean(), size.GetProperty("stacks")[0].GetProperty("scaledTo").GetInt32()));

        var brought = await lab.World.PostAsync($"tenants/{tenant.Slug}/standby-size", new { });
        var up = await lab.World.EndedAsync(brought.GetProperty("stacks")[0].GetProperty("deploymentId").GetString()!);
        Assert.True(up.State == "succeeded", up.ToString());
        Assert.Single(await RunningAsync(tenant, "blue"));
        Assert.True((await lab.World.GetAsync($"tenants/{tenant.Slug}/standby-size")).GetProperty("full").GetBoolean());
        Assert.Equal(0, (await lab.World.PostAsync($"tenants/{tenant.Slug}/standby-size", new { })).GetProperty("stacks").GetArrayLength());
        await tenant.SwitchedAsync();
        Assert.Equal("1", (await lab.World.AskAsync(tenant.Host)).Version);
        // Once for each switch: that another follows shows only with the next one.
        Assert.Single(await AllScaledAsync(tenant));
        await EndWindowAsync(tenant);
        await Eventually.SeesAsync("the second scaling", () => AllScaledAsync(tenant), all => all.Count == 2);
        await ScaledAsync(tenant);
        Assert.Single(await RunningAsync(tenant, "blue"));
    }

    [Fact]
    public async Task Whatever_is_deployed_to_standby_brings_all_of_it_up_and_a_push_is_not_taken_for_the_scaling()
    {
        var tenant = await ScalingAsync(1, switchesTo: null);
        await lab.World.PostAsync($"tenants/{tenant.Slug}/stacks", new
        {
            name = "worker",
            compose = $$"""
                services:
                  job:
                    image: {{lab.World.Image("1")}}
                    deploy: {replicas: 3}
                    labels: {portal.health: "tcp:8080", portal.health.interval: 1s}
                """,
        });
        await WorkerAsync(new { target = "both" });
        await tenant.DeployAsync(new { target = "standby", images = lab.World.Web("2") });
        await tenant.SwitchedAsync();
        await EndWindowAsync(tenant);
        await ScaledAsync(tenant);
        // What is no larger than that is left alone.
        Assert.Equal(("worker", 1), (Assert.Single(await AllScaledAsync(tenant)).GetProperty("stack").GetString(), (await RunningAsync(tenant, "blue", "job")).Count));
        Assert.Equal(3, (await RunningAsync(tenant, "green", "job")).Count);
        Tenancy.IsRefused(await tenant.SwitchAsync(), "worker: standby is scaled down to 1 of each service");

        await tenant.DeployAsync(new { target = "standby", images = lab.World.Web("2") });
        await Eventually.SeesAsync("the rest of standby", () => RunningAsync(tenant, "blue", "job"), containers => containers.Count == 3);
        await Eventually.SeesAsync("its full size", () => lab.World.GetAsync($"tenants/{tenant.Slug}/standby-size"), size => size.GetProperty("full").GetBoolean());
        await Eventually.SeesAsync("nothing in the way", () => lab.World.GetAsync($"tenants/{tenant.Slug}/preflight"), report => report.GetProperty("passed").GetBoolean());

        // Told at once of the very image that was scaled down, a webhook deploys it all the same.
        await tenant.SwitchedAsync();
        var hook = await lab.World.PostAsync($"tenants/{tenant.Slug}/webhooks", new { name = "ci", stack = "worker", target = "standby" });
        await EndWindowAsync(tenant);
        await Eventually.SeesAsync("the second scaling", () => AllScaledAsync(tenant), all => all.Count == 2);
        await ScaledAsync(tenant);
        var image = lab.World.Image("1");
        var (status, answer) = await lab.World.CallAsync(hook.GetProperty("id").GetString()!, hook.GetProperty("secret").GetString()!, new { image = image[..image.LastIndexOf(':')], tag = "1" }, "?wait=90");
        Assert.True(status == HttpStatusCode.OK && answer.GetProperty("result").GetString() == "succeeded", $"{status}: {answer}");
        Assert.Equal(3, (await RunningAsync(tenant, "green", "job")).Count);

        async Task WorkerAsync(object request)
        {
            var end = await lab.World.EndedAsync((await lab.World.PostAsync($"tenants/{tenant.Slug}/stacks/worker/deployments", request)).GetProperty("id").GetString()!);
            Assert.True(end.State == "succeeded", end.ToString());
        }
    }

    [Fact]
    public async Task Nothing_is_scaled_down_that_somebody_uses_or_holds()
    {
        var used = await ScalingAsync(0);
        var held = await ScalingAsync(0);
        var undone = await ScalingAsync(0);
        await used.SwitchedAsync();
        await lab.World.DeleteAsync($"tenants/{used.Slug}/switchback");
        // Given up for this; where it began first, it is brought up again by it.
        await used.DeployAsync(new { target = "standby", images = lab.World.Web("2") });
        await undone.SwitchedAsync();
        await undone.SwitchedAsync();
        await held.SwitchedAsync();
        await lab.World.PutAsync($"tenants/{held.Slug}/lock", new { reason = "the auditors look" });
        await EndWindowAsync(held);

        // Whoever is not held is scaled down meanwhile, by the same looks.
        var other = await ScalingAsync(0);
        await other.SwitchedAsync();
        await EndWindowAsync(other);
        await ScaledAsync(other);
        Assert.Empty(await AllScaledAsync(held));
        Assert.Empty(await AllScaledAsync(undone));
        Assert.Single(await RunningAsync(used, "blue"));
        await lab.World.DeleteAsync($"tenants/{held.Slug}/lock");
        await ScaledAsync(held);
        Assert.Single(await RunningAsync(undone, "green"));
    }

    [Fact]
    public async Task A_stopped_side_does_not_take_over_and_one_that_does_gets_its_full_size()
    {
        var tenant = await ScalingAsync(0, failover: true);
        await tenant.SwitchedAsync();
        await EndWindowAsync(tenant);
        await ScaledAsync(tenant);
        await lab.World.TryPatchAsync($"tenants/{tenant.Slug}/stacks/{Tenancy.Stack}", new { healing = false });
        await KillAsync(tenant, "green");
        var told = (await Eventually.SeesAsync("that it did not switch", () => tenant.AuditAsync("switch.held"), lines => lines.GetArrayLength() > 0))[0];
        Assert.Contains("standby has 0 healthy replicas", told.GetProperty("result").GetString(), StringComparison.Ordinal);
        Assert.Equal("green", await tenant.LiveAsync());

        // Left on, it would go back to green as soon as that is healed.
        await lab.World.PutAsync($"tenants/{tenant.Slug}/automation", new { scaleDown = new { replicas = 0 } });
        // An owner may go there all the same; from the switch on it is no side that nobody needs.
        await tenant.SwitchedAsync(new { reason = "anything is better", @override = "green is dead" });
        await lab.World.TryPatchAsync($"tenants/{tenant.Slug}/stacks/{Tenancy.Stack}", new { healing = true });
        await Eventually.SeesAsync("blue at its full size", () => lab.World.AskAsync(tenant.Host), seen => seen == (HttpStatusCode.OK, "1"));
    }

    [Fact]
    public async Task A_portal_killed_half_way_goes_on_and_nobody_switches_to_a_side_that_is_just_going()
    {
        var tenant = await ScalingAsync(0, switchesTo: null);
        // As the first program of its container it does not hear SIGTERM: stopping it takes its time.
        await tenant.DeployAsync(new { target = "both", images = lab.World.Web("odd") });
        await tenant.DeployAsync(new { target = "standby", images = lab.World.Web("2") });
        await tenant.SwitchedAsync();
        await EndWindowAsync(tenant);
        await Eventually.SeesAsync("the scaling under way", () => AllScaledAsync(tenant), all => all.Any(one => one.GetProperty("state").GetString() == "running"));

        Tenancy.IsRefused(await tenant.SwitchAsync(), "a deployment to standby is running");
        Tenancy.IsRefused(await tenant.SwitchAsync(new { reason = "a test", @override = "whatever it says" }), "it is just being scaled down");
        Assert.Equal(HttpStatusCode.Conflict, (await lab.World.TryPostAsync($"tenants/{tenant.Slug}/gradual", new { steps = new[] { 1 }, reason = "a test" })).Status);
        await lab.World.Portal.KillAsync();
        await lab.World.RestartPortalAsync();

        await ScaledAsync(tenant);
        Assert.Single(await AllScaledAsync(tenant));
        Assert.Empty(await RunningAsync(tenant, "blue"));
        Assert.Equal((HttpStatusCode.OK, "2"), await lab.World.AskAsync(tenant.Host));
    }

    [Fact]
    public async Task How_far_it_may_be_scaled_down_is_the_owners_to_say_within_bounds()
    {
        var tenant = await lab.TenantAsync(standby: null);
        foreach (var replicas in new[] { -1, 2, int.MaxValue })
        {
            var (status, answer) = await lab.World.TryPutAsync($"tenants/{tenant.Slug}/automation", new { scaleDown = new { replicas } });
            Assert.True(status == HttpStatusCode.BadRequest && answer.ToString().Contains("\"scaleDown.replicas\"", StringComparison.Ordinal), $"{status}: {answer}");
        }

        Assert.Equal(0, (await lab.World.TryPutAsync($"tenants/{tenant.Slug}/automation", new { scaleDown = new { } })).Body.GetProperty("scaleDown").GetProperty("replicas").GetInt32());
        Assert.Equal(JsonValueKind.Null, (await lab.World.TryPutAsync($"tenants/{tenant.Slug}/automation", new { })).Body.GetProperty("scaleDown").ValueKind);
        Assert.Equal(2, (await tenant.AuditAsync("automation.changed")).GetArrayLength());
    }

    /// <summary>With version 1 live, and another on standby.</summary>
    private async Task<Tenancy> ScalingAsync(int replicas, string? switchesTo = "2", bool failover = false)
    {
        var tenant = await lab.TenantAsync(switchesTo);
        await lab.World.PutAsync($"tenants/{tenant.Slug}/automation", new { scaleDown = new { replicas }, failover = failover ? new { afterSeconds = 1, atMostEveryMinutes = 60 } : null });
        return tenant;
    }

    /// <summary>As if its half hour had passed.</summary>
    private async Task<DateTimeOffset> EndWindowAsync(Tenancy tenant)
    {
        Assert.DoesNotContain(await AllScaledAsync(tenant), one => one.GetProperty("state").GetString() is "queued" or "running");
        await using var source = NpgsqlDataSource.Create(lab.World.Portal.Database);
        await using var over = source.CreateCommand("""
            with mine as (select id from tenants where slug = $1),
                 ended as (update switches set switch_back_until = clock_timestamp() where tenant_id = (select id from mine) and switch_back_until > now())
            update pairs set switch_back_until = clock_timestamp() where tenant_id = (select id from mine) returning switch_back_until
            """);
        over.Parameters.AddWithValue(tenant.Slug);
        return new DateTimeOffset((DateTime)(await over.ExecuteScalarAsync())!, TimeSpan.Zero);
    }

    /// <summary>The newest that scales down, once it has ended.</summary>
    private async Task<JsonElement> ScaledAsync(Tenancy tenant)
    {
        var ended = await Eventually.SeesAsync("the old side scaled down", () => AllScaledAsync(tenant), all => all.Count > 0 && all[0].GetProperty("endedAt").ValueKind == JsonValueKind.String, TimeSpan.FromSeconds(60));
        Assert.Equal("succeeded", ended[0].GetProperty("state").GetString());
        return ended[0];
    }

    private async Task<IReadOnlyList<JsonElement>> AllScaledAsync(Tenancy tenant) =>
        [.. (await lab.World.GetAsync($"tenants/{tenant.Slug}/deployments")).EnumerateArray().Where(one => one.GetProperty("scaledTo").ValueKind == JsonValueKind.Number)];

    private async Task<IReadOnlyList<ContainerSummary>> RunningAsync(Tenancy tenant, string colour, string service = "web") =>
        await lab.World.Engine.Containers.ListAsync(new ContainerFilter { All = true, Labels = [$"portal.tenant.name={tenant.Slug}", $"portal.environment={colour}", $"portal.service={service}"] });

    private async Task KillAsync(Tenancy tenant, string colour)
    {
        foreach (var container in await RunningAsync(tenant, colour))
        {
            await lab.World.Engine.Containers.KillAsync(container.Id, "SIGKILL");
        }
    }
}
