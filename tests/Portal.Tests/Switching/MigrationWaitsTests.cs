using System.Net;
using System.Text.Json;
using Npgsql;
using Portal.Docker;
using Portal.Tests.Lab;

namespace Portal.Tests.Switching;

/// <summary>What goes on while a migration waits for somebody's word.</summary>
[Collection(SwitchWorldCollection.Name)]
[Trait("Category", "Lab")]
public sealed class MigrationWaitsTests(SwitchWorld lab)
{
    [Fact]
    public async Task What_dies_is_healed_meanwhile_and_a_portal_that_was_killed_still_waits()
    {
        var tenant = await SharingAsync();
        var id = await AskAsync(tenant);
        var before = Assert.Single(await ContainersAsync(tenant));
        await lab.World.Engine.Containers.RemoveAsync(before.Id, force: true);
        await Eventually.SeesAsync("another in its place", () => ContainersAsync(tenant), seen => seen is [var one] && one.Id != before.Id);
        await Eventually.SeesAsync("it healthy", async () => (await lab.World.AskAsync($"standby--{tenant.Host}")).Version, version => version == "1");

        await lab.World.Portal.KillAsync();
        await lab.World.RestartPortalAsync();
        Assert.Equal("queued", (await lab.World.GetAsync($"deployments/{id}?wait=3")).GetProperty("state").GetString());
        await using (var source = NpgsqlDataSource.Create(lab.World.Portal.Database))
        {
            await using var begin = source.CreateCommand("update deployments set state = 'running' where id = $1");
            begin.Parameters.AddWithValue(Guid.Parse(id));
            Assert.Equal("deployments_word_given", (await Assert.ThrowsAsync<PostgresException>(() => begin.ExecuteNonQueryAsync())).ConstraintName);
        }

        await lab.World.PostAsync($"deployments/{id}/compatible", new { reason = "it only adds a column" });
        var ended = await lab.World.EndedAsync(id);
        Assert.True(ended.State == "succeeded", ended.ToString());
        Assert.Equal("2", (await lab.World.AskAsync($"standby--{tenant.Host}")).Version);
    }

    [Fact]
    public async Task A_word_that_does_not_come_is_not_waited_for_for_ever()
    {
        var tenant = await SharingAsync();
        var id = await AskAsync(tenant);
        // As if a day had passed.
        await using (var source = NpgsqlDataSource.Create(lab.World.Portal.Database))
        {
            await using var later = source.CreateCommand("update deployments set requested_at = requested_at - interval '25 hours' where id = $1");
            later.Parameters.AddWithValue(Guid.Parse(id));
            Assert.Equal(1, await later.ExecuteNonQueryAsync());
        }

        var ended = await lab.World.GetAsync($"deployments/{id}?wait=60");
        Assert.Equal(("cancelled", "word_missing"), (ended.GetProperty("state").GetString(), ended.GetProperty("reason").GetString()));
        Assert.Contains("Nobody said within 24 hours", ended.GetProperty("reasonText").GetString(), StringComparison.Ordinal);
        Assert.Contains(id, (await tenant.AuditAsync("deployment.ended"))[0].GetProperty("after").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_switch_that_is_to_follow_follows_once_the_word_is_given_and_CI_is_told()
    {
        var tenant = await SharingAsync();
        var hook = await lab.World.PostAsync($"tenants/{tenant.Slug}/webhooks", new { name = "ci", stack = Tenancy.Stack, then = "switch" });
        var (status, first) = await CallAsync("");
        Assert.True(status == HttpStatusCode.Accepted, first.ToString());
        (status, var waits) = await CallAsync("?wait=1");
        Assert.True(status == HttpStatusCode.GatewayTimeout && waits.GetProperty("waitsForWord").GetBoolean(), $"{status}: {waits}");
        Assert.Equal("blue", await tenant.LiveAsync());

        await lab.World.PostAsync($"deployments/{first.GetProperty("deploymentId").GetString()}/compatible", new { reason = "it only adds a column" });
        (status, var live) = await CallAsync("?wait=90");
        Assert.True(status == HttpStatusCode.OK, live.ToString());
        Assert.Equal("2", (await lab.World.AskAsync(tenant.Host)).Version);

        Task<(HttpStatusCode Status, JsonElement Body)> CallAsync(string query)
        {
            var image = lab.World.Image("2");
            return lab.World.CallAsync(hook.GetProperty("id").GetString()!, hook.GetProperty("secret").GetString()!, new { image = image[..image.LastIndexOf(':')], tag = "2", migration = true }, query, "the-migration");
        }
    }

    private async Task<Tenancy> SharingAsync()
    {
        var tenant = await lab.TenantAsync(standby: null);
        var (status, answer) = await lab.World.TryPatchAsync($"tenants/{tenant.Slug}/stacks/{Tenancy.Stack}", new { shared = new[] { new { kind = "database", name = "orders" } } });
        Assert.True(status == HttpStatusCode.OK, answer.ToString());
        return tenant;
    }

    private async Task<string> AskAsync(Tenancy tenant)
    {
        var asked = await lab.World.PostAsync($"tenants/{tenant.Slug}/stacks/{Tenancy.Stack}/deployments", new { target = "standby", images = lab.World.Web("2"), migration = true });
        Assert.True(asked.GetProperty("waitsForWord").GetBoolean(), asked.ToString());
        return asked.GetProperty("id").GetString()!;
    }

    private Task<IReadOnlyList<ContainerSummary>> ContainersAsync(Tenancy tenant) =>
        lab.World.Engine.Containers.ListAsync(new ContainerFilter { All = true, Labels = [$"portal.tenant.name={tenant.Slug}", "portal.environment=green"] });
}
