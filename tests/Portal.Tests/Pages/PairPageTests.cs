using System.Net;
using System.Net.Http.Json;
using Microsoft.Playwright;
using Portal.Lab.Directories;
using Portal.Tests.Lab;
using static Microsoft.Playwright.Assertions;

namespace Portal.Tests.Pages;

/// <summary>The pair's page: how alike the sides are, and the way to make them so.</summary>
[Collection(PagesCollection.Name)]
[Trait("Category", "Lab")]
public sealed class PairPageTests(PagesWorld world)
{
    [Fact]
    public async Task What_differs_comes_first_and_standby_is_brought_to_what_live_runs()
    {
        await world.AddTenantAsync("fabrikam", "Fabrikam");
        await world.AddTrioAsync("fabrikam", "shop", "1");
        await world.AddStackAsync("fabrikam", "site");
        await world.DeployAsync("fabrikam", "shop", new { target = "both" });
        await world.DeployAsync("fabrikam", "site", new { target = "live" });
        await world.DeployAsync("fabrikam", "shop", new { target = "standby", images = new { web = world.Image("2") }, replicas = new { web = 2 } });
        var page = await world.OpenAsync("acme-ops", "/tenants/fabrikam");
        await using var _ = page.Context;
        await page.GetByRole(AriaRole.Link, new() { Name = "Compare the sides" }).ClickAsync();
        await page.WaitForURLAsync("**/tenants/fabrikam/pair");
        var web = page.GetByRole(AriaRole.Region, new() { Name = "shop web" });
        var differing = web.GetByRole(AriaRole.Table).First;
        await Expect(differing.Locator("tr", new() { HasText = "Replicas wanted" })).ToContainTextAsync("3");
        await Expect(differing.Locator("tr", new() { HasText = "Image" })).ToContainTextAsync("sha256:");
        await Expect(differing).Not.ToContainTextAsync("Health ");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "site web" })).ToContainTextAsync("on live alone");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Clusters" })).ToContainTextAsync("both on lab");
        await Expect(page.Locator(".score")).ToContainTextAsync(" %");
        await Expect(page.Locator(".score")).Not.ToContainTextAsync("100 %");
        await Expect(web.Locator("details")).Not.ToHaveAttributeAsync("open", "");
        await Pictures.TakeAsync(page, "pair");

        // By keyboard alone.
        await web.Locator("summary").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(web.GetByRole(AriaRole.Table)).ToHaveCountAsync(2);
        await page.GetByRole(AriaRole.Button, new() { Name = "Bring standby to live's state" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        var dialog = page.Locator("dialog.act");
        await Expect(dialog).ToContainTextAsync("Live is untouched");
        await Expect(dialog.Locator("li", new() { HasText = "shop" })).ToContainTextAsync("r2");
        await Expect(dialog.Locator("li", new() { HasText = "site" })).ToContainTextAsync("nothing");
        await Pictures.TakeAsync(page, "pair-align");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Deploy to standby" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Asked for" }).GetByRole(AriaRole.Link)).ToHaveCountAsync(2);
        await Expect(page.Locator(".score")).ToContainTextAsync("100 %", new() { Timeout = 90_000 });
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Bring standby to live's state" })).ToHaveCountAsync(0);
        await Pictures.TakeAsync(page, "pair-alike");
    }

    [Fact]
    public async Task Without_a_stack_it_says_that_there_is_nothing_to_compare()
    {
        var page = await world.OpenAsync("globex-dev", "/tenants/globex/pair");
        await using var _ = page.Context;
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Nothing to compare yet" })).ToBeVisibleAsync();
        await Pictures.TakeAsync(page, "pair-empty");
    }

    [Fact]
    public async Task Whoever_may_not_deploy_to_live_is_not_offered_it_and_refused()
    {
        await world.AddTenantAsync("tailspin", "Tailspin");
        await world.AddStackAsync("tailspin", "site");
        await world.DeployAsync("tailspin", "site", new { target = "standby" });
        var page = await world.OpenAsync("acme-dev", "/tenants/tailspin/pair");
        await using var _ = page.Context;
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "site web" })).ToContainTextAsync("on standby alone");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Bring live to standby's state" })).ToHaveCountAsync(0);
        using var developer = new HttpClient { BaseAddress = world.Address };
        developer.DefaultRequestHeaders.Authorization = new("Bearer", await PortalCalls.TokenAsync(developer, "acme-dev", SampleTree.Password("acme-dev")));
        using var refused = await developer.PostAsJsonAsync("/api/v1/tenants/tailspin/parity", new { from = "standby" });
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        using var nothing = await developer.PostAsJsonAsync("/api/v1/tenants/tailspin/parity", new { from = "live" });
        Assert.Equal(HttpStatusCode.OK, nothing.StatusCode);
    }
}
