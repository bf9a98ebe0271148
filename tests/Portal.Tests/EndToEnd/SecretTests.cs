using Npgsql;
using Portal.Tests.Lab;

namespace Portal.Tests.EndToEnd;

[Trait("Category", "Lab"), Collection(PortalWorldCollection.Name)]
public sealed class SecretTests(PortalWorldCollection.Shared shared)
{
    private readonly PortalWorld world = shared.World;

    [Fact]
    public async Task A_secret_reaches_the_container_as_a_file_and_nothing_else_that_keeps_or_shows_text()
    {
        var canary = $"canary-{Guid.NewGuid():N}";
        await world.PushAsync("1");
        await world.PutAsync($"tenants/{world.Tenant}/secrets/db_password", new { value = canary });
        await world.PostAsync($"tenants/{world.Tenant}/stacks", new
        {
            name = "sealed",
            compose = $$"""
                services:
                  web:
                    image: {{world.Image("1")}}
                    secrets: [db_password]
                    labels: {portal.health: "tcp:8080", portal.health.interval: 200ms}
                secrets:
                  db_password: {external: true}
                """,
        });
        await world.DeployAsync("sealed", new { target = "live" });
        var container = (await world.ContainersAsync("sealed")).Single();

        Assert.Equal(canary, await FileAsync(container.Id, "/run/secrets/db_password"));

        var details = await world.Engine.Containers.InspectAsync(container.Id);
        Assert.DoesNotContain(canary, string.Join(' ', details.Environment) + string.Join(' ', details.Labels));
        foreach (var path in new[] { $"/api/v1/tenants/{world.Tenant}/secrets", $"/api/v1/tenants/{world.Tenant}/stacks", $"/api/v1/audit?tenant={world.Tenant}", $"/api/v1/tenants/{world.Tenant}/deployments?stack=sealed" })
        {
            Assert.DoesNotContain(canary, await world.TextAsync(path));
        }

        Assert.Empty(await TablesWithAsync(canary));
        Assert.DoesNotContain(world.Portal.Process.Output, line => line.Contains(canary, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stack_that_names_a_secret_which_is_not_there_is_told_so()
    {
        await world.PushAsync("1");
        await world.PostAsync($"tenants/{world.Tenant}/stacks", new
        {
            name = "unsealed",
            compose = $$"""
                services:
                  web: {image: "{{world.Image("1")}}", secrets: [nowhere]}
                secrets:
                  nowhere: {external: true}
                """,
        });

        var (status, body) = await world.TryPostAsync($"tenants/{world.Tenant}/stacks/unsealed/deployments", new { target = "live" });

        Assert.Equal(400, (int)status);
        Assert.Contains("nowhere", body.ToString());
    }

    private async Task<string> FileAsync(string container, string path)
    {
        // The sample's image has no shell: the file is read from outside, through the process's root.
        var pid = (await world.Engine.Containers.InspectAsync(container)).State.Pid;
        return await File.ReadAllTextAsync($"/proc/{pid}/root{path}");
    }

    /// <summary>Every table whose rows, as text, hold it.</summary>
    private async Task<List<string>> TablesWithAsync(string text)
    {
        await using var source = NpgsqlDataSource.Create(world.Portal.Database);
        var tables = new List<string>();
        await using (var command = source.CreateCommand("select table_name from information_schema.tables where table_schema = 'public'"))
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                tables.Add(reader.GetString(0));
            }
        }

        Assert.Contains("secret_versions", tables);
        var found = new List<string>();
        foreach (var table in tables)
        {
            await using var count = source.CreateCommand($"select count(*) from \"{table}\" row where row::text like '%' || $1 || '%'");
            count.Parameters.Add(new NpgsqlParameter { Value = text });
            if ((long)(await count.ExecuteScalarAsync())! > 0)
            {
                found.Add(table);
            }
        }

        return found;
    }
}
