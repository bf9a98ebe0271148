using Microsoft.Playwright;
using Portal.Docker;
using Portal.Tests.Lab;
using static Microsoft.Playwright.Assertions;

namespace Portal.Tests.Pages;

[Collection(PagesCollection.Name)]
[Trait("Category", "Lab")]
public sealed class HostPageTests(PagesWorld world)
{
    [Fact]
    public async Task An_administrator_sees_the_engine_and_is_told_why_another_is_not_added()
    {
        var page = await world.OpenAsync("admin-anna", "/hosts");
        await using var _ = page.Context;
        await Interactive.WaitAsync(page);
        var lab = page.Locator("tr", new() { HasText = "lab" });
        await Expect(lab).ToContainTextAsync("answers");
        await Expect(lab.Locator("td").Nth(2)).Not.ToHaveTextAsync("–");
        await Pictures.TakeAsync(page, "hosts");

        await page.GetByRole(AriaRole.Button, new() { Name = "Add a host" }).ClickAsync();
        var dialog = page.Locator("dialog.act");
        await dialog.GetByLabel("Name", new() { Exact = true }).FillAsync("second");
        await dialog.GetByLabel("Endpoint").FillAsync("unix:///nowhere/docker.sock");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Add host" }).ClickAsync();
        await Expect(dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("does not answer");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "TCP with mutual TLS" }).ClickAsync();
        await dialog.GetByLabel("Endpoint").FillAsync("tcp://127.0.0.1:1");
        await dialog.GetByLabel("CA certificate").FillAsync("not PEM");
        await dialog.GetByLabel("Client certificate").FillAsync("not PEM");
        await dialog.GetByLabel("Client key").FillAsync("not PEM");
        await Pictures.TakeAsync(page, "host-dialog");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Add host" }).ClickAsync();
        await Expect(dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("PEM form");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("tr", new() { HasText = "second" })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task What_runs_from_elsewhere_is_adopted_with_what_was_left_out_said_before()
    {
        var engine = (await LabFixture.Engine).Client;
        var project = $"e{Guid.NewGuid():N}"[..10];
        var container = await engine.Containers.CreateAsync($"{project}_web_1", new ContainerSpec
        {
            Image = (await engine.Images.ListAsync())[0].Id,
            Labels = new Dictionary<string, string> { ["com.docker.compose.project"] = project, ["com.docker.compose.service"] = "web" },
            Environment = new Dictionary<string, string?> { ["API_TOKEN"] = "never-to-be-seen", ["LEVEL"] = "info" },
            PortBindings = [new PortBinding(new ContainerPort(8080), 0)],
            Privileged = true,
        });
        try
        {
            var page = await world.OpenAsync("admin-anna", "/hosts");
            await using var _ = page.Context;
            await Interactive.WaitAsync(page);
            await page.Locator("tr", new() { HasText = "lab" }).GetByRole(AriaRole.Link, new() { Name = "from elsewhere…" }).ClickAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = $"Adopt {project}…" }).ClickAsync();
            var dialog = page.Locator("dialog.act");
            await Expect(dialog.GetByRole(AriaRole.Region, new() { Name = "Not taken over" })).ToContainTextAsync("privileged");
            await Expect(dialog.Locator(".definition")).ToContainTextAsync("LEVEL: info");
            await Expect(dialog).Not.ToContainTextAsync("never-to-be-seen");
            await Pictures.TakeAsync(page, "adopt");
            await dialog.GetByLabel("Tenant").SelectOptionAsync("acme");
            await dialog.GetByRole(AriaRole.Button, new() { Name = "Make the stack" }).ClickAsync();
            await page.WaitForURLAsync($"**/tenants/acme/stacks/{project}");
            await Expect(page.GetByText("Added, and not deployed yet")).ToBeVisibleAsync();
        }
        finally
        {
            await engine.Containers.RemoveAsync(container, force: true);
        }
    }

    [Fact]
    public async Task Nobody_else_finds_the_page()
    {
        var page = await world.OpenAsync("acme-owner", "/tenants/acme/members");
        await using var _ = page.Context;
        Assert.Equal(404, (await page.GotoAsync("/hosts"))!.Status);
        Assert.Equal(404, (await page.GotoAsync("/audit"))!.Status);
    }
}
