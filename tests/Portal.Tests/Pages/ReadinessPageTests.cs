using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Portal.Tests.Pages;

/// <summary>What a stack lacks, on its page; and the rules that an owner makes of it.</summary>
[Collection(PagesCollection.Name)]
[Trait("Category", "Lab")]
public sealed class ReadinessPageTests(PagesWorld world)
{
    private const string Tenant = "careful";

    [Fact]
    public async Task An_owner_makes_a_rule_block_live_and_the_dialog_refuses_by_its_name()
    {
        await OwnTenant.OfAsync(world, Tenant, "Careful");
        await world.AddTrioAsync(Tenant, "plain", "1");
        var page = await world.OpenAsync("acme-owner", $"/tenants/{Tenant}/stacks/plain");
        await using var _ = page.Context;
        var panel = page.GetByRole(AriaRole.Region, new() { Name = "Before it goes live" });
        await Expect(panel).ToContainTextAsync("Runs as root");
        await panel.Locator("summary", new() { HasText = "No memory limit" }).ClickAsync();
        await Expect(panel).ToContainTextAsync("memory: 256M");
        await Pictures.TakeAsync(page, "readiness-panel");

        await panel.GetByRole(AriaRole.Link, new() { Name = "Rules" }).ClickAsync();
        await page.GetByLabel("no memory limit keeps from live").CheckAsync();
        await Pictures.TakeAsync(page, "readiness-rules");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save…" }).ClickAsync();
        await page.Locator("dialog.act").GetByRole(AriaRole.Button, new() { Name = "Save rules" }).ClickAsync();
        await Expect(page.Locator("dialog.act")).ToHaveCountAsync(0);

        await page.GotoAsync($"/tenants/{Tenant}/stacks/plain");
        await PagesWorld.LiveAsync(page);
        await Expect(panel.Locator(".head")).ToContainTextAsync("kept from live");
        await page.Locator(".row").GetByRole(AriaRole.Button, new() { Name = "Deploy…" }).ClickAsync();
        var dialog = page.Locator("dialog.act");
        await dialog.GetByLabel("To", new() { Exact = true }).SelectOptionAsync("Live");
        await Expect(dialog.Locator(".note.warn")).ToContainTextAsync("memory-limit: web");
        await Pictures.TakeAsync(page, "readiness-dialog");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Deploy plain to live" }).ClickAsync();
        await Expect(dialog.Locator(".note.bad")).ToContainTextAsync("memory-limit");
        Assert.Equal(0, (await world.GetAsync($"tenants/{Tenant}/deployments?stack=plain")).GetArrayLength());
    }

    [Fact]
    public async Task A_developer_reads_the_rules_and_changes_none()
    {
        var page = await world.OpenAsync("acme-dev", "/tenants/acme/readiness");
        await using var _ = page.Context;
        await Expect(page.GetByRole(AriaRole.Row)).ToHaveCountAsync(9);
        await Expect(page.GetByRole(AriaRole.Checkbox)).ToHaveCountAsync(0);
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Save…" })).ToHaveCountAsync(0);
    }
}
