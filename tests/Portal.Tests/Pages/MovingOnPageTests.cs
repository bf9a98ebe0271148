using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Portal.Lab.Directories;
using Portal.Tests.Lab;
using static Microsoft.Playwright.Assertions;

namespace Portal.Tests.Pages;

/// <summary>How deployments move on, chosen and stopped by operators, and seen by everybody.</summary>
[Collection(PagesCollection.Name)]
[Trait("Category", "Lab")]
public sealed class MovingOnPageTests(PagesWorld world)
{
    [Fact]
    public async Task A_switch_that_comes_by_itself_says_when_exactly_and_is_stopped_by_whoever_may_switch()
    {
        await OwnTenant.OfAsync(world, "moving", "Moving", "site");
        using (var zone = await world.Administrator.PutAsJsonAsync("/api/v1/tenants/moving/time-zone", new { timeZone = "Europe/Berlin" }))
        {
            zone.EnsureSuccessStatusCode();
        }

        await world.DeployAsync("moving", "site", new { target = "both" });
        Assert.Equal(HttpStatusCode.Forbidden, await MovesAsync("acme-dev", "auto-after 1h"));
        var page = await world.OpenAsync("acme-ops", "/tenants/moving/stacks/site");
        await using var _ = page.Context;
        await Expect(page.Locator(".moves")).ToContainTextAsync("Deployments to standby stay there until somebody switches (manual)");
        await page.GetByRole(AriaRole.Button, new() { Name = "Change how deployments move on" }).ClickAsync();
        var dialog = page.Locator("dialog.act");
        await dialog.GetByLabel("After a deployment to standby").SelectOptionAsync("auto-after");
        await dialog.GetByLabel("So long after").FillAsync("soon");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(dialog.Locator(".field .error")).ToContainTextAsync("such as 10m");
        await dialog.GetByLabel("So long after").FillAsync("1h30m");
        await Pictures.TakeAsync(page, "moves-dialog");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page.Locator(".moves")).ToContainTextAsync("go live by themselves 1 h 30 min after they are healthy (auto-after 1h30m)");
        await page.GetByRole(AriaRole.Button, new() { Name = "Redeploy" }).ClickAsync();
        await Expect(dialog).ToContainTextAsync("Moving switches to it by itself 1 h 30 min after the deployment to standby has succeeded");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Keep as it is" }).ClickAsync();

        await world.DeployAsync("moving", "site", new { target = "standby", force = true });
        var note = page.Locator(".note.planned");
        await Expect(note).ToContainTextAsync(new Regex("Moving switches to green by itself at \\w{3} \\d+ \\w{3} 20\\d\\d \\d\\d:\\d\\d:\\d\\d Europe/Berlin"));
        await Expect(note.GetByRole(AriaRole.Timer)).ToContainTextAsync(new Regex("^1:(29|30):"));
        await Pictures.TakeAsync(page, "planned-stack");

        // A developer sees it everywhere, and cannot stop it.
        var developer = await world.OpenAsync("acme-dev", "/tenants/moving");
        await using var __ = developer.Context;
        foreach (var where in new[] { "", "/pair", "/switching" })
        {
            await developer.GotoAsync($"/tenants/moving{where}");
            await Expect(developer.Locator(".note.planned")).ToContainTextAsync("Moving switches to green by itself");
            await Expect(developer.GetByRole(AriaRole.Button, new() { Name = "Stop it" })).ToHaveCountAsync(0);
        }

        await page.GotoAsync("/tenants/moving");
        await PagesWorld.LiveAsync(page);
        await Pictures.TakeAsync(page, "planned-home");
        await note.GetByRole(AriaRole.Button, new() { Name = "Stop it" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Stop the switch" }).ClickAsync();
        await Expect(note).ToHaveCountAsync(0);
        await Expect(developer.GetByRole(AriaRole.Region, new() { Name = "Planned switches" })).ToContainTextAsync("acme-ops stopped it.");
        await Expect(developer.Locator(".note.planned")).ToHaveCountAsync(0);
        await Pictures.TakeAsync(developer, "planned-stopped");
    }

    [Fact]
    public async Task Who_asks_waits_for_a_second_person_and_who_looks_approves()
    {
        await OwnTenant.OfAsync(world, "paired", "Paired", "site");
        await world.DeployAsync("paired", "site", new { target = "both" });
        var owner = await world.OpenAsync("acme-owner", "/tenants/paired/switching");
        await using var _ = owner.Context;
        await owner.GetByRole(AriaRole.Button, new() { Name = "Ask a second person" }).ClickAsync();
        var acting = owner.Locator("dialog.act");
        await acting.GetByRole(AriaRole.Button, new() { Name = "Ask a second person" }).ClickAsync();
        await Expect(owner.GetByRole(AriaRole.Region, new() { Name = "Second person" })).ToContainTextAsync("a switch needs another person's word");

        var page = await world.OpenAsync("acme-ops", "/tenants/paired");
        await using var __ = page.Context;
        await page.GetByRole(AriaRole.Button, new() { Name = "Switch", Exact = true }).ClickAsync();
        var dialog = page.Locator("dialog.act");
        await Expect(dialog).ToContainTextAsync("nothing moves until somebody else who may switch approves");
        await dialog.GetByLabel("Reason").FillAsync("the spring release");
        await Pictures.TakeAsync(page, "ask-dialog");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Ask to switch Paired to green" }).ClickAsync();
        var own = page.Locator(".note.asked");
        await Expect(own).ToContainTextAsync("Waiting for a second person: you asked to switch Paired to green");
        await Expect(own.GetByRole(AriaRole.Button, new() { Name = "Approve" })).ToHaveCountAsync(0);
        await Pictures.TakeAsync(page, "asked-own");

        var note = owner.Locator(".note.asked");
        await Expect(note).ToContainTextAsync("acme-ops asks to switch Paired to green");
        await Expect(note).ToContainTextAsync("the spring release");
        await Pictures.TakeAsync(owner, "asked-second");
        await note.GetByRole(AriaRole.Button, new() { Name = "Refuse" }).ClickAsync();
        await acting.GetByLabel("Reason").FillAsync("after lunch");
        await acting.GetByRole(AriaRole.Button, new() { Name = "Refuse the switch" }).ClickAsync();
        await Expect(own).ToHaveCountAsync(0);

        await page.GetByRole(AriaRole.Button, new() { Name = "Switch", Exact = true }).ClickAsync();
        await dialog.GetByLabel("Reason").FillAsync("after lunch");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Ask to switch Paired to green" }).ClickAsync();
        await note.GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();
        await acting.GetByRole(AriaRole.Button, new() { Name = "Approve, and switch Paired to green" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Green, live" })).ToBeVisibleAsync();
        await Expect(page.Locator(".events")).ToContainTextAsync("acme-ops, approved by acme-owner");
        await Expect(owner.GetByRole(AriaRole.Region, new() { Name = "Second person" })).ToContainTextAsync("acme-owner: after lunch");
        await Pictures.TakeAsync(owner, "asked-panel");
    }

    private async Task<HttpStatusCode> MovesAsync(string login, string word)
    {
        using var client = new HttpClient { BaseAddress = world.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await PortalCalls.TokenAsync(client, login, SampleTree.Password(login)));
        using var answer = await client.PatchAsJsonAsync("/api/v1/tenants/moving/stacks/site", new { movesOn = word });
        return answer.StatusCode;
    }
}
