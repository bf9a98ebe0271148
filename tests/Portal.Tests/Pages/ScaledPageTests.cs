using Microsoft.Playwright;
using Portal.Tests.Lab;
using static Microsoft.Playwright.Assertions;

namespace Portal.Tests.Pages;

/// <summary>A standby that was scaled down, as owners allow it and developers meet it.</summary>
[Collection(PagesCollection.Name)]
[Trait("Category", "Lab")]
public sealed class ScaledPageTests(PagesWorld world)
{
    [Fact]
    public async Task An_owner_has_the_old_side_stopped_and_whoever_deploys_brings_it_up()
    {
        await OwnTenant.OfAsync(world, "sleeping", "Sleeping", "site");
        await world.DeployAsync("sleeping", "site", new { target = "both" });
        var owner = await world.OpenAsync("acme-owner", "/tenants/sleeping/switching");
        await using var _ = owner.Context;
        var panel = owner.GetByRole(AriaRole.Region, new() { Name = "By itself" });
        await Expect(panel).ToContainTextAsync("The old side stays as it is.");
        await panel.GetByRole(AriaRole.Button, new() { Name = "Change" }).ClickAsync();
        var dialog = owner.Locator("dialog.act");
        await dialog.GetByLabel("Fail over to standby").CheckAsync();
        await dialog.GetByLabel("Once a switch-back window has ended, the old side").SelectOptionAsync("0");
        await Expect(dialog).ToContainTextAsync("A side that is stopped cannot take over when live is down.");
        await Pictures.TakeAsync(owner, "scale-down-dialog");
        await dialog.GetByLabel("Fail over to standby").UncheckAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(panel).ToContainTextAsync("scaling down on");
        await Pictures.TakeAsync(owner, "scale-down-panel");

        await world.SwitchAsync("sleeping", "the release");
        var page = await world.OpenAsync("acme-dev", "/tenants/sleeping/pair");
        await using var __ = page.Context;
        var note = page.Locator(".note.scaled");
        await Expect(note).ToHaveCountAsync(0);
        await world.Administrator.DeleteAsync("/api/v1/tenants/sleeping/switchback");
        await Expect(note).ToContainTextAsync("Standby (blue) is scaled down to no replica since");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "site web" })).ToContainTextAsync("scaled down");
        await Pictures.TakeAsync(page, "scaled-pair");

        var ops = await world.OpenAsync("acme-ops", "/tenants/sleeping");
        await using var ___ = ops.Context;
        await Expect(ops.GetByRole(AriaRole.Region, new() { Name = "Blue, standby" })).ToContainTextAsync("scaled down from 2");
        await Expect(ops.Locator(".between")).ToContainTextAsync("standby is scaled down");
        await Expect(ops.GetByRole(AriaRole.Region, new() { Name = "Recent deployments" })).ToContainTextAsync("scaled to 0");
        await Pictures.TakeAsync(ops, "scaled-home");
        await ops.GetByRole(AriaRole.Region, new() { Name = "Recent deployments" }).GetByRole(AriaRole.Link, new() { Name = "site r1" }).First.ClickAsync();
        await Expect(ops.Locator("p.scaled")).ToContainTextAsync("Scales standby down to no replica");
        await Pictures.TakeAsync(ops, "scaled-deployment");

        await note.GetByRole(AriaRole.Button, new() { Name = "Bring it to its full size…" }).ClickAsync();
        await page.Locator("dialog.act").GetByRole(AriaRole.Button, new() { Name = "Bring standby up" }).ClickAsync();
        await Expect(note).ToHaveCountAsync(0);
        await ops.GotoAsync("/tenants/sleeping");
        await Expect(ops.Locator(".between")).ToContainTextAsync("blue is ready");
    }
}
