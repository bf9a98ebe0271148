using System.Net.Http.Json;
using Microsoft.Playwright;
using Portal.Docker;
using Portal.Tests.Lab;
using static Microsoft.Playwright.Assertions;

namespace Portal.Tests.Pages;

/// <summary>Switches in steps, and what the portal does by itself, as owners and operators meet them.</summary>
[Collection(PagesCollection.Name)]
[Trait("Category", "Lab")]
public sealed class ByItselfPageTests(PagesWorld world)
{
    [Fact]
    public async Task An_operator_goes_in_steps_and_everybody_sees_how_far_it_is()
    {
        await PreparedAsync("steps", "Steps");
        var page = await world.OpenAsync("acme-ops", "/tenants/steps");
        await using var _ = page.Context;
        await page.GetByRole(AriaRole.Button, new() { Name = "In steps" }).ClickAsync();
        var dialog = page.Locator("dialog.act");
        await dialog.GetByLabel("Steps, percent of the clients").FillAsync("5, 1");
        await dialog.GetByLabel("Reason").FillAsync("the sale begins");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Begin" }).ClickAsync();
        await Expect(dialog.Locator(".field .error").First).ToContainTextAsync("each larger than the one before");
        await Pictures.TakeAsync(page, "gradual-dialog");
        await dialog.GetByLabel("Steps, percent of the clients").FillAsync("1, 5, 25 %");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Begin" }).ClickAsync();
        await Expect(page.Locator(".note.run")).ToContainTextAsync("1 % of the clients are on green.");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "In steps" })).ToHaveCountAsync(0);

        var viewer = await world.OpenAsync("acme-owner", "/tenants/steps");
        await using var __ = viewer.Context;
        await Expect(viewer.Locator(".note.run")).ToContainTextAsync("1 % → 5 % → 25 % → all. 5 % in");
        await Pictures.TakeAsync(viewer, "tenant-in-steps");
        await viewer.GetByRole(AriaRole.Button, new() { Name = "All back to blue" }).ClickAsync();
        await Expect(viewer.Locator(".note.run")).ToHaveCountAsync(0);
        await Expect(page.Locator(".note.run")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task An_owner_allows_failover_and_the_tenants_home_tells_when_it_happened()
    {
        await PreparedAsync("itself", "Itself");
        var page = await world.OpenAsync("acme-ops", "/tenants/itself/switching");
        await using var _ = page.Context;
        var panel = page.GetByRole(AriaRole.Region, new() { Name = "By itself" });
        await Expect(panel).ToContainTextAsync("failover off");
        await Expect(panel.GetByRole(AriaRole.Button)).ToHaveCountAsync(0);

        var owner = await world.OpenAsync("acme-owner", "/tenants/itself/switching");
        await using var __ = owner.Context;
        await owner.GetByRole(AriaRole.Region, new() { Name = "By itself" }).GetByRole(AriaRole.Button, new() { Name = "Change" }).ClickAsync();
        var dialog = owner.Locator("dialog.act");
        await dialog.GetByLabel("Fail over to standby").CheckAsync();
        await dialog.GetByLabel("After so many seconds").FillAsync("1");
        await dialog.GetByLabel("Take a switch back").CheckAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(dialog.Locator(".field .error").First).ToContainTextAsync("how many percent may fail");
        await Pictures.TakeAsync(owner, "automation-dialog");
        await dialog.GetByLabel("Most failed requests").FillAsync("2.5");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(panel).ToContainTextAsync("failover on");
        await Expect(panel).ToContainTextAsync("more than 2.5 % of the requests fail");
        await Pictures.TakeAsync(owner, "automation");

        using (var unhealed = await world.Administrator.PatchAsJsonAsync("/api/v1/tenants/itself/stacks/site", new { healing = false }))
        {
            unhealed.EnsureSuccessStatusCode();
        }

        var engine = (await LabFixture.Engine).Client;
        var live = await engine.Containers.ListAsync(new ContainerFilter { Labels = ["portal.tenant.name=itself", "portal.environment=blue"] });
        Assert.NotEmpty(live);
        foreach (var container in live)
        {
            await engine.Containers.KillAsync(container.Id);
        }

        await owner.GotoAsync("/tenants/itself");
        await PagesWorld.LiveAsync(owner);
        await Expect(owner.Locator(".note.warn")).ToContainTextAsync("The portal switched to green by itself", new() { Timeout = 30_000 });
        await Expect(owner.Locator(".note.warn")).ToContainTextAsync("had no healthy replica on blue for");
        await Pictures.TakeAsync(owner, "tenant-failed-over");
    }

    private async Task PreparedAsync(string slug, string name)
    {
        await OwnTenant.OfAsync(world, slug, name, "site");
        await world.DeployAsync(slug, "site", new { target = "both" });
    }
}
