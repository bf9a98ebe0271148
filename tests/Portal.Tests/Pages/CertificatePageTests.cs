using Microsoft.Playwright;
using Portal.Tests.Lab;
using static Microsoft.Playwright.Assertions;

namespace Portal.Tests.Pages;

[Collection(PagesCollection.Name)]
[Trait("Category", "Lab")]
public sealed class CertificatePageTests(PagesWorld world)
{
    [Fact]
    public async Task An_owner_adds_replaces_and_removes_a_certificate_by_keyboard_alone_and_its_key_is_never_shown()
    {
        var tenant = await OwnTenant.OfAsync(world, "certified", "Certified", "shop");
        var host = $"shop.{tenant}.localhost";
        var (first, second, stranger) = (LabCertificate.Make([host, $"www.{host}"], until: DateTimeOffset.UtcNow.AddDays(6)), LabCertificate.Make([host]), LabCertificate.Make(["other.example"]));
        var page = await world.OpenAsync("acme-owner", $"/tenants/{tenant}");
        await using var _ = page.Context;
        await Interactive.WaitAsync(page);
        await page.GetByRole(AriaRole.Navigation).GetByRole(AriaRole.Link, new() { Name = "Certificates", Exact = true }).First.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByText("No certificates yet")).ToBeVisibleAsync();
        await Expect(page.Locator("tr", new() { HasText = host })).ToContainTextAsync("not available");
        await Pictures.TakeAsync(page, "certificates-empty");

        await page.GetByRole(AriaRole.Button, new() { Name = "Add a certificate" }).First.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        var dialog = page.Locator("dialog.act");
        await Expect(dialog.GetByLabel("Certificate", new() { Exact = true })).ToBeFocusedAsync();
        await page.Keyboard.InsertTextAsync(stranger.Chain);
        await page.Keyboard.PressAsync("Tab");
        await Expect(dialog.GetByLabel("Private key")).ToBeFocusedAsync();
        await page.Keyboard.InsertTextAsync(stranger.Key);
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await Expect(dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("no route of this tenant has such a host name");
        await Pictures.TakeAsync(page, "certificate-dialog");
        await dialog.GetByLabel("Certificate", new() { Exact = true }).FillAsync(first.Chain);
        await dialog.GetByLabel("Private key").FillAsync(first.Key);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Add certificate" }).ClickAsync();

        var row = page.Locator("tr", new() { HasText = "signed by itself" });
        await Expect(row).ToContainTextAsync("days left");
        await Expect(row.Locator(".served")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex($"for {host}$"));
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync($"{host}: 5 days left");
        await Eventually.EqualsAsync(first.Fingerprint, () => TlsVisitor.MeetAsync(world.HttpsPort, host));
        await page.GotoAsync($"/tenants/{tenant}");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync($"{host}: 5 days left");
        await Pictures.TakeAsync(page, "tenant-certificate-ends");
        await page.GotoAsync($"/tenants/{tenant}/certificates");
        await Interactive.WaitAsync(page);
        var shown = await page.ContentAsync();
        Assert.All(first.Key.Split('\n').Where(line => line.Length > 20 && line[0] != '-'), line => Assert.DoesNotContain(line, shown, StringComparison.Ordinal));

        await page.GetByRole(AriaRole.Button, new() { Name = $"Replace {host}" }).ClickAsync();
        await Expect(dialog.GetByLabel("Private key")).ToHaveValueAsync("");
        await dialog.GetByLabel("Certificate", new() { Exact = true }).FillAsync(second.Pem);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Replace certificate" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
        await Expect(page.Locator("tr", new() { HasText = $"until {DateTimeOffset.UtcNow.AddDays(90):yyyy-MM-dd}" })).ToContainTextAsync(host);
        await Eventually.EqualsAsync(second.Fingerprint, () => TlsVisitor.MeetAsync(world.HttpsPort, host));

        await page.GetByRole(AriaRole.Button, new() { Name = $"Remove {host}" }).ClickAsync();
        await Expect(dialog).ToContainTextAsync($"Whoever connects by HTTPS to {host} from then on is refused");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Remove certificate" }).ClickAsync();
        await Expect(page.GetByText("No certificates yet")).ToBeVisibleAsync();
        await Eventually.EqualsAsync(null, () => TlsVisitor.MeetAsync(world.HttpsPort, host));
    }

