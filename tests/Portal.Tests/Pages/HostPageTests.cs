using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Portal.Tests.Pages;

[Collection(PagesCollection.Name)]
[Trait("Category", "Lab")]
public sealed class HostPageTests(PagesWorld world)
{
    [Fact]
    public async Task An_administrator_sees_the_engine_and_is_told_why_another_is_not_added()
    {
        var page = await world.OpenAsync("admin-anna", "/hosts");
        await using var _ = page.Context;
        await Interactive.WaitAsync(page);
        var lab = page.Locator("tr", new() { HasText = "lab" });
        await Expect(lab).ToContainTextAsync("answers");
        await Expect(lab.Locator("td").Nth(2)).Not.ToHaveTextAsync("–");
        await Pictures.TakeAsync(page, "hosts");

        await page.GetByRole(AriaRole.Button, new() { Name = "Add a host" }).ClickAsync();
        var dialog = page.Locator("dialog.act");
        await dialog.GetByLabel("Name", new() { Exact = true }).FillAsync("second");
        await dialog.GetByLabel("Endpoint").FillAsync("unix:///nowhere/docker.sock");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Add host" }).ClickAsync();
        await Expect(dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("does not answer");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "TCP with mutual TLS" }).ClickAsync();
        await dialog.GetByLabel("Endpoint").FillAsync("tcp://127.0.0.1:1");
        await dialog.GetByLabel("CA certificate").FillAsync("not PEM");
        await dialog.GetByLabel("Client certificate").FillAsync("not PEM");
        await dialog.GetByLabel("Client key").FillAsync("not PEM");
        await Pictures.TakeAsync(page, "host-dialog");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Add host" }).ClickAsync();
        await Expect(dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("PEM form");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("tr", new() { HasText = "second" })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Nobody_else_finds_the_page()
    {
        var page = await world.OpenAsync("acme-owner", "/tenants/acme/members");
        await using var _ = page.Context;
        Assert.Equal(404, (await page.GotoAsync("/hosts"))!.Status);
        Assert.Equal(404, (await page.GotoAsync("/audit"))!.Status);
    }
}
