using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Portal.Tests.Lab;
using static Microsoft.Playwright.Assertions;

namespace Portal.Tests.Pages;

[Collection(PagesCollection.Name)]
[Trait("Category", "Lab")]
public sealed class RoutePageTests(PagesWorld world)
{
    [Fact]
    public async Task A_route_that_is_added_answers_and_one_that_is_removed_does_not()
    {
        var host = $"r{Guid.NewGuid():N}"[..10] + ".acme.localhost";
        var page = await world.OpenAsync("acme-dev", "/tenants/acme/routes");
        await using var _ = page.Context;
        await Interactive.WaitAsync(page);
        await Expect(page.Locator("tr", new() { HasText = "shop.acme.localhost" }).First).ToContainTextAsync("2 healthy");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add a route" }).ClickAsync();
        var dialog = page.Locator("dialog.act");
        await dialog.GetByLabel("Host name").FillAsync("not a host");
        await dialog.GetByLabel("Service").SelectOptionAsync("shop/web");
        await Expect(dialog.GetByLabel("Port")).ToHaveValueAsync("8080");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Add route" }).ClickAsync();
        await Expect(dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("not a host name");
        await dialog.GetByLabel("Host name").FillAsync("shop.acme.localhost");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Add route" }).ClickAsync();
        await Expect(dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("lead somewhere already");
        await dialog.GetByLabel("Host name").FillAsync(host);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Add route" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Link, new() { Name = host, Exact = true })).ToHaveAttributeAsync("href", $"http://{host}:{world.GatewayPort}/");
        await Eventually.EqualsAsync(HttpStatusCode.OK, () => ThroughGatewayAsync(host));
        await Eventually.EqualsAsync(HttpStatusCode.OK, () => ThroughGatewayAsync($"standby--{host}"));
        await page.ReloadAsync();
        await Expect(page.Locator("tr", new() { HasText = host }).First).ToContainTextAsync("2 healthy");
        await Interactive.WaitAsync(page);
        await Pictures.TakeAsync(page, "routes");

        await page.GetByRole(AriaRole.Button, new() { Name = $"Remove {host}/" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Remove route" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = host, Exact = true })).ToHaveCountAsync(0);
        await Eventually.EqualsAsync(HttpStatusCode.NotFound, () => ThroughGatewayAsync(host));
    }

    [Fact]
    public async Task What_passes_is_drawn_live_against_standby()
    {
        var page = await world.OpenAsync("acme-view", "/tenants/acme/routes");
        await using var _ = page.Context;
        await using var live = world.Visit("shop.acme.localhost");
        await using var standby = world.Visit("standby--shop.acme.localhost");
        var traffic = page.GetByRole(AriaRole.Region, new() { Name = "Traffic of shop web:8080" });
        var requests = traffic.GetByRole(AriaRole.Img, new() { NameRegex = new Regex("^Requests a second over the last ten minutes: live blue now [1-9]") });
        await Expect(requests).ToBeVisibleAsync(new() { Timeout = 30_000 });
        await Expect(requests.Locator("polyline.live")).ToHaveCountAsync(1);
        await Expect(traffic.GetByRole(AriaRole.Img, new() { NameRegex = new Regex("^p95 over the last ten minutes: live blue now [0-9,.]+ ms") })).ToBeVisibleAsync();
        await Expect(traffic.GetByRole(AriaRole.Img, new() { NameRegex = new Regex("^Failed a second .* standby green now 0") })).ToBeVisibleAsync();
        // A line needs two points.
        await Expect(requests.Locator("polyline.live")).ToHaveAttributeAsync("points", new Regex(" .* "), new() { Timeout = 30_000 });
        await Pictures.TakeAsync(page, "routes-traffic");
    }

    [Fact]
    public async Task A_viewer_sees_the_routes_and_has_nothing_to_press()
    {
        var page = await world.OpenAsync("acme-view", "/tenants/acme/routes");
        await using var _ = page.Context;
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "shop.acme.localhost", Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Add a route" })).ToHaveCountAsync(0);
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Remove" })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_program_adds_and_removes_routes_and_both_stand_in_the_audit_log()
    {
        var host = $"r{Guid.NewGuid():N}"[..10] + ".acme.localhost";
        var added = await world.PostAsync("tenants/acme/routes", new { stack = "shop", service = "web", port = 8080, hostName = host, path = "/api" });
        var id = added.GetProperty("id").GetString();
        using var closed = await world.Administrator.PostAsJsonAsync("/api/v1/tenants/acme/routes", new { stack = "shop", service = "web", port = 9, hostName = host, path = "/nine" });
        Assert.Equal(HttpStatusCode.BadRequest, closed.StatusCode);
        Assert.Contains("The service offers 8080", await closed.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var taken = await world.Administrator.PostAsJsonAsync("/api/v1/tenants/acme/routes", new { stack = "shop", service = "web", port = 8080, hostName = host, path = "/api" });
        Assert.Equal(HttpStatusCode.Conflict, taken.StatusCode);
        using var again = await world.Administrator.PostAsJsonAsync("/api/v1/tenants/globex/routes", new { stack = "shop", service = "web", port = 8080, hostName = host, path = "/api" });
        Assert.Equal(HttpStatusCode.BadRequest, again.StatusCode);
        using var foreign = await world.Administrator.DeleteAsync($"/api/v1/tenants/globex/routes/{id}");
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
        using var removed = await world.Administrator.DeleteAsync($"/api/v1/tenants/acme/routes/{id}");
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        var lines = await world.GetAsync($"audit?tenant=acme&correlation={id}");
        Assert.Equal(["route.removed", "route.added"], lines.EnumerateArray().Select(line => line.GetProperty("action").GetString()!));
    }

    [Fact]
    public async Task A_route_is_put_into_maintenance_and_limited_on_the_page_and_both_are_shown()
    {
        var host = await AddAsync();
        var page = await world.OpenAsync("acme-dev", "/tenants/acme/routes");
        await using var _ = page.Context;
        await Interactive.WaitAsync(page);
        var row = page.Locator("tr", new() { HasText = host }).First;
        await page.GetByRole(AriaRole.Button, new() { Name = $"Settings of {host}/" }).ClickAsync();
        var dialog = page.Locator("dialog.act");
        await dialog.GetByLabel("Redirect to").FillAsync("new.example.com");
        await dialog.GetByLabel("Show a maintenance page").CheckAsync();
        await dialog.GetByLabel("Largest request, MiB").FillAsync("1.5");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("An address such as");
        await Pictures.TakeAsync(page, "route-settings");
        await dialog.GetByLabel("Redirect to").FillAsync("");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();

        await Expect(row).ToContainTextAsync("Maintenance");
        await Expect(row).ToContainTextAsync("at most 1.5 MiB");
        await Eventually.EqualsAsync(HttpStatusCode.ServiceUnavailable, () => ThroughGatewayAsync(host));
        await Eventually.EqualsAsync(HttpStatusCode.OK, () => ThroughGatewayAsync($"standby--{host}"));
        await Pictures.TakeAsync(page, "routes-marked");

        await page.GetByRole(AriaRole.Button, new() { Name = $"Settings of {host}/" }).ClickAsync();
        await dialog.GetByLabel("Show a maintenance page").UncheckAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(row).Not.ToContainTextAsync("Maintenance");
        await Expect(row).ToContainTextAsync("at most 1.5 MiB");
        await Eventually.EqualsAsync(HttpStatusCode.OK, () => ThroughGatewayAsync(host));
    }

    [Fact]
    public async Task A_program_changes_a_routes_settings_by_a_patch_and_nobody_elses()
    {
        var host = await AddAsync();
        var id = (await world.GetAsync("tenants/acme/routes")).EnumerateArray().Single(route => route.GetProperty("hostName").GetString() == host).GetProperty("id").GetString();
        using var set = await world.Administrator.PatchAsJsonAsync($"/api/v1/tenants/acme/routes/{id}", new { maxBodyBytes = 1000, redirectTo = "https://new.example.com", clientRate = 50 });
        Assert.Equal(HttpStatusCode.OK, set.StatusCode);
        using var changed = await world.Administrator.PatchAsJsonAsync($"/api/v1/tenants/acme/routes/{id}", new { redirectTo = (string?)null, timeoutSeconds = 5 });
        Assert.Equal("""{"maxBodyBytes":1000,"timeoutSeconds":5,"clientRate":50,"rate":null,"maintenance":false,"redirectTo":null,"httpsOnly":false,"holdSeconds":null}""", await changed.Content.ReadAsStringAsync());
        foreach (var (field, body) in new (string, object)[]
        {
            ("rate", new { rate = 0 }), ("timeoutSeconds", new { timeoutSeconds = "5" }), ("redirectTo", new { redirectTo = "javascript:x" }), ("redirectTo", new { redirectTo = $"https://{host}" }), ("colour", new { colour = "blue" }),
        })
        {
            using var wrong = await world.Administrator.PatchAsJsonAsync($"/api/v1/tenants/acme/routes/{id}", body);
            Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
            Assert.Contains($"\"{field}\"", await wrong.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        using var foreign = await world.Administrator.PatchAsJsonAsync($"/api/v1/tenants/globex/routes/{id}", new { maintenance = true });
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
        var lines = await world.GetAsync($"audit?tenant=acme&correlation={id}");
        Assert.Equal(["route.changed", "route.changed", "route.added"], lines.EnumerateArray().Select(line => line.GetProperty("action").GetString()!));
        Assert.Equal("https://new.example.com", lines[0].GetProperty("before").GetProperty("redirectTo").GetString());
    }

    private async Task<string> AddAsync()
    {
        var host = $"r{Guid.NewGuid():N}"[..10] + ".acme.localhost";
        await world.PostAsync("tenants/acme/routes", new { stack = "shop", service = "web", port = 8080, hostName = host, path = "/" });
        return host;
    }

    private async Task<HttpStatusCode> ThroughGatewayAsync(string host)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{world.GatewayPort}/");
        request.Headers.Host = host;
        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }
}
