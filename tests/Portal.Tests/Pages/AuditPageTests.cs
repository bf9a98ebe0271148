using System.Net;
using Microsoft.Playwright;
using Portal.Lab.Directories;
using static Microsoft.Playwright.Assertions;

namespace Portal.Tests.Pages;

[Collection(PagesCollection.Name)]
[Trait("Category", "Lab")]
public sealed class AuditPageTests(PagesWorld world)
{
    [Fact]
    public async Task What_somebody_else_does_appears_by_itself_with_before_and_after()
    {
        var page = await world.OpenAsync("acme-view", "/tenants/acme/audit");
        await using var _ = page.Context;
        await Interactive.WaitAsync(page);
        var rows = page.Locator("table.list > tbody > tr");
        await Expect(rows.First).ToBeVisibleAsync();
        await Pictures.TakeAsync(page, "audit");
        var name = $"ci-{Guid.NewGuid():N}"[..10];
        await world.PostAsync("tenants/acme/webhooks", new { name, stack = "shop", target = "live" });
        var row = page.Locator("table.list > tbody > tr", new() { HasText = name });
        await Expect(row).ToContainTextAsync("webhook.created");
        await row.GetByRole(AriaRole.Button).ClickAsync();
        var details = page.Locator("tr.details");
        await Expect(details).ToContainTextAsync("target");
        await Expect(details).ToContainTextAsync("live");
    }

    [Fact]
    public async Task Filters_stand_in_the_address_and_in_the_export()
    {
        var page = await world.OpenAsync("acme-view", "/tenants/acme/audit");
        await using var _ = page.Context;
        await Interactive.WaitAsync(page);
        await page.Locator("[name=action]").FillAsync("deployment");
        await page.Locator("[name=result]").SelectOptionAsync("ok");
        await page.Locator("[name=actor]").FillAsync("admin");
        await page.GetByRole(AriaRole.Button, new() { Name = "Filter" }).ClickAsync();
        await page.WaitForURLAsync(url => url.Contains("action=deployment", StringComparison.Ordinal) && url.Contains("actor=admin", StringComparison.Ordinal));
        await Expect(page.Locator("table.list > tbody > tr").Filter(new() { HasText = "deployment.requested" }).First).ToBeVisibleAsync();
        await Expect(page.Locator("table.list > tbody > tr").Filter(new() { HasText = "stack.created" })).ToHaveCountAsync(0);

        var csv = await DownloadAsync(page, "CSV");
        Assert.StartsWith("at,actor,", csv, StringComparison.Ordinal);
        Assert.All(csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Skip(1), line => Assert.Contains(",admin,person,", line, StringComparison.Ordinal));
        Assert.Contains("deployment.requested", csv, StringComparison.Ordinal);
        Assert.DoesNotContain("stack.created", csv, StringComparison.Ordinal);
        var lines = await DownloadAsync(page, "JSON Lines");
        Assert.Equal(csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length - 1, lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);

        await page.Locator("[name=action]").FillAsync("nothing.such");
        await page.GetByRole(AriaRole.Button, new() { Name = "Filter" }).ClickAsync();
        await Expect(page.GetByText("Nothing fits")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Clear filters" }).ClickAsync();
        await Expect(page.Locator("table.list > tbody > tr").First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Many_lines_come_in_pages_and_none_twice()
    {
        for (var i = 0; i < 30; i++)
        {
            await world.PostAsync("tenants/globex/members", new { group = $"cn=page-{i},ou=groups,dc=portal,dc=test", role = "viewer" });
        }

        var members = await world.GetAsync("tenants/globex/members");
        foreach (var member in members.EnumerateArray().Where(member => member.GetProperty("group").GetString()!.StartsWith("cn=page-", StringComparison.Ordinal)))
        {
            using var removed = await world.Administrator.DeleteAsync($"/api/v1/tenants/globex/members/{member.GetProperty("id").GetString()}");
            Assert.True(removed.IsSuccessStatusCode);
        }

        var page = await world.OpenAsync("globex-dev", "/tenants/globex/audit?text=cn%3Dpage-");
        await using var _ = page.Context;
        var rows = page.Locator("table.list > tbody > tr");
        await Expect(rows).ToHaveCountAsync(50);
        var first = await rows.AllInnerTextsAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Older" }).ClickAsync();
        await Expect(rows).ToHaveCountAsync(10);
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Older" })).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Link, new() { Name = "Newest" }).ClickAsync();
        await Expect(rows).ToHaveCountAsync(50);
        Assert.All(first, line => Assert.Contains("cn=page-", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_administrator_sees_all_tenants_and_the_platform()
    {
        var page = await world.OpenAsync("admin-anna", "/audit?action=tenant.created");
        await using var _ = page.Context;
        await Expect(page.Locator("table.list > tbody > tr", new() { HasText = "globex" })).ToBeVisibleAsync();
        await Expect(page.Locator("table.list > tbody > tr", new() { HasText = "acme" })).ToBeVisibleAsync();
        await Pictures.TakeAsync(page, "audit-all");
    }

    [Theory]
    [InlineData("audit")]
    [InlineData("audit/export?format=csv")]
    [InlineData("audit/export?format=jsonl")]
    public async Task All_tenants_lines_are_not_a_members_to_read_in_any_form(string path)
    {
        using var client = new HttpClient { BaseAddress = world.Address };
        client.DefaultRequestHeaders.Authorization = new("Bearer", await Lab.PortalCalls.TokenAsync(client, "acme-owner", SampleTree.Password("acme-owner")));
        using var answer = await client.GetAsync($"/api/v1/{path}");
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        using var foreign = await client.GetAsync($"/api/v1/{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}tenant=globex");
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
    }

    private static async Task<string> DownloadAsync(IPage page, string link)
    {
        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = link }).ClickAsync());
        return await File.ReadAllTextAsync(await download.PathAsync());
    }
}
