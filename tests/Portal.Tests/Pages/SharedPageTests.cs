using Microsoft.Playwright;
using Portal.Tests.Lab;
using static Microsoft.Playwright.Assertions;

namespace Portal.Tests.Pages;

/// <summary>What both sides of a stack share, and the word for a migration of it, as people see and say it.</summary>
[Collection(PagesCollection.Name)]
[Trait("Category", "Lab")]
public sealed class SharedPageTests(PagesWorld world)
{
    [Fact]
    public async Task A_developer_says_what_is_shared_and_asks_for_a_migration_and_an_operator_vouches_for_it()
    {
        await OwnTenant.OfAsync(world, "sharing", "Sharing", "site");
        await world.DeployAsync("sharing", "site", new { target = "both" });
        var page = await world.OpenAsync("acme-dev", "/tenants/sharing/stacks/site");
        await using var _ = page.Context;
        await page.GetByRole(AriaRole.Button, new() { Name = "Say what both sides share" }).ClickAsync();
        var dialog = page.Locator("dialog.act");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(dialog).ToContainTextAsync("Thing 1: A name of 1 to 60 characters.");
        await dialog.GetByLabel("Name").FillAsync("orders");
        await dialog.GetByLabel("Note").FillAsync("PostgreSQL, outside of the pair");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Add one" }).ClickAsync();
        var second = dialog.GetByRole(AriaRole.Group, new() { Name = "Thing 2" });
        await second.GetByLabel("Kind").SelectOptionAsync("volume");
        await second.GetByLabel("Name").FillAsync("uploads");
        await Pictures.TakeAsync(page, "shared-dialog");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page.Locator("p.shared")).ToContainTextAsync("Both sides share database orders (PostgreSQL, outside of the pair) and volume uploads");
        // What a developer has named, only an operator takes away.
        await page.GetByRole(AriaRole.Button, new() { Name = "Change what both sides share" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Remove thing 2" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(dialog).ToContainTextAsync("Only an operator may say that something is shared no more");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Keep as it is" }).ClickAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Redeploy" }).ClickAsync();
        await dialog.GetByLabel("Image of web").FillAsync(world.Image("2"));
        await dialog.GetByLabel("It is a migration: it changes database orders, volume uploads").CheckAsync();
        await Expect(dialog).ToContainTextAsync("It waits until an operator says");
        await Pictures.TakeAsync(page, "migration-deploy-developer");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Deploy site to standby" }).ClickAsync();
        await page.WaitForURLAsync(url => url.Contains("/deployments/", StringComparison.Ordinal));
        var note = page.Locator(".note.migration");
        await Expect(note).ToContainTextAsync("Waiting for an operator's word");
        await Expect(note.GetByRole(AriaRole.Button)).ToHaveCountAsync(0);

        var ops = await world.OpenAsync("acme-ops", new Uri(page.Url).AbsolutePath);
        await using var __ = ops.Context;
        var asked = ops.Locator(".note.migration");
        await Expect(asked).ToContainTextAsync("Both sides share database orders, volume uploads");
        await Pictures.TakeAsync(ops, "migration-waits");
        await asked.GetByRole(AriaRole.Button, new() { Name = "It is compatible…" }).ClickAsync();
        await ops.Locator("dialog.act").GetByLabel("Why the former version goes on working").FillAsync("it only adds a column with a default");
        await Pictures.TakeAsync(ops, "migration-word");
        await ops.Locator("dialog.act").GetByRole(AriaRole.Button, new() { Name = "It is compatible, go on" }).ClickAsync();
        await Expect(page.Locator("p.migration")).ToContainTextAsync("acme-ops said");
        await Expect(page.Locator("p.migration")).ToContainTextAsync("it only adds a column with a default");
        await Expect(page.Locator(".row").First).ToContainTextAsync("succeeded");
        await Pictures.TakeAsync(ops, "migration-given");

        await ops.GotoAsync("/tenants/sharing/pair");
        await Expect(ops.Locator("p.shared")).ToContainTextAsync("what one of them does to it, the other meets");
        await Pictures.TakeAsync(ops, "shared-pair");

        // An operator says it in the same act.
        await ops.GotoAsync("/tenants/sharing/stacks/site");
        await PagesWorld.LiveAsync(ops);
        await Pictures.TakeAsync(ops, "shared-stack");
        await ops.GetByRole(AriaRole.Button, new() { Name = "Redeploy" }).ClickAsync();
        var deploy = ops.Locator("dialog.act");
        await deploy.GetByLabel("Replace containers even where nothing differs").CheckAsync();
        await deploy.GetByLabel("It is a migration").CheckAsync();
        await deploy.GetByLabel("Backward compatible, because").FillAsync("nothing is taken away");
        await Pictures.TakeAsync(ops, "migration-deploy-operator");
        await deploy.GetByRole(AriaRole.Button, new() { Name = "Deploy site to standby" }).ClickAsync();
        await Expect(ops.Locator("p.migration")).ToContainTextAsync("nothing is taken away");
        await Expect(ops.Locator(".row").First).ToContainTextAsync("succeeded");
    }
}
