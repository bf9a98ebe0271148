using Microsoft.Playwright;
using Portal.Docker;
using Portal.Lab;
using Portal.Tests.Lab;
using static Microsoft.Playwright.Assertions;

namespace Portal.Tests.Pages;

/// <summary>What of a stack's past can run again, as its page offers it.</summary>
[Collection(PagesCollection.Name)]
[Trait("Category", "Lab")]
public sealed class RevisionPageTests(PagesWorld world)
{
    private const string Tenant = "fleeting";

    [Fact]
    public async Task A_revision_whose_image_is_gone_is_shown_with_the_reason_and_not_offered()
    {
        var engine = (await LabFixture.Engine).Client;
        var images = new[] { "1", "2" }.Select(tag => ImageReference.Parse($"{Tenant}/made-here:{tag}")).ToArray();
        foreach (var image in images)
        {
            await LabImages.BusyboxAsync(engine, image, ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1 & wait; done"], [$"ENV TAG={image.Tag}"]);
        }

        await OwnTenant.OfAsync(world, Tenant, "Fleeting");
        await world.PostAsync($"tenants/{Tenant}/stacks", new { name = "past", compose = $"services:\n  main:\n    image: {images[0]}\n    pull_policy: never\n    stop_grace_period: 1s\n" });
        await world.DeployAsync(Tenant, "past", new { target = "standby" });
        await world.DeployAsync(Tenant, "past", new { target = "standby", images = new { main = images[1].ToString() } });
        await engine.Images.RemoveAsync(images[0].ToString(), force: true);

        var page = await world.OpenAsync("acme-ops", $"/tenants/{Tenant}/stacks/past");
        await using var _ = page.Context;
        var row = page.Locator("tr", new() { HasText = "r1" }).Filter(new() { HasText = "main 1" });
        await Expect(row).ToContainTextAsync("cannot run again");
        await Expect(row).ToContainTextAsync("is not on the host any more");
        await Expect(row.GetByRole(AriaRole.Button)).ToHaveCountAsync(0);
        await Pictures.TakeAsync(page, "revision-gone");
        await page.GetByRole(AriaRole.Button, new() { Name = "Deploy revision 2…" }).ClickAsync();
        await Expect(page.Locator("#deploy-revision option", new() { HasText = "r1" })).ToBeDisabledAsync();
    }
}
