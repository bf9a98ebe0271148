using System.Net;
using System.Text.Json;
using Portal.Tests.Lab;

namespace Portal.Tests.Switching;

/// <summary>The sample service speaks HTTP; through its port it is reached as whatever else would be.</summary>
[Collection(SwitchWorldCollection.Name)]
[Trait("Category", "Lab")]
public sealed class TcpRouteTests(SwitchWorld switching)
{
    private PortalWorld World => switching.World;

    [Fact]
    public async Task A_port_of_the_gateway_leads_to_the_live_side_follows_a_switch_and_goes_again()
    {
        var tenant = await switching.TenantAsync();
        var added = await World.PostAsync($"tenants/{tenant.Slug}/tcp-routes", new { stack = Tenancy.Stack, service = "web", port = 8080 });
        Assert.Equal(switching.TcpPort, added.GetProperty("listenPort").GetInt32());
        await Eventually.EqualsAsync("1", VersionAsync);

        var taken = await World.TryPostAsync($"tenants/{tenant.Slug}/tcp-routes", new { stack = Tenancy.Stack, service = "web", port = 8080 });
        Assert.Equal(HttpStatusCode.Conflict, taken.Status);
        var another = await switching.TenantAsync(standby: null);
        var theirs = await World.TryPostAsync($"tenants/{another.Slug}/tcp-routes", new { stack = Tenancy.Stack, service = "web", port = 8080, listenPort = switching.TcpPort });
        Assert.Equal(HttpStatusCode.Conflict, theirs.Status);

        await tenant.SwitchedAsync();
        Assert.Equal("2", await VersionAsync());
        // By its host name as well: a port that is led to in both ways is drained in both.
        Assert.Equal("2", (await World.AskAsync(tenant.Host)).Version);
        await tenant.DeployAsync(new { target = "live", images = World.Web("1"), reason = "a test" });
        Assert.Equal("1", await VersionAsync());

        var id = added.GetProperty("id").GetString();
        Assert.Equal(HttpStatusCode.NotFound, await World.DeleteAsync($"tenants/{another.Slug}/tcp-routes/{id}"));
        Assert.Equal(HttpStatusCode.NoContent, await World.DeleteAsync($"tenants/{tenant.Slug}/tcp-routes/{id}"));
        await Eventually.EqualsAsync(null, VersionAsync);
        Assert.Equal("1", (await World.AskAsync(tenant.Host)).Version);
        Assert.Contains($"port {switching.TcpPort}", (await tenant.AuditAsync("route.removed")).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_gateway_does_not_offer_is_refused_by_its_field()
    {
        var tenant = await switching.TenantAsync(standby: null);
        await RefusedAsync("listenPort", new { stack = Tenancy.Stack, service = "web", port = 8080, listenPort = switching.TcpPort + 1 });
        await RefusedAsync("listenPort", new { stack = Tenancy.Stack, service = "web", port = 8080, listenPort = World.GatewayPort });
        await RefusedAsync("port", new { stack = Tenancy.Stack, service = "web", port = 22 });
        await RefusedAsync("service", new { stack = Tenancy.Stack, service = "db", port = 8080 });
        await RefusedAsync("stack", new { stack = "other", service = "web", port = 8080 });
        await RefusedAsync("port", new { stack = Tenancy.Stack, service = "web" });

        async Task RefusedAsync(string field, object body)
        {
            var (status, answer) = await World.TryPostAsync($"tenants/{tenant.Slug}/tcp-routes", body);
            Assert.True(status == HttpStatusCode.UnprocessableEntity || status == HttpStatusCode.BadRequest, $"{status}: {answer}");
            Assert.Contains($"\"{field}\"", answer.ToString(), StringComparison.Ordinal);
        }
    }

    /// <returns>Null: nobody takes connections.</returns>
    private async Task<string?> VersionAsync()
    {
        using var http = new HttpClient();
        try
        {
            using var answer = await http.GetAsync($"http://127.0.0.1:{switching.TcpPort}/");
            return answer.Headers.GetValues("X-Version").Single();
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
