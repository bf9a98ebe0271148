using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Portal.Tests.Pages;

[Collection(PagesCollection.Name)]
[Trait("Category", "Lab")]
public sealed partial class CatalogPageTests(PagesWorld world)
{
    [Fact]
    public async Task A_template_is_found_by_its_words_and_by_its_category()
    {
        var page = await world.OpenAsync("acme-dev", "/tenants/acme/catalog");
        await using var _ = page.Context;
        var cards = page.Locator(".cards > a");
        var all = await cards.CountAsync();
        Assert.True(all >= 5, $"{all} cards");
        await Pictures.TakeAsync(page, "catalog");

        await page.GetByRole(AriaRole.Searchbox, new() { Name = "Find a template" }).FillAsync("prometheus");
        await Expect(cards).ToHaveCountAsync(1);
        await Expect(cards.First).ToContainTextAsync("Monitoring");
        await page.GetByRole(AriaRole.Searchbox, new() { Name = "Find a template" }).FillAsync("no such thing");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show all" }).ClickAsync();
        await Expect(cards).ToHaveCountAsync(all);
        await page.GetByRole(AriaRole.Group, new() { Name = "Category" }).GetByRole(AriaRole.Button).Nth(1).ClickAsync();
        await Expect(cards).Not.ToHaveCountAsync(all);
        await cards.First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_developer_answers_the_questions_and_sees_the_first_deployment()
    {
        var page = await world.OpenAsync("acme-dev", $"/tenants/{await OwnAsync()}/catalog/sample-web");
        await using var _ = page.Context;
        await ReadyAsync(page);
        await page.GetByLabel("Stack name").FillAsync("from-form");
        await page.GetByLabel("Image", new() { Exact = true }).FillAsync(world.Image("1"));
        await page.GetByLabel("Replicas").FillAsync("50");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create and deploy to standby" }).ClickAsync();
        await Expect(page.GetByText("Replicas must be at most 10.")).ToBeVisibleAsync();
        await Expect(page.GetByText("Host name must be answered.")).ToBeVisibleAsync();
        await Expect(page.GetByLabel("Host name")).ToBeFocusedAsync();

        await page.GetByLabel("Host name").FillAsync("from-form.bakery.localhost");
        await page.GetByLabel("Replicas").FillAsync("1");
        await page.GetByText("Advanced").ClickAsync();
        await page.EvaluateAsync("scrollTo(0, 0)");
        await Pictures.TakeAsync(page, "template-form");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create and deploy to standby" }).ClickAsync();

        await page.WaitForURLAsync(Deployment());
        var id = Deployment().Match(page.Url).Groups[1].Value;
        var ended = await world.GetAsync($"deployments/{id}?wait=120");
        Assert.Equal(("succeeded", "from-form", "page", "acme-dev"), (ended.GetProperty("state").GetString(), ended.GetProperty("stack").GetString(), ended.GetProperty("trigger").GetString(), ended.GetProperty("actor").GetString()));
    }

    [Fact]
    public async Task A_stack_whose_image_is_missing_is_made_and_says_why_it_does_not_run()
    {
        var page = await world.OpenAsync("acme-dev", $"/tenants/{await OwnAsync()}/catalog/sample-web");
        await using var _ = page.Context;
        await ReadyAsync(page);
        await page.GetByLabel("Stack name").FillAsync("no-image");
        await page.GetByLabel("Image", new() { Exact = true }).FillAsync(world.Image("never-pushed"));
        await page.GetByLabel("Host name").FillAsync("no-image.bakery.localhost");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create and deploy to standby" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("was made, but could not be deployed");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("never-pushed");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Deploy again" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_taken_name_and_a_taken_route_are_said_where_they_were_typed()
    {
        var page = await world.OpenAsync("acme-dev", "/tenants/acme/catalog/sample-web");
        await using var _ = page.Context;
        await ReadyAsync(page);
        await page.GetByLabel("Stack name").FillAsync("shop");
        await page.GetByLabel("Host name").FillAsync("shop.acme.localhost");
        await page.GetByLabel("Nowhere yet").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Create stack" }).ClickAsync();
        await Expect(page.Locator("#stack-name-error")).ToContainTextAsync("has a stack shop already");
        await page.GetByLabel("Stack name").FillAsync("shop-two");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create stack" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert).First).ToContainTextAsync("shop.acme.localhost/ leads to another stack already");
    }

    [Fact]
    public async Task Compose_text_is_judged_by_line_before_it_runs()
    {
        var page = await world.OpenAsync("acme-dev", $"/tenants/{await OwnAsync()}/compose");
        await using var _ = page.Context;
        var text = page.GetByRole(AriaRole.Textbox, new() { Name = "Compose text" });
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "From Compose text" })).ToBeVisibleAsync();
        await InteractiveAsync(page);
        await text.FillAsync("services:\n  web:\n    image: ${IMAGE}\n    colour: red\n");
        await text.BlurAsync();
        var findings = page.GetByRole(AriaRole.List, new() { Name = "Findings" });
        await Expect(findings).ToContainTextAsync("IMAGE has neither a value nor a default");
        await Expect(findings).ToContainTextAsync("unknown key 'colour'");
        await text.FillAsync("services:\n  web:\n    image: registry.example.com/acme/web:1\n    privileged: true\n    volumes:\n      - /etc:/host-etc\n");
        await text.BlurAsync();
        await Expect(findings).ToContainTextAsync("services.web.privileged");
        await Expect(findings.GetByRole(AriaRole.Button, new() { Name = "Line 4" })).ToBeVisibleAsync();
        await Expect(findings.GetByRole(AriaRole.Button, new() { Name = "Line 6" })).ToBeVisibleAsync();
        await Pictures.TakeAsync(page, "compose-findings");
        await findings.GetByRole(AriaRole.Button, new() { Name = "Line 4" }).ClickAsync();
        await Lab.Eventually.EqualsAsync("    privileged: true", () => text.EvaluateAsync<string>("box => box.value.substring(box.selectionStart, box.selectionEnd)"));

