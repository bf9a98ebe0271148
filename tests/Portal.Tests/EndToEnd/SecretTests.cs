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

    [Fact]
    public async Task A_new_value_marks_what_runs_an_older_one_and_reaches_file_and_variable_with_the_next_deploy()
    {
        await world.PushAsync("1");
        await world.PutAsync($"tenants/{world.Tenant}/secrets/turning", new { value = "first-value" });
        await world.PutAsync($"tenants/{world.Tenant}/secrets/still", new { value = "never-changed" });
        await world.PostAsync($"tenants/{world.Tenant}/stacks", new
        {
            name = "turning",
            compose = $$"""
                services:
                  file:
                    image: {{world.Image("1")}}
                    secrets: [turning]
                    labels: {portal.health: "tcp:8080", portal.health.interval: 200ms}
                  variable:
                    image: {{world.Image("1")}}
                    labels: {portal.health: "tcp:8080", portal.health.interval: 200ms, portal.secret.API_KEY: turning}
                  other:
                    image: {{world.Image("1")}}
                    labels: {portal.health: "tcp:8080", portal.health.interval: 200ms, portal.secret.API_KEY: still}
                secrets:
                  turning: {external: true}
                  still: {external: true}
                """,
        });
        await world.DeployAsync("turning", new { target = "live" });
        var before = await IdsAsync("turning");
        Assert.Equal("first-value", await FileAsync(before["file"], "/run/secrets/turning"));
        Assert.Equal("first-value", (await world.Engine.Containers.InspectAsync(before["variable"])).Environment["API_KEY"]);
        Assert.Equal("[]", (await OutdatedAsync("turning")).ToString());

        await world.PutAsync($"tenants/{world.Tenant}/secrets/turning", new { value = "second-value" });

        var one = Assert.Single((await OutdatedAsync("turning")).EnumerateArray());
        Assert.Equal((await world.LiveAsync(), "turning", 1, 2), (one.GetProperty("environment").GetString(), one.GetProperty("secret").GetString(), one.GetProperty("runs").GetInt32(), one.GetProperty("newest").GetInt32()));
        Assert.Equal(["file", "variable"], one.GetProperty("services").EnumerateArray().Select(name => name.GetString()).Order());
        Assert.Equal(before, await IdsAsync("turning"));

        await world.DeployAsync("turning", new { target = "live" });

        var after = await IdsAsync("turning");
        Assert.Equal("second-value", await FileAsync(after["file"], "/run/secrets/turning"));
        Assert.Equal("second-value", (await world.Engine.Containers.InspectAsync(after["variable"])).Environment["API_KEY"]);
        Assert.Equal(before["other"], after["other"]);
        Assert.Equal("[]", (await OutdatedAsync("turning")).ToString());
        foreach (var value in new[] { "first-value", "second-value", "never-changed" })
        {
            Assert.Empty(await TablesWithAsync(value));
        }
    }

    [Fact]
    public async Task A_secret_in_use_is_not_removed_and_a_removed_one_comes_back_as_another_version()
    {
        using var administrator = await world.Portal.AdministratorAsync();
        var path = $"/api/v1/tenants/{world.Tenant}/secrets/passing";
        await world.PutAsync($"tenants/{world.Tenant}/secrets/passing", new { value = "first-of-all" });
        await world.PostAsync($"tenants/{world.Tenant}/stacks", new { name = "passing", compose = $"services: {{web: {{image: \"{world.Image("1")}\", secrets: [passing]}}}}\nsecrets: {{passing: {{external: true}}}}" });

        using (var refused = await administrator.DeleteAsync(path))
        {
            Assert.Equal(409, (int)refused.StatusCode);
            Assert.Contains("The text of passing names it.", await refused.Content.ReadAsStringAsync());
        }

        await world.PutAsync($"tenants/{world.Tenant}/secrets/gone", new { value = "first-of-all" });
        using (var removed = await administrator.DeleteAsync(path.Replace("passing", "gone", StringComparison.Ordinal)))
        {
            Assert.Equal(204, (int)removed.StatusCode);
        }

        using (var again = await administrator.DeleteAsync(path.Replace("passing", "gone", StringComparison.Ordinal)))
        {
            Assert.Equal(404, (int)again.StatusCode);
        }

        Assert.DoesNotContain("\"gone\"", await world.TextAsync($"/api/v1/tenants/{world.Tenant}/secrets"));
        Assert.Contains("secret.removed", await world.TextAsync($"/api/v1/audit?tenant={world.Tenant}"));
        await using (var source = NpgsqlDataSource.Create(world.Portal.Database))
        await using (var left = source.CreateCommand("select count(*) from secret_versions v join secrets s on s.id = v.secret_id where s.name = 'gone'"))
        {
            Assert.Equal(0L, await left.ExecuteScalarAsync());
        }

        // An old revision that names version 1 must never get this one.
        await world.PutAsync($"tenants/{world.Tenant}/secrets/gone", new { value = "another-one" });
        var now = (await world.GetAsync($"tenants/{world.Tenant}/secrets")).EnumerateArray().Single(secret => secret.GetProperty("name").GetString() == "gone");
        Assert.Equal(2, now.GetProperty("version").GetInt32());
    }

    [Fact]
    public async Task Files_that_a_text_names_come_with_the_stack_and_lie_sealed_with_it_and_its_revisions()
    {
        var canary = $"canary-{Guid.NewGuid():N}";
        await world.PushAsync("1");
        var compose = $$"""
            services:
              web:
                image: {{world.Image("1")}}
                env_file: [./app.env, {path: more.env, required: false}]
                labels: {portal.health: "tcp:8080", portal.health.interval: 200ms}
            """;
        var stacks = $"tenants/{world.Tenant}/stacks";

        var (missing, findings) = await world.TryPostAsync(stacks, new { name = "filed", compose });
        Assert.Equal(422, (int)missing);
        Assert.Contains("app.env", findings.ToString());
        var (unasked, problem) = await world.TryPostAsync(stacks, new { name = "filed", compose, files = new Dictionary<string, string> { ["app.env"] = "A=1", ["else.env"] = "B=1" } });
        Assert.Equal(400, (int)unasked);
        Assert.True(problem.GetProperty("errors").TryGetProperty("files.else.env", out _), problem.ToString());

        await world.PostAsync(stacks, new { name = "filed", compose, files = new Dictionary<string, string> { ["app.env"] = $"DB_PASSWORD={canary}\nGREETING=hello" } });
        await world.DeployAsync("filed", new { target = "live" });

        var environment = (await world.Engine.Containers.InspectAsync((await IdsAsync("filed"))["web"])).Environment;
        Assert.Equal((canary, "hello"), (environment["DB_PASSWORD"], environment["GREETING"]));
        Assert.Empty(await TablesWithAsync(canary));
        Assert.DoesNotContain(canary, await world.TextAsync($"/api/v1/{stacks}/filed"));
    }

    private async Task<Dictionary<string, string>> IdsAsync(string stack) =>
        (await world.ContainersAsync(stack)).ToDictionary(container => container.Labels["portal.service"], container => container.Id);

    private async Task<System.Text.Json.JsonElement> OutdatedAsync(string stack) =>
        (await world.GetAsync($"tenants/{world.Tenant}/stacks/{stack}")).GetProperty("stack").GetProperty("needsRedeploy");

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
