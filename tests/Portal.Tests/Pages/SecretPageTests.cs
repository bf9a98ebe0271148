using System.Net.Http.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Portal.Tests.Pages;

[Collection(PagesCollection.Name)]
[Trait("Category", "Lab")]
public sealed class SecretPageTests(PagesWorld world)
{
    [Fact]
    public async Task An_operator_keeps_a_secret_and_sees_who_uses_it_and_who_needs_a_redeploy()
    {
        const string value = "canary\nof two lines";
        var tenant = await OwnTenant.OfAsync(world, "keeper", "Keeper");
        var page = await world.OpenAsync("acme-ops", $"/tenants/{tenant}/secrets");
        await using var _ = page.Context;
        await Interactive.WaitAsync(page);
        await Expect(page.GetByText("No secrets yet")).ToBeVisibleAsync();
        await Pictures.TakeAsync(page, "secrets-empty");

        await page.GetByRole(AriaRole.Button, new() { Name = "New secret" }).First.ClickAsync();
        var dialog = page.Locator("dialog.act");
        await dialog.GetByLabel("Name").FillAsync("not a name");
        await dialog.GetByLabel("Value").FillAsync(value);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save secret" }).ClickAsync();
        await Expect(dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("Letters, digits");
        await Pictures.TakeAsync(page, "secret-dialog");
        await dialog.GetByLabel("Name").FillAsync("db_password");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save secret" }).ClickAsync();
        var row = page.Locator("tr", new() { HasText = "db_password" });
        await Expect(row).ToContainTextAsync("no stack");

        await world.PostAsync($"tenants/{tenant}/stacks", new
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
        await world.DeployAsync(tenant, "sealed", new { target = "standby" });
        await Expect(row.GetByRole(AriaRole.Link, new() { Name = "sealed" })).ToBeVisibleAsync();
        await Expect(row).Not.ToContainTextAsync("needs a redeploy");

        await page.GetByRole(AriaRole.Button, new() { Name = "New value for db_password" }).ClickAsync();
        await Expect(dialog).ToContainTextAsync("gets the new value with its next deployment");
        await Expect(dialog.GetByLabel("Value")).ToHaveValueAsync("");
        await dialog.GetByLabel("Value").FillAsync("another");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save version 2" }).ClickAsync();
        await Expect(row).ToContainTextAsync("needs a redeploy");
        await Expect(row.Locator(".behind")).ToContainTextAsync("runs version 1 in web");
        await page.ReloadAsync();
        await Interactive.WaitAsync(page);
        await Pictures.TakeAsync(page, "secrets");

        await page.GetByRole(AriaRole.Button, new() { Name = "Remove db_password" }).ClickAsync();
        await Expect(dialog.Last).ToContainTextAsync("forgotten for good");
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove secret" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "The text of sealed names it." })).ToBeVisibleAsync();
        await Pictures.TakeAsync(page, "secret-remove");
        await page.GotoAsync($"/tenants/{tenant}/stacks/sealed");
        await Expect(page.Locator(".outdated")).ToContainTextAsync("Standby, in web: version 1 of db_password runs, and version 2 is there.");
        await Pictures.TakeAsync(page, "stack-outdated");
        await page.GotoAsync($"/tenants/{tenant}/secrets");
        await Interactive.WaitAsync(page);

        await world.DeployAsync(tenant, "sealed", new { target = "standby" });
        await Expect(row).Not.ToContainTextAsync("needs a redeploy");
        Assert.DoesNotContain("canary", await page.ContentAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_that_nobody_uses_is_removed_and_its_row_goes()
    {
        var tenant = await OwnTenant.OfAsync(world, "passer", "Passer");
        using var set = await world.Administrator.PutAsJsonAsync($"/api/v1/tenants/{tenant}/secrets/passing", new { value = "canary" });
        var page = await world.OpenAsync("acme-ops", $"/tenants/{tenant}/secrets");
        await using var _ = page.Context;
        await Interactive.WaitAsync(page);

        await page.GetByRole(AriaRole.Button, new() { Name = "Remove passing" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove secret" }).ClickAsync();

        await Expect(page.Locator("tr", new() { HasText = "passing" })).ToHaveCountAsync(0);
        await Expect(page.GetByText("No secrets yet")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task The_files_that_a_pasted_text_names_are_asked_for_and_reach_the_container()
    {
        var tenant = await OwnTenant.OfAsync(world, "filer", "Filer");
        var page = await world.OpenAsync("acme-dev", $"/tenants/{tenant}/compose");
        await using var _ = page.Context;
        await Interactive.WaitAsync(page);
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Compose text" }).FillAsync($"services:\n  web:\n    image: {world.Image("1")}\n    env_file: app.env\n    labels: {{portal.health: \"tcp:8080\", portal.health.interval: 200ms}}\n");
        await page.GetByLabel("Stack name").FillAsync("filed");
        await Expect(page.GetByText("was not handed over with the stack")).ToBeVisibleAsync();

        await page.GetByLabel("app.env").FillAsync("DB_PASSWORD=canary-in-a-file\nGREETING=hello");
        await page.GetByLabel("Stack name").FocusAsync();
        await Expect(page.GetByText("1 service, can run")).ToBeVisibleAsync();
        await Pictures.TakeAsync(page, "compose-files");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create and deploy to standby" }).ClickAsync();
        await page.WaitForURLAsync("**/deployments/*");

        using var ended = await world.Administrator.GetAsync($"/api/v1/deployments/{page.Url.Split('/')[^1]}?wait=120");
        Assert.Contains("\"succeeded\"", await ended.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("canary-in-a-file", await page.ContentAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_large_value_can_be_typed_in_and_one_that_is_too_large_is_refused()
    {
        var tenant = await OwnTenant.OfAsync(world, "keeper", "Keeper");
        var page = await world.OpenAsync("acme-ops", $"/tenants/{tenant}/secrets");
        await using var _ = page.Context;
        await Interactive.WaitAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "New secret" }).First.ClickAsync();
        var dialog = page.Locator("dialog.act");
        await dialog.GetByLabel("Name").FillAsync("large");
        await dialog.GetByLabel("Value").FillAsync(new string('x', 70_000));
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save secret" }).ClickAsync();
        await Expect(dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("at most 65536 bytes");

        await dialog.GetByLabel("Value").FillAsync(new string('x', 60_000));
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save secret" }).ClickAsync();

        await Expect(page.Locator("tr", new() { HasText = "large" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_developer_sees_the_names_and_has_nothing_to_press()
    {
        using var set = await world.Administrator.PutAsJsonAsync("/api/v1/tenants/acme/secrets/shown", new { value = "x" });
        var page = await world.OpenAsync("acme-dev", "/tenants/acme/secrets");
        await using var _ = page.Context;
        await Expect(page.Locator("tr", new() { HasText = "shown" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "New secret" })).ToHaveCountAsync(0);
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "New value" })).ToHaveCountAsync(0);
    }
}
