using System.Net;
using Microsoft.Playwright;
using Portal.Tests.Lab;
using static Microsoft.Playwright.Assertions;

namespace Portal.Tests.Pages;

/// <summary>The frame around every page.</summary>
[Collection(PagesCollection.Name)]
[Trait("Category", "Lab")]
public sealed class FrameTests(PagesWorld world)
{
    [Fact]
    public async Task A_developer_sees_the_own_tenant_and_nothing_of_the_platform()
    {
        var page = await world.OpenAsync("acme-dev", "/tenants/acme");
        await using var _ = page.Context;
        var navigation = page.GetByRole(AriaRole.Navigation, new() { Name = "Main" });
        foreach (var part in (string[])["Home", "Stacks", "Catalog", "Webhooks", "Routes", "Members", "Audit"])
        {
            await Expect(navigation.GetByRole(AriaRole.Link, new() { Name = part })).ToBeVisibleAsync();
        }

        await Expect(navigation.GetByRole(AriaRole.Link, new() { Name = "shop", Exact = true })).ToBeVisibleAsync();
        await Expect(navigation.GetByText("Platform")).ToHaveCountAsync(0);
        await Expect(page.GetByText("Globex")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task An_administrator_sees_every_tenant_and_the_platform()
    {
        var page = await world.OpenAsync("admin-anna", "/tenants/acme");
        await using var _ = page.Context;
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Hosts" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Tenant Acme; choose another" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Globex", Exact = true }).ClickAsync();
        await page.WaitForURLAsync("**/tenants/globex");
    }

    [Fact]
    public async Task Another_tenants_address_is_not_found_and_says_so_with_its_status()
    {
        var page = await world.OpenAsync("globex-dev", "/");
        await using var _ = page.Context;
        foreach (var path in (string[])["/tenants/acme", "/tenants/acme/stacks", "/tenants/acme/stacks/shop", $"/deployments/{await AnyDeploymentAsync()}", "/no/such/page"])
        {
            var answer = await page.GotoAsync(path);
            Assert.Equal((path, 404), (path, answer!.Status));
            await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Nothing here" })).ToBeVisibleAsync();
        }
    }

    [Fact]
    public async Task Programs_get_problem_details_for_what_is_not_there()
    {
        using var answer = await world.Administrator.GetAsync("/api/v1/tenants/nobodys");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        using var page = await world.Administrator.GetAsync("/api/v1/no-such-thing");
        Assert.Equal("application/problem+json", page.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task The_finder_goes_to_a_stack_by_a_few_letters()
    {
        var page = await world.OpenAsync("acme-view", "/");
        await using var _ = page.Context;
        await Expect(page.Locator(".find-button")).ToBeVisibleAsync();
        await Expect(page.Locator(".find-dialog[data-listens]")).ToBeAttachedAsync();
        await page.Keyboard.PressAsync("Control+k");
        await Expect(page.Locator("dialog.find-dialog[open]")).ToHaveCountAsync(1);
        await page.Keyboard.TypeAsync("sho");
        await Expect(page.Locator("[role=option][aria-selected=true]")).ToContainTextAsync("stack of Acme");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/tenants/acme/stacks/shop");
    }

    [Fact]
    public async Task Signing_out_ends_at_the_sign_in_page()
    {
        var page = await world.OpenAsync("acme-view", "/");
        await using var _ = page.Context;
        await page.GetByRole(AriaRole.Button, new() { Name = "Account of acme-view" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Expect(page.GetByLabel("Password")).ToBeVisibleAsync();
        await page.GotoAsync("/tenants/acme");
        await Expect(page.GetByLabel("Password")).ToBeVisibleAsync();
    }

    private async Task<string> AnyDeploymentAsync() =>
        (await world.GetAsync("tenants/acme/deployments"))[0].GetProperty("id").GetString()!;
}
