using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Portal.Tests.Pages;

[Collection(PagesCollection.Name)]
[Trait("Category", "Lab")]
public sealed class MemberPageTests(PagesWorld world)
{
    [Fact]
    public async Task An_owner_sees_who_may_what_and_is_told_what_a_role_means()
    {
        var page = await world.OpenAsync("acme-owner", "/tenants/acme/members");
        await using var _ = page.Context;
        await Interactive.WaitAsync(page);
        await Expect(page.Locator("tr", new() { HasText = "acme-operators" })).ToContainTextAsync("Operator");
        await Pictures.TakeAsync(page, "members");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add a group" }).ClickAsync();
        var dialog = page.Locator("dialog.act");
        await dialog.GetByLabel("Role").SelectOptionAsync("Operator");
        await Expect(dialog).ToContainTextAsync("Also deploys to live, switches, and keeps secrets.");
        await page.Keyboard.PressAsync("Escape");
        await Expect(dialog).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task An_administrator_sees_who_administers_the_platform()
    {
        var page = await world.OpenAsync("admin-anna", "/administrators");
        await using var _ = page.Context;
        await Expect(page.Locator("tr", new() { HasText = "portal-administrators" })).ToContainTextAsync("Administrator");
        await Pictures.TakeAsync(page, "administrators");
    }
}
