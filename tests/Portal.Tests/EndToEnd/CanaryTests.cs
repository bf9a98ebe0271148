using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Playwright;
using Npgsql;
using Portal.Tests.Catalog;
using Portal.Tests.Lab;

namespace Portal.Tests.EndToEnd;

/// <summary>Secrets of every kind, printed in every form by whatever can print; afterwards nobody has them.</summary>
[Trait("Category", "Lab")]
public sealed class CanaryTests
{
    private const string Odd = "\"'\\&+/ü";

    private readonly Dictionary<string, string> canaries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> seen = new(StringComparer.Ordinal);

    [Fact]
    public async Task No_table_log_page_or_answer_holds_a_secret_whoever_printed_it_and_however()
    {
        using var catalog = new CatalogFolder();
        await LabFixture.Busybox;
        AddTemplates(catalog);
        await using var world = await PortalWorld.StartAsync(
            new KeyValuePair<string, string?>("Portal:Catalog:Folders:0", catalog.Path), new KeyValuePair<string, string?>("Portal:Directory:Unused:BindPassword", Canary("bind", "")));
        var tenant = $"tenants/{world.Tenant}";
        await world.PutAsync($"{tenant}/secrets/tenant", new { value = Canary("tenant", Odd) });
        await world.PostAsync($"{tenant}/registries", new { host = "nowhere.invalid", userName = "ci", password = Canary("registry", "&+/"), force = true });
        var certificate = LabCertificate.Make(["canary.example"]);
        canaries["certificate"] = certificate.Key.Split('\n')[1];
        await world.PostAsync("certificates", new { certificate = certificate.Chain, key = certificate.Key });
        var (_, misfit) = await world.TryPostAsync("certificates", new { name = "misfit", certificate = LabCertificate.Make(["canary.example"]).Chain, key = certificate.Key });
        seen["the refusal of a certificate"] = misfit.ToString();
        var answers = new Dictionary<string, string> { ["pw"] = Canary("answer", Odd), ["token"] = Canary("image", "") };
        var files = new Dictionary<string, string> { ["app.env"] = $"DB_PASSWORD={Canary("file", "\"&+/ü")}\nLEVEL=debug" };
        foreach (var template in new[] { "printing", "checking", "naming", "pinned" })
        {
            await world.PostAsync($"{tenant}/stacks", new { name = template, template, answers, files = template == "printing" ? files : null });
        }

        var exited = await world.EndedAsync(await world.RequestAsync("printing", new { target = "live" }));
        Assert.Equal("container_exited", exited.Reason);
        Assert.True(exited.Log.Count(line => line.Contains("[redacted]", StringComparison.Ordinal)) >= 24, exited.ToString());
        seen["what a container printed"] = exited.ToString();
        var unhealthy = await world.EndedAsync(await world.RequestAsync("checking", new { target = "live" }));
        Assert.Contains("[redacted]", unhealthy.Text, StringComparison.Ordinal);
        seen["what a health check printed"] = unhealthy.ToString();
        foreach (var stack in new[] { "naming", "pinned" })
        {
            var (status, body) = await world.TryPostAsync($"{tenant}/stacks/{stack}/deployments", new { target = "live" });
            Assert.Equal(400, (int)status);
            Assert.Contains("must not be part of an image", body.ToString(), StringComparison.Ordinal);
            seen[$"the refusal of {stack}"] = body.ToString();
        }

        // A body may be of whatever its sender likes.
        var hook = await world.WebhookAsync("ci", "naming", "live");
        canaries["webhook"] = hook.Secret;
        var says = new { image = "a/b", tag = "1", url = $"https://ci.example.org/?t={Uri.EscapeDataString(hook.Secret)}", actor = canaries["registry"], commit = Base64(canaries["tenant"]), @ref = canaries["answer"] };
        var (_, told) = await world.CallAsync(hook.Id, hook.Secret, says, delivery: "one");
        var (_, again) = await world.CallAsync(hook.Id, hook.Secret, says, delivery: "one");
        // The body that is kept is not the one that came, and yet it is known again.
        Assert.Equal(told.GetProperty("deliveryId").GetString(), again.GetProperty("deliveryId").GetString());
        seen["a webhook's answers"] = $"{told} {again}";

