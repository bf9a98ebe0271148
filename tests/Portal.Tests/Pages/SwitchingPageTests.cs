using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Portal.Docker;
using Portal.Lab.Directories;
using Portal.Tests.Lab;
using static Microsoft.Playwright.Assertions;

namespace Portal.Tests.Pages;

/// <summary>Checks, rehearsals, quiet and the way back, as operators and owners meet them.</summary>
[Collection(PagesCollection.Name)]
[Trait("Category", "Lab")]
public sealed class SwitchingPageTests(PagesWorld world)
{
    [Fact]
    public async Task A_check_that_somebody_writes_fails_the_rehearsal_and_only_an_owner_goes_against_it()
    {
        await PreparedAsync("checked", "Checked");
        var page = await world.OpenAsync("acme-ops", "/tenants/checked/switching");
        await using var _ = page.Context;
        await page.GetByRole(AriaRole.Button, new() { Name = "Add a check" }).ClickAsync();
        var dialog = page.Locator("dialog.act");
        await dialog.GetByLabel("Name", new() { Exact = true }).FillAsync("Front Page");
        await dialog.GetByLabel("Body").SelectOptionAsync("holds this text");
        await dialog.GetByLabel("Text", new() { Exact = true }).FillAsync("Welcome to the spring sale");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Add check" }).ClickAsync();
        await Expect(dialog.Locator(".field .error")).ToContainTextAsync("Lower-case letters");
        await Pictures.TakeAsync(page, "check-dialog");
        await dialog.GetByLabel("Name", new() { Exact = true }).FillAsync("front-page");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Add check" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Checks" })).ToContainTextAsync("front-page");

        await page.GetByRole(AriaRole.Button, new() { Name = "Rehearse" }).ClickAsync();
        var rehearsals = page.GetByRole(AriaRole.Region, new() { Name = "Rehearsals" });
        await Expect(rehearsals).ToContainTextAsync("does not hold “Welcome to the spring sale”");
        await Expect(rehearsals).ToContainTextAsync("Ran against site r1");
        await Pictures.TakeAsync(page, "switching");

        await page.GotoAsync("/tenants/checked");
        await PagesWorld.LiveAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Switch", Exact = true }).ClickAsync();
        await Expect(dialog).ToContainTextAsync("this tenant's own is asked of standby");
        await dialog.GetByLabel("Reason").FillAsync("the sale begins");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Switch Checked to green" }).ClickAsync();
        await Expect(dialog.Locator(".note.bad")).ToContainTextAsync("check front-page");
        await Expect(dialog.GetByLabel("Switch all the same")).ToHaveCountAsync(0);
        Assert.Equal(HttpStatusCode.Forbidden, await OverrideAsync("acme-ops"));

        var owner = await world.OpenAsync("acme-owner", "/tenants/checked");
        await using var __ = owner.Context;
        await owner.GetByRole(AriaRole.Button, new() { Name = "Rehearse" }).ClickAsync();
        await Expect(owner.Locator(".between")).ToContainTextAsync("rehearsal failed");
        await owner.GetByRole(AriaRole.Button, new() { Name = "Switch", Exact = true }).ClickAsync();
        dialog = owner.Locator("dialog.act");
        await dialog.GetByLabel("Reason").FillAsync("the sale begins");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Switch Checked to green" }).ClickAsync();
        await Expect(dialog.Locator(".note.bad")).ToContainTextAsync("check front-page");
        await Expect(dialog.GetByRole(AriaRole.Button, new() { Name = "Switch Checked to green" })).ToBeDisabledAsync();
        await dialog.GetByLabel("Switch all the same").FillAsync("the banner is late, the shop is fine");
        await Pictures.TakeAsync(owner, "switch-override");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Switch Checked to green" }).ClickAsync();
        await Expect(owner.GetByRole(AriaRole.Region, new() { Name = "Green, live" })).ToBeVisibleAsync();
        await Expect(owner.Locator(".events")).ToContainTextAsync("against a failed check, “the banner is late");
    }

    [Fact]
    public async Task The_way_back_is_extended_and_given_up_and_says_when_the_old_side_is_not_fit()
    {
        await PreparedAsync("window", "Window");
        using (var healing = await world.Administrator.PatchAsJsonAsync("/api/v1/tenants/window/stacks/site", new { healing = false }))
        {
            healing.EnsureSuccessStatusCode();
        }

        await world.SwitchAsync("window", "to see the window");
        var page = await world.OpenAsync("acme-ops", "/tenants/window");
        await using var _ = page.Context;
        var note = page.Locator("main .note.run");
        await Expect(note.GetByRole(AriaRole.Timer)).ToContainTextAsync(new Regex("^(29|30):"));
        await note.GetByRole(AriaRole.Button, new() { Name = "30 minutes more" }).ClickAsync();
        await Expect(note.GetByRole(AriaRole.Timer)).ToContainTextAsync(new Regex("^(59|1:00):"));

        var engine = (await LabFixture.Engine).Client;
        foreach (var container in await engine.Containers.ListAsync(new ContainerFilter { All = true, Labels = ["portal.tenant.name=window", "portal.environment=blue"] }))
        {
            await engine.Containers.RemoveAsync(container.Id, force: true);
        }

        await Expect(note).ToContainTextAsync("Blue cannot take all the traffic now: site web: standby has 0 healthy replicas");
        await Expect(note.GetByRole(AriaRole.Button, new() { Name = "Switch back to blue" })).ToBeEnabledAsync();
        await Pictures.TakeAsync(page, "switch-window");

        await note.GetByRole(AriaRole.Button, new() { Name = "Give it up" }).ClickAsync();
        await page.Locator("dialog.act").GetByRole(AriaRole.Button, new() { Name = "Give the way back up" }).ClickAsync();
        await Expect(note).ToHaveCountAsync(0);
        await world.DeployAsync("window", "site", new { target = "standby", force = true });
    }

    [Fact]
    public async Task Whoever_holds_the_tenant_is_named_and_an_owner_sets_times_of_quiet()
    {
        await PreparedAsync("quiet", "Quiet");
        var page = await world.OpenAsync("acme-ops", "/tenants/quiet/switching");
        await using var _ = page.Context;
        await page.GetByRole(AriaRole.Button, new() { Name = "Hold the tenant" }).ClickAsync();
        var dialog = page.Locator("dialog.act");
        await dialog.GetByLabel("Reason").FillAsync("the auditors are looking");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Hold Quiet" }).ClickAsync();
        await Expect(page.Locator(".note.warn")).ToContainTextAsync("acme-ops holds Quiet as it is");

        var owner = await world.OpenAsync("acme-owner", "/tenants/quiet");
        await using var __ = owner.Context;
        await Expect(owner.Locator(".note.warn")).ToContainTextAsync("the auditors are looking");
        await owner.GetByRole(AriaRole.Button, new() { Name = "Switch", Exact = true }).ClickAsync();
        var acting = owner.Locator("dialog.act");
        await Expect(acting).ToContainTextAsync("acme-ops holds this tenant as it is");
        await Expect(acting.GetByRole(AriaRole.Button, new() { Name = "Switch Quiet to green" })).ToBeDisabledAsync();
        await acting.GetByRole(AriaRole.Button, new() { Name = "Keep as it is" }).ClickAsync();
        await Pictures.TakeAsync(owner, "tenant-held");
        await owner.GetByRole(AriaRole.Button, new() { Name = "Let go" }).ClickAsync();
        await acting.GetByRole(AriaRole.Button, new() { Name = "Let go of Quiet" }).ClickAsync();
        await Expect(owner.Locator(".note.warn")).ToHaveCountAsync(0);
        await Expect(page.Locator(".note.warn")).ToHaveCountAsync(0);

        await owner.GotoAsync("/tenants/quiet/switching");
        await PagesWorld.LiveAsync(owner);
        var times = owner.GetByRole(AriaRole.Region, new() { Name = "Times of quiet" });
        await times.GetByRole(AriaRole.Button, new() { Name = "Change the time zone" }).ClickAsync();
        await acting.GetByLabel("Time zone").FillAsync("Europe/Berlin");
        await acting.GetByRole(AriaRole.Button, new() { Name = "Save time zone" }).ClickAsync();
        await Expect(times).ToContainTextAsync("Europe/Berlin");
        await times.GetByRole(AriaRole.Button, new() { Name = "Add a time" }).ClickAsync();
        await acting.GetByLabel("What for").FillAsync("weekend");
        await Pictures.TakeAsync(owner, "quiet-dialog");
        await acting.GetByRole(AriaRole.Button, new() { Name = "Add time of quiet" }).ClickAsync();
        await Expect(times).ToContainTextAsync("every week, Fri 17:00 to Mon 08:00");
        await Pictures.TakeAsync(owner, "switching-quiet");
        // The operator looks, and changes none of it.
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Times of quiet" })).ToContainTextAsync("weekend");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Remove weekend" })).ToHaveCountAsync(0);
    }

    private async Task PreparedAsync(string slug, string name)
    {
        await OwnTenant.OfAsync(world, slug, name, "site");
        await world.DeployAsync(slug, "site", new { target = "both" });
    }

    private async Task<HttpStatusCode> OverrideAsync(string login)
    {
        using var client = new HttpClient { BaseAddress = world.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await PortalCalls.TokenAsync(client, login, SampleTree.Password(login)));
        using var answer = await client.PostAsJsonAsync("/api/v1/tenants/checked/switches", new { reason = "all the same", @override = "because" });
        return answer.StatusCode;
    }
}