        await text.FillAsync("services:\n  web:\n    image: ${IMAGE}\n");
        await text.BlurAsync();
        await page.GetByLabel("IMAGE").FillAsync(world.Image("1"));
        await page.GetByLabel("IMAGE").BlurAsync();
        await Expect(page.GetByText("1 service, can run")).ToBeVisibleAsync();
        await page.GetByLabel("Stack name").FillAsync("by-hand");
        await page.GetByLabel("Nowhere yet").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Create stack" }).ClickAsync();
        await page.WaitForURLAsync("**/tenants/bakery/stacks/by-hand");
    }

    [Fact]
    public async Task A_long_Compose_file_can_be_pasted()
    {
        var page = await world.OpenAsync("acme-dev", "/tenants/acme/compose");
        await using var _ = page.Context;
        await InteractiveAsync(page);
        var long_ = "services:\n" + string.Concat(Enumerable.Range(0, 400).Select(i => $"  web{i}:\n    image: registry.example.com/acme/web:{i} # {new string('x', 400)}\n"));
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Compose text" }).FillAsync(long_);
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Compose text" }).BlurAsync();
        await Expect(page.GetByText("400 services, can run")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_viewer_looks_and_cannot_make()
    {
        var page = await world.OpenAsync("acme-view", "/tenants/acme/catalog/sample-web");
        await using var _ = page.Context;
        await Expect(page.GetByText("Only to look at")).ToBeVisibleAsync();
        await Expect(page.GetByLabel("Stack name")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task An_unknown_template_is_not_found()
    {
        var page = await world.OpenAsync("acme-dev", "/tenants/acme/catalog");
        await using var _ = page.Context;
        var answer = await page.GotoAsync("/tenants/acme/catalog/nobodys");
        Assert.Equal(404, answer!.Status);
    }

    private Task<string> OwnAsync() => OwnTenant.OfAsync(world, "bakery", "Bakery");

    private static async Task ReadyAsync(IPage page)
    {
        await Expect(page.GetByLabel("Stack name")).ToHaveValueAsync("sample-web");
        await InteractiveAsync(page);
    }

    private static Task InteractiveAsync(IPage page) => Interactive.WaitAsync(page);

    [GeneratedRegex("/deployments/([0-9a-f-]{36})$")]
    private static partial Regex Deployment();
}
