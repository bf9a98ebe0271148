using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Portal.Tests.Pages;

/// <summary>The tenant's home, while things happen to the tenant.</summary>
[Collection(PagesCollection.Name)]
[Trait("Category", "Lab")]
public sealed class TenantHomeTests(PagesWorld world)
{
    [Fact]
    public async Task The_pair_shows_what_runs_where_and_how_healthy()
    {
        var page = await world.OpenAsync("acme-view", "/tenants/acme");
        await using var _ = page.Context;
        foreach (var side in (ILocator[])[page.GetByRole(AriaRole.Region, new() { Name = "Blue, live" }), page.GetByRole(AriaRole.Region, new() { Name = "Green, standby" })])
        {
            var row = side.Locator("tr", new() { HasText = "web" });
            await Expect(row).ToContainTextAsync("r1 · 1");
            await Expect(row).ToContainTextAsync("2/2");
            await Expect(row).ToContainTextAsync("healthy");
        }

        await Expect(page.Locator(".between")).ToContainTextAsync("both run the same");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Switch", Exact = true })).ToHaveCountAsync(0);
        var preview = page.GetByRole(AriaRole.Link, new() { Name = "open preview" });
        Assert.Equal($"http://standby--shop.acme.localhost:{world.GatewayPort}/", await preview.GetAttributeAsync("href"));
    }

    [Fact]
    public async Task A_tenant_without_a_stack_says_what_to_do_next()
    {
        var page = await world.OpenAsync("globex-dev", "/tenants/globex");
        await using var _ = page.Context;
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Nothing runs here yet" })).ToBeVisibleAsync();
        await Pictures.TakeAsync(page, "tenant-empty");
        await page.GetByRole(AriaRole.Link, new() { Name = "Open the catalog" }).ClickAsync();
        await page.WaitForURLAsync("**/tenants/globex/catalog");
    }

    [Fact]
    public async Task An_operator_switches_with_a_reason_and_back_with_one_click_and_others_see_it()
    {
        await world.PushAsync("2.3.0");
        await world.PushAsync("2.4.0");
        await world.AddTenantAsync("northwind", "Northwind");
        await world.AddTrioAsync("northwind", "shop", "2.3.0");
        await world.DeployAsync("northwind", "shop", new { target = "both" });
        await world.DeployAsync("northwind", "shop", new { target = "standby", images = new { web = world.Image("2.4.0"), api = world.Image("2.4.0") } });
        var page = await world.OpenAsync("acme-ops", "/tenants/northwind");
        var watcher = await world.OpenAsync("acme-view", "/tenants/northwind");
        await using var _ = page.Context;
        await using var __ = watcher.Context;
        await Expect(page.Locator(".between")).ToContainTextAsync("2 of 3 services differ");
        await page.GotoAsync("/tenants/northwind/stacks/shop");
        await PagesWorld.LiveAsync(page);
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Green, standby" }).Locator("tr.replica")).ToHaveCountAsync(6);
        await Pictures.TakeAsync(page, "stack");
        await page.GotoAsync("/tenants/northwind");
        await PagesWorld.LiveAsync(page);
        await using var visitors = world.Visit("shop.northwind.localhost");

        await page.GetByRole(AriaRole.Button, new() { Name = "Switch", Exact = true }).ClickAsync();
        var dialog = page.Locator("dialog.act");
        await Expect(dialog).ToContainTextAsync("3 healthy on standby, 3 on live");
        await Expect(dialog).ToContainTextAsync("live runs r1, standby r2");
        await Pictures.TakeAsync(page, "switch");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Switch Northwind to green" }).ClickAsync();
        await Expect(dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("Say why");
        await dialog.GetByLabel("Reason").FillAsync("2.0 for the campaign");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Switch Northwind to green" }).ClickAsync();

        await Expect(watcher.GetByRole(AriaRole.Region, new() { Name = "Green, live" })).ToBeVisibleAsync();
        await Expect(watcher.GetByText("Green went live")).ToBeVisibleAsync();
        await Expect(watcher.GetByRole(AriaRole.Button, new() { Name = "Switch back to blue" })).ToHaveCountAsync(0);
        await Expect(watcher.Locator(".events")).ToContainTextAsync("2.0 for the campaign");
        await Expect(page.Locator("main .note")).ToContainTextAsync(new Regex(@"[1-9][0-9]* requests around it, 0 failed"));
        await Pictures.TakeAsync(page, "tenant-switched");

        await page.GetByRole(AriaRole.Button, new() { Name = "Switch back to blue" }).ClickAsync();
        await Expect(watcher.GetByRole(AriaRole.Region, new() { Name = "Blue, live" })).ToBeVisibleAsync();
        await Expect(watcher.Locator(".events")).ToContainTextAsync("taken back");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Switch back" })).ToHaveCountAsync(0);
        await Expect(page.Locator(".events li").First).ToContainTextAsync(new Regex(@"[1-9][0-9]* requests around it, 0 failed"));
        // The deployment to green was one to standby, whatever green has been since.
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Recent deployments" }).Locator("tr", new() { HasText = "shop r2" })).ToContainTextAsync("→ standby");
        Assert.Equal(0, (await visitors.StopAsync()).Failed);
        await Pictures.TakeAsync(page, "tenant-home");
    }

    [Fact]
    public async Task A_switch_that_standby_cannot_take_is_blocked_and_says_why()
    {
        await world.AddTenantAsync("half", "Half");
        await world.AddStackAsync("half", "site");
        await world.DeployAsync("half", "site", new { target = "live" });
        var page = await world.OpenAsync("acme-ops", "/tenants/half");
        await using var _ = page.Context;
        await Expect(page.Locator(".between")).ToContainTextAsync("standby has 0 healthy replicas, live has 2");
        await page.GetByRole(AriaRole.Button, new() { Name = "Switch", Exact = true }).ClickAsync();
        await Expect(page.Locator("dialog.act").GetByRole(AriaRole.Button, new() { Name = "Switch Half to green" })).ToBeDisabledAsync();
    }

    [Fact]
    public async Task An_administrator_creates_a_tenant_and_lands_in_it()
    {
        var slug = $"t{Guid.NewGuid():N}"[..10];
        var page = await world.OpenAsync("admin-anna", "/");
        await using var _ = page.Context;
        await Expect(page.Locator("tr", new() { HasText = "Acme" })).ToContainTextAsync("healthy");
        await Pictures.TakeAsync(page, "tenants");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create a tenant" }).ClickAsync();
        var dialog = page.Locator("dialog.act");
        await dialog.GetByLabel("Name", new() { Exact = true }).FillAsync("Acme");
        await Expect(dialog.GetByLabel("Short name")).ToHaveValueAsync("acme");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Create tenant" }).ClickAsync();
        await Expect(dialog.Locator(".field .error")).ToContainTextAsync("Another tenant has this short name");
        await dialog.GetByLabel("Name", new() { Exact = true }).FillAsync("New Line");
        // What is suggested comes from the server: typed over before, the two would meet in one field.
        await Expect(dialog.GetByLabel("Short name")).ToHaveValueAsync("new-line");
        await dialog.GetByLabel("Short name").FillAsync(slug);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Create tenant" }).ClickAsync();
        await page.WaitForURLAsync($"**/tenants/{slug}");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "New Line" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Somebody_without_a_tenant_reads_whom_to_ask()
    {
        var page = await world.OpenAsync("nobody-nils", "/");
        await using var _ = page.Context;
        await Expect(page.GetByText("You have no part in a tenant")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Create a tenant" })).ToHaveCountAsync(0);
    }
}
