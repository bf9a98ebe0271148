using System.Globalization;
using System.Net;
using System.Text.Json;
using Portal.Docker;
using Portal.Tests.Lab;

namespace Portal.Tests.Switching;

/// <summary>What the portal does by itself when live is down.</summary>
[Collection(SwitchWorldCollection.Name)]
[Trait("Category", "Lab")]
public sealed class FailoverTests(SwitchWorld lab)
{
    private const int Limit = 1;

    [Fact]
    public async Task Live_without_a_healthy_replica_gives_way_to_standby_once_in_a_set_time_and_people_are_told()
    {
        var tenant = await GuardedAsync();
        await KillAsync(tenant, "blue");

        await Eventually.SeesAsync("standby live", tenant.LiveAsync, live => live == "green");
        Assert.Equal((HttpStatusCode.OK, "2"), await lab.World.AskAsync(tenant.Host));
        var done = (await lab.World.GetAsync($"tenants/{tenant.Slug}/switches"))[0];
        Assert.Equal(("failover", "failover", "applied"), (done.GetProperty("cause").GetString(), done.GetProperty("actor").GetString(), done.GetProperty("state").GetString()));
        Assert.Contains("shop web had no healthy replica on blue for", done.GetProperty("reason").GetString(), StringComparison.Ordinal);
        var measured = (await tenant.AuditAsync("switch.requested"))[0].GetProperty("after").GetProperty("measured");
        Assert.True(measured.GetProperty("seconds").GetDouble() >= Limit, measured.ToString());
        // The dead side is not kept for a way back: it takes the deployment that mends it.
        Assert.Equal(JsonValueKind.Null, done.GetProperty("switchBackUntil").ValueKind);
        await tenant.DeployAsync(new { target = "standby", force = true });

        await KillAsync(tenant, "green");
        var told = await ToldAsync(tenant);
        Assert.Contains("It switched by itself at", told.GetProperty("result").GetString(), StringComparison.Ordinal);
        Assert.Equal("green", await tenant.LiveAsync());
        // By hand it can be done, and the one who does it needs no patience.
        await tenant.SwitchedAsync();
    }

    [Fact]
    public async Task A_lock_holds_it_a_time_of_quiet_does_not()
    {
        var tenant = await GuardedAsync();
        await lab.World.PutAsync($"tenants/{tenant.Slug}/lock", new { reason = "an audit" });
        await lab.World.PostAsync($"tenants/{tenant.Slug}/freezes", new { name = "always", from = Moment(-1), until = Moment(1) });

        await KillAsync(tenant, "blue");
        Assert.Contains("holds this tenant as it is", (await ToldAsync(tenant)).GetProperty("result").GetString(), StringComparison.Ordinal);
        Assert.Equal("blue", await tenant.LiveAsync());

        await lab.World.DeleteAsync($"tenants/{tenant.Slug}/lock");
        await Eventually.SeesAsync("standby live", tenant.LiveAsync, live => live == "green");
    }

    [Fact]
    public async Task Neither_a_standby_that_is_down_nor_a_tenant_that_does_not_allow_it_is_switched_to()
    {
        var tenant = await GuardedAsync();
        await KillAsync(tenant, "green");
        await KillAsync(tenant, "blue");
        Assert.Contains("standby has 0 healthy replicas", (await ToldAsync(tenant)).GetProperty("result").GetString(), StringComparison.Ordinal);

        await lab.World.PutAsync($"tenants/{tenant.Slug}/automation", new { });
        await tenant.DeployAsync(new { target = "standby", force = true });
        // Whoever is not asked does nothing; the audit log of a tenant that allows it, in the same time, says so in the other tests.
        var other = await GuardedAsync();
        await KillAsync(other, "blue");
        await Eventually.SeesAsync("the other tenant's standby live", other.LiveAsync, live => live == "green");
        Assert.Equal("blue", await tenant.LiveAsync());
    }

    [Fact]
    public async Task What_an_owner_may_not_say_is_refused_by_the_field()
    {
        var tenant = await lab.TenantAsync(standby: null);
        foreach (var (body, field) in new (object, string)[]
        {
            (new { failover = new { afterSeconds = 0.5 } }, "failover.afterSeconds"),
            (new { failover = new { afterSeconds = 1e300 } }, "failover.afterSeconds"),
            (new { failover = new { atMostEveryMinutes = 0 } }, "failover.atMostEveryMinutes"),
            (new { limits = new { undo = true } }, "limits"),
            (new { limits = new { failedPercent = 100 } }, "limits.failedPercent"),
            (new { limits = new { p95Milliseconds = 0 } }, "limits.p95Milliseconds"),
        })
        {
            var (status, answer) = await lab.World.TryPutAsync($"tenants/{tenant.Slug}/automation", body);
            Assert.True(status == HttpStatusCode.BadRequest && answer.ToString().Contains($"\"{field}\"", StringComparison.Ordinal), $"{body}: {status} {answer}");
        }

        var (done, chosen) = await lab.World.TryPutAsync($"tenants/{tenant.Slug}/automation", new { failover = new { }, limits = new { failedPercent = 2.5, undo = true } });
        Assert.Equal(HttpStatusCode.OK, done);
        Assert.Equal(chosen.ToString(), (await lab.World.GetAsync($"tenants/{tenant.Slug}/automation")).ToString());
        Assert.Equal(5, chosen.GetProperty("failover").GetProperty("afterSeconds").GetDouble());
        Assert.Equal(1, (await tenant.AuditAsync("automation.changed")).GetArrayLength());
    }

    /// <summary>Fails over after a second; nothing is healed meanwhile, or there would be no outage.</summary>
    private async Task<Tenancy> GuardedAsync()
    {
        var tenant = await lab.TenantAsync();
        await lab.World.TryPatchAsync($"tenants/{tenant.Slug}/stacks/{Tenancy.Stack}", new { healing = false });
        await lab.World.PutAsync($"tenants/{tenant.Slug}/automation", new { failover = new { afterSeconds = Limit, atMostEveryMinutes = 60 } });
        return tenant;
    }

    private async Task KillAsync(Tenancy tenant, string colour)
    {
        var containers = await lab.World.Engine.Containers.ListAsync(new ContainerFilter { All = true, Labels = [$"portal.tenant.name={tenant.Slug}", $"portal.environment={colour}"] });
        Assert.NotEmpty(containers);
        foreach (var container in containers)
        {
            await lab.World.Engine.Containers.KillAsync(container.Id, "SIGKILL");
        }
    }

    private static async Task<JsonElement> ToldAsync(Tenancy tenant) =>
        (await Eventually.SeesAsync("that it did not switch", () => tenant.AuditAsync("switch.held"), lines => lines.GetArrayLength() > 0))[0];

    private static string Moment(int hours) => TimeProvider.System.GetUtcNow().AddHours(hours).ToString("o", CultureInfo.InvariantCulture);
}