        await LookAsync(world, tenant, exited.Id, unhealthy.Id, hook.Id);
        await ReadTablesAsync(world.Portal.Database);
        seen["the log"] = string.Join('\n', world.Portal.Process.Output);

        Assert.Contains(seen, place => place.Key == "table deliveries.body" && place.Value.Contains("[redacted]", StringComparison.Ordinal));
        Assert.Contains(seen, place => place.Key.StartsWith("page", StringComparison.Ordinal) && place.Value.Contains("[redacted]", StringComparison.Ordinal));
        var leaks = from place in seen from canary in canaries from form in Forms(canary.Value) where place.Value.Contains(form.Text, StringComparison.Ordinal) select $"{place.Key} holds {canary.Key} {form.How}";
        Assert.Equal([], leaks.Distinct());
    }

    private string Canary(string kind, string odd) => canaries[kind] = $"c{Guid.NewGuid():N}{odd}";

    /// <summary>The middle of it as it is in every form but base64, and the whole in each.</summary>
    private static IEnumerable<(string How, string Text)> Forms(string value)
    {
        yield return ("as it is", value.Length > 20 ? value[..20] : value);
        yield return ("at its end", value[^12..]);
        yield return ("in base64", Base64(value)[..24]);
        yield return ("in base64 after a name", Base64($"user:{value}")[8..32]);
        yield return ("for a URL", Uri.EscapeDataString(value));
        yield return ("for JSON", JsonEncodedText.Encode(value, JavaScriptEncoder.Default).ToString());
        yield return ("for lenient JSON and YAML", JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString());
        yield return ("for YAML in single quotes", value.Replace("'", "''", StringComparison.Ordinal));
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static void AddTemplates(CatalogFolder catalog)
    {
        const string service = """
            services:
              web:
                image: lab/busybox:1
                pull_policy: never
                secrets: [tenant]
                environment: {PW: "${pw}"}
                labels: {portal.secret.TENANT: tenant}
            """;
        const string secrets = "secrets: {tenant: {external: true}}\n";
        var print = """
                env_file: [{path: app.env, format: raw}]
                command:
                  - sh
                  - -c
                  - |
                    show() {
                      printf '%s\n' "$$1"
                      printf '%s' "$$1" | base64 | tr -d '\n'; echo
                      printf '%s' "user:$$1" | base64 | tr -d '\n'; echo
                      printf '%s\n' "$$1" | sed -e 's/\\/\\\\/g' -e 's/"/\\"/g'
                      printf '%s\n' "$$1" | sed -e "s/'/''/g"
                      printf '%s\n' "$$1" | sed -e 's/\\/%5C/g' -e 's/"/%22/g' -e "s/'/%27/g" -e 's/&/%26/g' -e 's/+/%2B/g' -e 's,/,%2F,g' -e 's/ü/%C3%BC/g'
                    }
                    show "$$(cat /run/secrets/tenant)"; show "$$TENANT"; show "$$PW"; show "$$DB_PASSWORD"
                    exit 3
            """;
        var check = """
                command: [sh, -c, "while :; do sleep 1; done"]
                healthcheck: {test: ["CMD-SHELL", "cat /run/secrets/tenant; exit 1"], interval: 1s, retries: 1}
            """;
        Template("printing", $"{service}\n{Inner(print)}\n{secrets}");
        Template("checking", $"{service}\n{Inner(check)}\n{secrets}");
        Template("naming", "services: {web: {image: \"127.0.0.1:9/team/${token}:1\"}}\n");
        Template("pinned", $"services: {{web: {{image: \"127.0.0.1:9/team/${{token}}@sha256:{new string('a', 64)}\"}}}}\n");

        static string Inner(string text) => string.Join('\n', text.Split('\n').Select(line => line.TrimEnd()));

        void Template(string name, string compose) => catalog.Config(name).Write($"{name}/0/docker-compose.yml", compose).Write($"{name}/0/rancher-compose.yml", """
            catalog:
              name: x
              version: "1"
              questions:
                - {variable: pw, label: Word, type: password, required: true}
                - {variable: token, label: Part, type: password, required: true}
            """);
    }

    /// <summary>What the API answers, and what the pages are.</summary>
    private async Task LookAsync(PortalWorld world, string tenant, string exited, string unhealthy, string hook)
    {
        string[] paths =
        [
            "tenants", tenant, "certificates", $"{tenant}/certificates", $"{tenant}/secrets", $"{tenant}/stacks", $"{tenant}/stacks/printing", $"{tenant}/stacks/naming", $"{tenant}/registries", $"{tenant}/deployments", $"{tenant}/webhooks",
            $"{tenant}/webhooks/{hook}/deliveries", $"audit?tenant={world.Tenant}", "audit", "hosts", $"deployments/{exited}", $"deployments/{exited}/log", $"deployments/{unhealthy}/log",
        ];
        foreach (var path in paths)
        {
            seen[$"GET {path}"] = await world.TextAsync($"/api/v1/{path}");
        }

        foreach (var delivery in (await world.GetAsync($"{tenant}/webhooks/{hook}/deliveries")).EnumerateArray())
        {
            var id = delivery.GetProperty("id").GetString();
            seen[$"GET the delivery {id}"] = await world.TextAsync($"/api/v1/{tenant}/deliveries/{id}");
        }

        await using var context = await (await LabFixture.Browser).NewContextAsync(new() { BaseURL = world.Portal.Address.ToString() });
        var page = await context.NewPageAsync();
        await page.GotoAsync($"/{tenant}");
        await page.GetByLabel("Name").FillAsync("admin");
        await page.GetByLabel("Password").FillAsync(PortalLab.AdministratorPassword);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await page.WaitForURLAsync(url => new Uri(url).AbsolutePath == $"/{tenant}");
        foreach (var path in new[] { tenant, "certificates", $"{tenant}/certificates", $"{tenant}/stacks", $"{tenant}/stacks/printing", $"{tenant}/stacks/checking", $"{tenant}/secrets", $"{tenant}/registries", $"{tenant}/webhooks", $"{tenant}/webhooks/{hook}", $"{tenant}/audit", "audit", "hosts", $"deployments/{exited}", $"deployments/{unhealthy}" })
        {
            await page.GotoAsync($"/{path}", new() { WaitUntil = WaitUntilState.DOMContentLoaded });
            seen[$"page {path}"] = await page.ContentAsync() + await page.Locator("body").InnerTextAsync();
        }
    }

    private async Task ReadTablesAsync(string database)
    {
        await using var source = NpgsqlDataSource.Create(database);
        List<(string Table, string Column, string Type)> columns = [];
        await using (var command = source.CreateCommand("select table_name, column_name, data_type from information_schema.columns where table_schema = 'public' and data_type not in ('uuid', 'integer', 'bigint', 'boolean', 'double precision', 'timestamp with time zone')"))
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                columns.Add((reader.GetString(0), reader.GetString(1), reader.GetString(2)));
            }
        }

        Assert.Contains(("secret_versions", "value_sealed", "bytea"), columns);
        Assert.Contains(("stacks", "files_sealed", "bytea"), columns);
        Assert.Contains(("certificates", "pem_sealed", "bytea"), columns);
        Assert.Contains(("audit_events", "after", "jsonb"), columns);
        foreach (var (table, column, type) in columns)
        {
            await using var command = source.CreateCommand($"select \"{column}\"{(type == "bytea" ? "" : "::text")} from \"{table}\" where \"{column}\" is not null");
            await using var reader = await command.ExecuteReaderAsync();
            var text = new StringBuilder();
            while (await reader.ReadAsync())
            {
                text.AppendLine(type == "bytea" ? Encoding.UTF8.GetString(reader.GetFieldValue<byte[]>(0)) : reader.GetString(0));
            }

            seen[$"table {table}.{column}"] = text.ToString();
        }
    }
}
