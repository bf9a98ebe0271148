using System.Net.Http.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Portal.Tests.Pages;

/// <summary>A stack's page, and the deployments that it asks for.</summary>
[Collection(PagesCollection.Name)]
[Trait("Category", "Lab")]
public sealed class StackPageTests(PagesWorld world)
{
    [Fact]
    public async Task A_developer_deploys_another_tag_to_standby_and_sees_it_live_to_its_end()
    {
        await world.AddStackAsync("acme", "tags");
        await world.DeployAsync("acme", "tags", new { target = "standby" });
        var page = await world.OpenAsync("acme-dev", "/tenants/acme/stacks/tags");
        await using var _ = page.Context;
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Green, standby" })).ToContainTextAsync("healthy");

        await page.GetByRole(AriaRole.Button, new() { Name = "Redeploy…" }).ClickAsync();
        var dialog = page.Locator("dialog.act");
        // A developer may not deploy to live here.
        await Expect(dialog.GetByLabel("To", new() { Exact = true }).Locator("option")).ToHaveCountAsync(1);
        await dialog.GetByLabel("Image of web").FillAsync(world.Image("2"));
        await Expect(dialog.Locator("tr", new() { HasText = "web image" })).ToContainTextAsync("1 → 2");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Deploy tags to standby" }).ClickAsync();

        await page.WaitForURLAsync("**/deployments/*");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Deployment of tags r2 to standby" })).ToBeVisibleAsync();
        await Expect(page.Locator(".steps li", new() { HasText = "web 1" }).First).ToBeVisibleAsync();
        await Expect(page.Locator("h1 + .tag")).ToHaveTextAsync("succeeded");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "What changes" })).ToContainTextAsync("web image");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Cancel" })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task An_earlier_revision_is_deployed_again_with_its_difference_shown_before()
    {
        await world.AddStackAsync("acme", "again");
        await world.DeployAsync("acme", "again", new { target = "standby" });
        await world.DeployAsync("acme", "again", new { target = "standby", images = new { web = world.Image("2") } });
        var page = await world.OpenAsync("acme-ops", "/tenants/acme/stacks/again");
        await using var _ = page.Context;
        await page.GetByRole(AriaRole.Button, new() { Name = "Deploy revision 1…" }).ClickAsync();
        var dialog = page.Locator("dialog.act");
        await Expect(dialog.GetByLabel("To", new() { Exact = true }).Locator("option")).ToHaveCountAsync(3);
        await Expect(dialog.Locator("tr", new() { HasText = "web image" })).ToContainTextAsync("2 → 1");
        await Pictures.TakeAsync(page, "redeploy");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Deploy again to standby" }).ClickAsync();
        await page.WaitForURLAsync("**/deployments/*");
        await Expect(page.Locator("h1 + .tag")).ToHaveTextAsync("succeeded");
        await page.GetByRole(AriaRole.Link, new() { Name = "To the stack" }).ClickAsync();
        await Expect(page.Locator("tr", new() { Has = page.Locator(".tag.runs") })).ToContainTextAsync("r1");
    }

    [Fact]
    public async Task More_replicas_are_asked_for_in_the_dialog_and_run()
    {
        await world.AddStackAsync("acme", "many");
        await world.DeployAsync("acme", "many", new { target = "standby" });
        var page = await world.OpenAsync("acme-dev", "/tenants/acme/stacks/many");
        await using var _ = page.Context;
        await page.GetByRole(AriaRole.Button, new() { Name = "Redeploy…" }).ClickAsync();
        var dialog = page.Locator("dialog.act");

        await dialog.GetByLabel("How many of web").FillAsync("3");
        await Expect(dialog.Locator("tr", new() { HasText = "web replicas" })).ToContainTextAsync("3");
        await Pictures.TakeAsync(page, "redeploy-replicas");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Deploy many to standby" }).ClickAsync();

        await page.WaitForURLAsync("**/deployments/*");
        await Expect(page.Locator("h1 + .tag")).ToHaveTextAsync("succeeded");
        await page.GetByRole(AriaRole.Link, new() { Name = "To the stack" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Green, standby" }).Locator("tr.replica")).ToHaveCountAsync(3);
    }

    [Fact]
    public async Task An_image_that_is_not_there_is_refused_in_the_dialog_and_nothing_begins()
    {
        var page = await world.OpenAsync("acme-dev", "/tenants/acme/stacks/shop");
        await using var _ = page.Context;
        await page.GetByRole(AriaRole.Button, new() { Name = "Redeploy…" }).ClickAsync();
        var dialog = page.Locator("dialog.act");
        await Expect(dialog).ToContainTextAsync("runs this already");
        await dialog.GetByLabel("Image of web").FillAsync(world.Image("no-such-tag"));
        // Told before anybody presses anything.
        await Expect(dialog.Locator(".note")).ToContainTextAsync("no-such-tag");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Deploy shop to standby" }).ClickAsync();
        await Expect(dialog.Locator(".note")).ToContainTextAsync("no-such-tag");
        await page.Keyboard.PressAsync("Escape");
        await Expect(dialog).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task What_a_change_of_the_stack_means_is_shown_before_it_is_deployed_and_healing_can_be_switched_off()
    {
        await world.AddStackAsync("acme", "shown");
        await world.DeployAsync("acme", "shown", new { target = "standby" });
        using (var changed = await world.Administrator.PatchAsJsonAsync("/api/v1/tenants/acme/stacks/shown", new { template = (string?)null, compose = $"services: {{web: {{image: \"{world.Image("1")}\", environment: {{LEVEL: debug}}, volumes: [\"data:/data\"]}}}}\nvolumes: {{data: {{}}}}" }))
        {
            Assert.True(changed.IsSuccessStatusCode, await changed.Content.ReadAsStringAsync());
        }

        var page = await world.OpenAsync("acme-ops", "/tenants/acme/stacks/shown");
        await using var _ = page.Context;
        await page.GetByRole(AriaRole.Button, new() { Name = "Redeploy…" }).ClickAsync();
        var dialog = page.Locator("dialog.act");
        await Expect(dialog.Locator("tr", new() { HasText = "web environment.LEVEL" })).ToContainTextAsync("debug");
        await Expect(dialog.Locator("tr", new() { HasText = "web mounts./data" })).ToBeVisibleAsync();
        await Pictures.TakeAsync(page, "redeploy-difference");
        await page.Keyboard.PressAsync("Escape");
        await Expect(dialog).ToHaveCountAsync(0);

        await page.GetByRole(AriaRole.Button, new() { Name = "Switch healing off…" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Switch healing off" }).ClickAsync();
        await Expect(page.GetByText("Healing is off")).ToBeVisibleAsync();
        await Pictures.TakeAsync(page, "healing-off");
        await page.GetByRole(AriaRole.Button, new() { Name = "Switch healing on…" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Switch healing on" }).ClickAsync();
        await Expect(page.GetByText("Healing is off")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_viewer_looks_and_has_no_button()
    {
        var page = await world.OpenAsync("acme-view", "/tenants/acme/stacks/shop");
        await using var _ = page.Context;
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Blue, live" }).Locator("tr.replica")).ToHaveCountAsync(2);
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "deploy" })).ToHaveCountAsync(0);
    }
}