    [Fact]
    public async Task A_developer_sees_them_and_has_nothing_to_press_and_a_stranger_to_the_platform_finds_no_page()
    {
        var page = await world.OpenAsync("acme-dev", "/tenants/acme/certificates");
        await using var _ = page.Context;
        await Interactive.WaitAsync(page);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Certificates", Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Add a certificate" })).ToHaveCountAsync(0);
        await page.GotoAsync("/certificates");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Certificates", Exact = true })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task The_platforms_page_has_many_at_once_with_those_near_their_end_said_first()
    {
        var names = Enumerable.Range(0, 8).Select(i => $"m{i}-{Guid.NewGuid():N}"[..9]).ToList();
        using var authority = new LabAuthority("Example Trust Services R3");
        for (var i = 0; i < names.Count; i++)
        {
            var made = LabCertificate.Make([$"*.{names[i]}.example", .. i == 1 ? Enumerable.Range(0, 9).Select(n => $"host-{n}.{names[i]}.example") : []], authority, until: DateTimeOffset.UtcNow.AddDays(i == 0 ? 20.5 : 200 + i));
            await world.PostAsync("certificates", new { name = names[i], certificate = made.Chain, key = made.Key });
        }

        var page = await world.OpenAsync("admin-anna", "/certificates");
        await using var _ = page.Context;
        await Interactive.WaitAsync(page);
        await Expect(page.Locator("tr", new() { HasText = names[1] })).ToContainTextAsync("and 7 more");
        await Expect(page.Locator("tr", new() { HasText = names[7] })).ToContainTextAsync("Example Trust Services R3");
        await Expect(page.Locator(".note.warn")).ToContainTextAsync($"{names[0]}: 20 days left");
        await Pictures.TakeAsync(page, "certificates-many");
        foreach (var one in names)
        {
            using var removed = await world.Administrator.DeleteAsync($"/api/v1/certificates/{one}");
        }

        await Expect(page.GetByText("No certificates yet")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_route_says_that_it_is_HTTPS_only_and_when_it_has_no_certificate()
    {
        var tenant = await OwnTenant.OfAsync(world, "certified", "Certified", "shop");
        var host = $"h{Guid.NewGuid():N}"[..9] + $".{tenant}.localhost";
        await world.PostAsync($"tenants/{tenant}/routes", new { stack = "shop", service = "web", port = 8080, hostName = host, path = "/" });
        var page = await world.OpenAsync("acme-dev", $"/tenants/{tenant}/routes");
        await using var _ = page.Context;
        await Interactive.WaitAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = $"Settings of {host}/" }).ClickAsync();
        var dialog = page.Locator("dialog.act");
        await dialog.GetByLabel("HTTPS only").CheckAsync();
        await Expect(dialog).ToContainTextAsync("no certificate is for this host name yet");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        var row = page.Locator("tr", new() { HasText = host }).First;
        await Expect(row).ToContainTextAsync("HTTPS only, and no certificate");
        await Expect(row.GetByRole(AriaRole.Link, new() { Name = host, Exact = true })).ToHaveAttributeAsync("href", $"https://{host}:{world.HttpsPort}/");
        await Pictures.TakeAsync(page, "routes-https-only");
        var made = LabCertificate.Make([host]);
        await world.PostAsync($"tenants/{tenant}/certificates", new { certificate = made.Chain, key = made.Key });
        await Expect(row).Not.ToContainTextAsync("no certificate");
        await Expect(row).ToContainTextAsync("HTTPS only");
        using var end = await world.Administrator.DeleteAsync($"/api/v1/tenants/{tenant}/certificates/{host}");
    }
}
