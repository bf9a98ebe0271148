using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Portal.Lab.Directories;
using Portal.Tests.Lab;
using static Microsoft.Playwright.Assertions;

namespace Portal.Tests.Pages;

/// <summary>A stack outside the pair as people meet it: chosen when it is made, and told apart wherever stacks are shown.</summary>
[Collection(PagesCollection.Name)]
[Trait("Category", "Lab")]
public sealed partial class OutsidePageTests(PagesWorld world)
{
    [Fact]
    public async Task It_is_chosen_when_the_stack_is_made_and_every_page_tells_it_apart()
    {
        await world.AddTenantAsync("litware", "Litware");
        await world.AddStackAsync("litware", "shop");
        await world.DeployAsync("litware", "shop", new { target = "both" });
        var page = await world.OpenAsync("acme-ops", "/tenants/litware/compose");
        await using var _ = page.Context;
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Compose text" }).FillAsync($"services:\n  queue:\n    image: {world.Image("1")}\n    expose: [\"8080\"]\n");
        await page.GetByLabel("Stack name").FillAsync("store");
        await page.GetByRole(AriaRole.Radio, new() { Name = "Once, outside the pair" }).CheckAsync();
        await Expect(page.GetByRole(AriaRole.Group, new() { Name = "Deploy to" }).GetByRole(AriaRole.Radio)).ToHaveCountAsync(2);
        await Pictures.TakeAsync(page, "outside-form");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create and deploy", Exact = true }).ClickAsync();

        await page.WaitForURLAsync(Deployment());
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Deployment of store r1, outside the pair");
        await Expect(page.Locator(".row .tag").First).ToContainTextAsync("succeeded", new() { Timeout = 60_000 });
        await Pictures.TakeAsync(page, "outside-deployment");

        await page.GotoAsync("/tenants/litware/stacks");
        await PagesWorld.LiveAsync(page);
        var row = page.Locator("tr", new() { HasText = "store" });
        await Expect(row).ToContainTextAsync("outside the pair");
        await Expect(row).ToContainTextAsync("healthy");
        await Pictures.TakeAsync(page, "outside-stacks");

        await row.GetByRole(AriaRole.Link, new() { Name = "store" }).ClickAsync();
        await Expect(page.GetByText("no switch moves it, and what is deployed to it is live at once")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "What runs" })).ToContainTextAsync("queue 1");
        await Expect(page.GetByText("Deployments to standby")).ToHaveCountAsync(0);
        await Pictures.TakeAsync(page, "outside-stack");
        await page.GetByRole(AriaRole.Button, new() { Name = "Redeploy…" }).ClickAsync();
        var dialog = page.Locator("dialog.act");
        await Expect(dialog).ToContainTextAsync("Both sides, and so visitors, meet at once what is deployed");
        await Expect(dialog.GetByLabel("To", new() { Exact = true })).ToHaveCountAsync(0);
        await Expect(dialog).ToContainTextAsync("store runs this already");
        await Pictures.TakeAsync(page, "outside-redeploy");

        foreach (var (path, shot) in new[] { ("/tenants/litware", "outside-home"), ("/tenants/litware/pair", "outside-pair") })
        {
            await page.GotoAsync(path);
            await PagesWorld.LiveAsync(page);
            var apart = page.GetByRole(AriaRole.Region, new() { Name = "Outside the pair" });
            await Expect(apart).ToContainTextAsync("no switch moves it");
            await Expect(apart.Locator("tr", new() { HasText = "queue" })).ToContainTextAsync("healthy");
            await Pictures.TakeAsync(page, shot);
        }

        await Expect(page.Locator(".score")).ToBeVisibleAsync();
        await Expect(page.Locator("main .panel", new() { HasText = "store" })).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task A_template_with_a_route_says_why_it_cannot_be_outside_the_pair()
    {
        var page = await world.OpenAsync("acme-ops", "/tenants/acme/catalog/sample-web");
        await using var _ = page.Context;
        await page.GetByLabel("Stack name").FillAsync("beside");
        await page.GetByLabel("Image", new() { Exact = true }).FillAsync(world.Image("1"));
        await page.GetByLabel("Host name").FillAsync("beside.acme.localhost");
        await page.GetByRole(AriaRole.Radio, new() { Name = "Once, outside the pair" }).CheckAsync();
        await page.EvaluateAsync("scrollTo(0, 0)");
        await Pictures.TakeAsync(page, "outside-template");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create and deploy", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("routes belong to the pair and follow its switch");
    }

    [Fact]
    public async Task Who_may_not_deploy_to_live_may_not_touch_what_is_outside_the_pair()
    {
        await world.AddTenantAsync("proseware", "Proseware");
        await world.AddStackAsync("proseware", "shop");
        await world.DeployAsync("proseware", "shop", new { target = "both" });
        // Blue, where it is kept, is standby then.
        await world.SwitchAsync("proseware", "a test");
        var slow = await world.PushAsync("never-well", "UNHEALTHY=true");
        await world.PostAsync("tenants/proseware/stacks", new { name = "store", outside = true, compose = $"services:\n  queue:\n    image: {slow}\n    expose: [\"8080\"]\n    labels: {{portal.health: 'http:8080/health', portal.health.interval: 1s, portal.health.start_period: 120s}}\n" });
        var running = await world.RequestAsync("proseware", "store", new { });
        var another = new { name = "other", outside = true, compose = $"services:\n  other:\n    image: {world.Image("1")}\n" };
        using var developer = await ClientAsync("acme-dev");
        using var stranger = await ClientAsync("globex-dev");

        foreach (var (client, expected) in new[] { (developer, HttpStatusCode.Forbidden), (stranger, HttpStatusCode.NotFound) })
        {
            foreach (var (path, body) in new (string, object)[]
            {
                ("tenants/proseware/stacks", another),
                ("tenants/proseware/stacks/store/deployments", new { target = "standby" }),
                ("tenants/proseware/stacks/store/deployments", new { target = "green" }),
                ($"deployments/{running}/cancel", new { }),
                ("tenants/proseware/webhooks", new { name = "ci", stack = "store", target = "live" }),
            })
            {
                using var refused = await client.PostAsJsonAsync($"/api/v1/{path}", body);
                Assert.True(refused.StatusCode == expected, $"{path}: {refused.StatusCode} {await refused.Content.ReadAsStringAsync()}");
            }
        }

        var page = await world.OpenAsync("acme-dev", "/tenants/proseware/stacks/store");
        await using var _ = page.Context;
        await Expect(page.GetByRole(AriaRole.Button, new() { NameRegex = DeployButton() })).ToHaveCountAsync(0);
        await page.GotoAsync("/tenants/proseware/compose");
        await PagesWorld.LiveAsync(page);
        await Expect(page.GetByRole(AriaRole.Radio, new() { Name = "Standby" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Radio, new() { Name = "Once, outside the pair" })).ToHaveCountAsync(0);

        await world.PostAsync($"deployments/{running}/cancel", new { });
        Assert.Equal("cancelled", (await world.GetAsync($"deployments/{running}?wait=60")).GetProperty("state").GetString());
    }

    private async Task<HttpClient> ClientAsync(string login)
    {
        var client = new HttpClient { BaseAddress = world.Address };
        client.DefaultRequestHeaders.Authorization = new("Bearer", await PortalCalls.TokenAsync(client, login, SampleTree.Password(login)));
        return client;
    }

    [GeneratedRegex("/deployments/[0-9a-f-]{36}$")]
    private static partial Regex Deployment();

    [GeneratedRegex("eploy…$")]
    private static partial Regex DeployButton();
}
