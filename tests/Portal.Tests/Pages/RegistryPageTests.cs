using Microsoft.Playwright;
using Portal.Lab;
using Portal.Tests.Lab;
using static Microsoft.Playwright.Assertions;

namespace Portal.Tests.Pages;

[Collection(PagesCollection.Name)]
[Trait("Category", "Lab")]
public sealed class RegistryPageTests(PagesWorld world)
{
    private const string Password = "correct horse battery";

    [Fact]
    public async Task An_owner_adds_a_registry_that_takes_the_password_changes_it_and_removes_it()
    {
        var tenant = await OwnTenant.OfAsync(world, "pulled", "Pulled");
        await using var registry = await RegistryLab.StartAsync(LabFixture.UndoLog, new RegistryLabOptions { Address = (await LabFixture.Engine).Gateway.ToString(), Account = ("ci", Password) });
        var page = await world.OpenAsync("acme-owner", $"/tenants/{tenant}/registries");
        await using var _ = page.Context;
        await Interactive.WaitAsync(page);
        await Expect(page.GetByText("No registries yet")).ToBeVisibleAsync();
        await Pictures.TakeAsync(page, "registries-empty");

        await page.GetByRole(AriaRole.Button, new() { Name = "Add a registry" }).First.ClickAsync();
        var dialog = page.Locator("dialog.act");
        await dialog.GetByLabel("Registry", new() { Exact = true }).FillAsync(registry.Host);
        await dialog.GetByLabel("User name").FillAsync("ci");
        await dialog.GetByLabel("Password or token").FillAsync("wrong horse");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Add registry" }).ClickAsync();
        await Expect(dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("does not take the user name and password");
        await Expect(dialog.GetByLabel("Save it untried")).ToHaveCountAsync(0);
        await Pictures.TakeAsync(page, "registry-dialog");
        await dialog.GetByLabel("Password or token").FillAsync(Password);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Add registry" }).ClickAsync();
        var row = page.Locator("tr", new() { HasText = registry.Host });
        await Expect(row).ToContainTextAsync("ci");
        await Expect(row).ToContainTextAsync("no stack");
        await page.ReloadAsync();
        await Interactive.WaitAsync(page);
        await Pictures.TakeAsync(page, "registries");
        Assert.DoesNotContain(Password, await page.ContentAsync(), StringComparison.Ordinal);

        await page.GetByRole(AriaRole.Button, new() { Name = $"Change {registry.Host}" }).ClickAsync();
        await Expect(dialog.GetByLabel("User name")).ToHaveValueAsync("ci");
        await Expect(dialog.GetByLabel("Password or token")).ToHaveValueAsync("");
        await dialog.GetByLabel("User name").FillAsync("somebody");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("somebody");
        await page.Keyboard.PressAsync("Escape");

        await page.GetByRole(AriaRole.Button, new() { Name = $"Remove {registry.Host}" }).ClickAsync();
        await Expect(dialog).ToContainTextAsync("are forgotten");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Remove registry" }).ClickAsync();
        await Expect(page.GetByText("No registries yet")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task One_that_cannot_be_asked_is_saved_only_when_somebody_says_so()
    {
        var tenant = await OwnTenant.OfAsync(world, "pulled", "Pulled");
        var page = await world.OpenAsync("acme-owner", $"/tenants/{tenant}/registries");
        await using var _ = page.Context;
        await Interactive.WaitAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Add a registry" }).First.ClickAsync();
        var dialog = page.Locator("dialog.act");
        await dialog.GetByLabel("Registry", new() { Exact = true }).FillAsync("nowhere.invalid");
        await dialog.GetByLabel("User name").FillAsync("ci");
        await dialog.GetByLabel("Password or token").FillAsync("x");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Add registry" }).ClickAsync();
        await Expect(dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("nowhere.invalid");

        await dialog.GetByLabel("Save it untried").CheckAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Add registry" }).ClickAsync();

        await Expect(page.Locator("tr", new() { HasText = "nowhere.invalid" })).ToBeVisibleAsync();
        using var removed = await world.Administrator.DeleteAsync($"/api/v1/tenants/{tenant}/registries/nowhere.invalid");
        await Expect(page.Locator("tr", new() { HasText = "nowhere.invalid" })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_developer_sees_the_registries_and_has_nothing_to_press()
    {
        var page = await world.OpenAsync("acme-dev", "/tenants/acme/registries");
        await using var _ = page.Context;
        await Interactive.WaitAsync(page);
        await Expect(page.GetByText("An owner can add one")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Add a registry" })).ToHaveCountAsync(0);
    }
}
