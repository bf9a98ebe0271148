using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Portal.Tests.Pages;

/// <summary>A deployment's page while it runs, fails and is cancelled.</summary>
[Collection(PagesCollection.Name)]
[Trait("Category", "Lab")]
public sealed class DeploymentPageTests(PagesWorld world)
{
    [Fact]
    public async Task A_container_that_exits_ends_rolled_back_with_its_reason_and_last_words()
    {
        await world.AddStackAsync("acme", "exits");
        await world.DeployAsync("acme", "exits", new { target = "standby" });
        var image = await world.PushAsync("exits", "EXIT_CODE=3");
        var page = await world.OpenAsync("acme-dev", $"/deployments/{await world.RequestAsync("acme", "exits", new { target = "standby", images = new { web = image } })}");
        await using var _ = page.Context;
        await Expect(page.Locator("h1 + .tag")).ToHaveTextAsync("rolled back");
        var note = page.Locator("main .note.bad");
        await Expect(note).ToContainTextAsync("exited with 3");
        await Expect(note).ToContainTextAsync("Standby runs r1, as before. Live is untouched.");
        await Expect(page.Locator(".log")).ToContainTextAsync("Going back to revision 1");
        await Pictures.TakeAsync(page, "deployment-failed");
    }

    [Fact]
    public async Task A_running_deployment_moves_by_itself_and_is_cancelled()
    {
        await world.AddTrioAsync("acme", "store", "1");
        await world.DeployAsync("acme", "store", new { target = "standby" });
        var image = await world.BuildAsync("2.5.0", "START_DELAY_MS=30000");
        var id = await world.RequestAsync("acme", "store", new { target = "standby", images = new { web = image, worker = world.Image("2") } });
        var page = await world.OpenAsync("acme-dev", $"/deployments/{id}");
        await using var _ = page.Context;
        await Expect(page.Locator("h1 + .tag")).ToHaveTextAsync("running");
        await Expect(page.Locator(".steps li", new() { HasText = "web 1: created, started, wait until healthy" })).ToBeVisibleAsync();
        await Expect(page.Locator(".steps li.waiting").First).ToBeVisibleAsync();
        await Expect(page.Locator(".steps li", new() { HasText = "Pull web" })).ToContainTextAsync("MiB");
        await Expect(page.GetByRole(AriaRole.Navigation, new() { Name = "Main" })).ToContainTextAsync("Catalog");
        await Pictures.TakeAsync(page, "deployment");

        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel deployment" }).ClickAsync();
        await Expect(page.Locator("h1 + .tag")).ToHaveTextAsync("cancelled");
        await Expect(page.GetByText("Standby runs r1, as before")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_viewer_watches_and_cannot_cancel()
    {
        var id = (await world.GetAsync("tenants/acme/deployments?stack=shop"))[0].GetProperty("id").GetString()!;
        var page = await world.OpenAsync("acme-view", $"/deployments/{id}");
        await using var _ = page.Context;
        await Expect(page.Locator("h1 + .tag")).ToHaveTextAsync("succeeded");
        await Expect(page.Locator(".steps li").First).ToBeVisibleAsync();
        await Expect(page.Locator(".log .line").First).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Cancel" })).ToHaveCountAsync(0);
    }
}
