using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using Portal.Lab;
using Portal.Tests.Lab;
using static Microsoft.Playwright.Assertions;

namespace Portal.Tests.Pages;

[Collection(PagesCollection.Name)]
[Trait("Category", "Lab")]
public sealed class WebhookPageTests(PagesWorld world)
{
    [Fact]
    public async Task The_secret_is_shown_once_and_the_example_deploys_when_pasted_into_a_shell()
    {
        var name = Name();
        await OwnAsync();
        var page = await world.OpenAsync("acme-dev", "/tenants/mill/webhooks");
        await using var _ = page.Context;
        await Interactive.WaitAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "New webhook" }).First.ClickAsync();
        var dialog = page.Locator("dialog.act");
        await Expect(dialog.GetByLabel("Target").GetByRole(AriaRole.Option)).ToHaveTextAsync(["standby"]);
        await dialog.GetByLabel("Name").FillAsync(name);
        await dialog.GetByLabel("Stack").SelectOptionAsync("flour");
        await dialog.GetByLabel("Tags").FillAsync("no tag / at all");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Make webhook" }).ClickAsync();
        await Expect(dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("where * stands for any letters");
        await dialog.GetByLabel("Tags").FillAsync("?");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Make webhook" }).ClickAsync();

        var once = page.GetByRole(AriaRole.Status, new() { Name = $"Secret of {name}" });
        await Expect(once).ToContainTextAsync("It is shown this once");
        var script = await once.Locator("pre").InnerTextAsync();
        var output = await Shell.RunAsync("bash", ["-c", script]);
        var answer = JsonDocument.Parse(output).RootElement;
        Assert.Equal(("succeeded", "green"), (answer.GetProperty("result").GetString(), answer.GetProperty("environment").GetString()));

        await once.GetByRole(AriaRole.Button, new() { Name = "I have stored it" }).ClickAsync();
        await Expect(once).ToHaveCountAsync(0);
        await Pictures.TakeAsync(page, "webhooks");
        await page.ReloadAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = name }).First).ToBeVisibleAsync();
        await Expect(page.GetByText("It is shown this once")).ToHaveCountAsync(0);
        Assert.DoesNotContain(answer.GetProperty("deliveryId").GetString()!, script, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_delivery_appears_by_itself_with_what_was_checked_and_what_came_of_it()
    {
        var (id, secret) = await HookAsync();
        var page = await world.OpenAsync("acme-dev", $"/tenants/mill/webhooks/{id}");
        await using var _ = page.Context;
        await Interactive.WaitAsync(page);
        await Expect(page.GetByText("Not called yet")).ToBeVisibleAsync();

        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(id, "wrong", new { image = Repository, tag = "2" }));
        var rows = page.Locator("table.deliveries > tbody > tr");
        await Expect(rows.First).ToContainTextAsync("refused");
        Assert.Equal(HttpStatusCode.OK, await CallAsync(id, secret, new { image = "registry.example.com/somebody/else", tag = "2" }));
        await Expect(rows.First).ToContainTextAsync("No service of the stack runs");
        Assert.Equal(HttpStatusCode.OK, await CallAsync(id, secret, new { image = Repository, tag = "2", commit = "abc123" }, "?wait=120"));
        await Expect(rows.First).ToContainTextAsync("accepted");
        await Expect(rows.First.GetByRole(AriaRole.Link, new() { Name = "succeeded" })).ToBeVisibleAsync();

        await rows.First.GetByRole(AriaRole.Button).ClickAsync();
        var details = page.Locator("tr.details");
        await Expect(details).ToContainTextAsync("The bearer token is right.");
        await Expect(details).ToContainTextAsync("as the registry answers now");
        await Expect(details).ToContainTextAsync("abc123");
        await Expect(details).Not.ToContainTextAsync(secret);
        await Pictures.TakeAsync(page, "deliveries");
        await rows.First.GetByRole(AriaRole.Link, new() { Name = "succeeded" }).ClickAsync();
        await page.WaitForURLAsync("**/deployments/*");
    }

    [Fact]
    public async Task A_new_secret_ends_the_old_one_and_disabling_ends_both()
    {
        var (id, old) = await HookAsync();
        var page = await world.OpenAsync("acme-dev", $"/tenants/mill/webhooks/{id}");
        await using var _ = page.Context;
        await Interactive.WaitAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "New secret" }).ClickAsync();
        await page.Locator("dialog.act").GetByRole(AriaRole.Button, new() { Name = "Make new secret" }).ClickAsync();
        var secret = (await page.Locator(".once dd.secret .copy > span").First.InnerTextAsync()).Trim();
        var elsewhere = new { image = "registry.example.com/somebody/else", tag = "2" };
        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(id, old, elsewhere));
        Assert.Equal(HttpStatusCode.OK, await CallAsync(id, secret, elsewhere));

        await page.GetByRole(AriaRole.Button, new() { Name = "Disable" }).ClickAsync();
        await page.Locator("dialog.act").GetByRole(AriaRole.Button, new() { Name = "Disable webhook" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Enable" })).ToBeVisibleAsync();
        Assert.Equal(HttpStatusCode.NotFound, await CallAsync(id, secret, elsewhere));
        await page.GetByRole(AriaRole.Button, new() { Name = "Enable" }).ClickAsync();
        await page.Locator("dialog.act").GetByRole(AriaRole.Button, new() { Name = "Enable webhook" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Disable" })).ToBeVisibleAsync();
        Assert.Equal(HttpStatusCode.OK, await CallAsync(id, secret, elsewhere));
    }

    [Fact]
    public async Task A_webhook_that_reaches_live_is_not_a_developers_to_touch()
    {
        var (id, _) = await HookAsync("live");
        var developer = await world.OpenAsync("acme-dev", $"/tenants/mill/webhooks/{id}");
        await using var _1 = developer.Context;
        await Expect(developer.GetByRole(AriaRole.Button, new() { Name = "Disable" })).ToBeVisibleAsync();
        await Expect(developer.GetByRole(AriaRole.Button, new() { Name = "New secret" })).ToHaveCountAsync(0);
        var viewer = await world.OpenAsync("acme-view", $"/tenants/mill/webhooks/{id}");
        await using var _2 = viewer.Context;
        await Expect(viewer.GetByText("Not called yet")).ToBeVisibleAsync();
        await Expect(viewer.GetByRole(AriaRole.Button, new() { Name = "Disable" })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_webhook_that_switches_is_made_and_renewed_by_somebody_who_may_switch()
    {
        await OwnAsync();
        var name = Name();
        var page = await world.OpenAsync("acme-ops", "/tenants/mill/webhooks");
        await using var _1 = page.Context;
        await Interactive.WaitAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "New webhook" }).First.ClickAsync();
        var dialog = page.Locator("dialog.act");
        await dialog.GetByLabel("Name").FillAsync(name);
        await dialog.GetByLabel("Target").SelectOptionAsync("Live");
        await Expect(dialog.GetByLabel("Then switch")).ToHaveCountAsync(0);
        await dialog.GetByLabel("Target").SelectOptionAsync("Standby");
        await dialog.GetByLabel("Then switch").CheckAsync();
        await Pictures.TakeAsync(page, "webhook-then");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Make webhook" }).ClickAsync();
        await Expect(page.Locator("tr", new() { HasText = name }).First).ToContainTextAsync("standby, then switch");
        var made = (await world.GetAsync("tenants/mill/webhooks")).EnumerateArray().Single(hook => hook.GetProperty("name").GetString() == name);
        Assert.Equal("switch", made.GetProperty("then").GetString());

        var developer = await world.OpenAsync("acme-dev", $"/tenants/mill/webhooks/{made.GetProperty("id").GetString()}");
        await using var _2 = developer.Context;
        await Expect(developer.GetByText("then switches the tenant there")).ToBeVisibleAsync();
        await Expect(developer.GetByRole(AriaRole.Button, new() { Name = "New secret" })).ToHaveCountAsync(0);
        using var program = new HttpClient { BaseAddress = world.Address };
        program.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await PortalCalls.TokenAsync(program, "acme-dev", Portal.Lab.Directories.SampleTree.Password("acme-dev")));
        using var refused = await program.PostAsJsonAsync("/api/v1/tenants/mill/webhooks", new { name = Name(), stack = "flour", then = "switch" });
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
    }

    [Fact]
    public async Task A_tag_that_the_webhook_is_not_for_is_ignored_and_an_unknown_service_refused()
    {
        await OwnAsync();
        var made = await world.PostAsync("tenants/mill/webhooks", new { name = Name(), stack = "flour", services = new[] { "web" }, tags = "2.*" });
        var (id, secret) = (made.GetProperty("id").GetString()!, made.GetProperty("secret").GetString()!);
        Assert.Equal(HttpStatusCode.OK, await CallAsync(id, secret, new { image = Repository, tag = "1" }));
        var delivery = (await world.GetAsync($"tenants/mill/webhooks/{id}/deliveries"))[0];
        Assert.Equal(("ignored", "This webhook acts on tags like 2.*; 1 is none."), (delivery.GetProperty("decision").GetString(), delivery.GetProperty("reason").GetString()));
        using var refused = await world.Administrator.PostAsJsonAsync("/api/v1/tenants/mill/webhooks", new { name = Name(), stack = "flour", services = new[] { "nobody" } });
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("nobody", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_tenants_webhook_is_not_found()
    {
        var (id, _) = await HookAsync();
        var page = await world.OpenAsync("globex-dev", "/tenants/globex/webhooks");
        await using var _1 = page.Context;
        await Expect(page.GetByText("A webhook deploys a stack, and there is none yet.")).ToBeVisibleAsync();
        foreach (var path in (string[])[$"/tenants/mill/webhooks/{id}", $"/tenants/globex/webhooks/{id}", "/tenants/mill/webhooks"])
        {
            Assert.Equal((path, 404), (path, (await page.GotoAsync(path))!.Status));
        }
    }

    private string Repository => world.Image("1")[..world.Image("1").LastIndexOf(':')];

    private static string Name() => $"ci-{Guid.NewGuid():N}"[..10];

    private Task<string> OwnAsync() => OwnTenant.OfAsync(world, "mill", "Mill", "flour");

    private async Task<(string Id, string Secret)> HookAsync(string target = "standby")
    {
        await OwnAsync();
        var made = await world.PostAsync("tenants/mill/webhooks", new { name = Name(), stack = "flour", target });
        return (made.GetProperty("id").GetString()!, made.GetProperty("secret").GetString()!);
    }

    private async Task<HttpStatusCode> CallAsync(string id, string secret, object body, string query = "")
    {
        using var client = new HttpClient { BaseAddress = world.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        using var answer = await client.PostAsJsonAsync($"/hooks/{id}{query}", body);
        return answer.StatusCode;
    }
}
