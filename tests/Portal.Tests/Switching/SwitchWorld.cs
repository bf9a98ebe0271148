using System.Net;
using System.Text.Json;
using Portal.Lab.Load;
using Portal.Tests.Lab;

namespace Portal.Tests.Switching;

/// <summary>One portal for the tests of what stands before a switch; each has a tenant of its own, with version 1 live and 2 on standby.</summary>
public sealed class SwitchWorld : IAsyncLifetime
{
    private int tenants;

    public PortalWorld World { get; private set; } = null!;

    public int HttpsPort { get; } = LoopbackPort.Free();

    public async Task InitializeAsync()
    {
        World = await PortalWorld.StartAsync(new("Portal:Switching:MeasureFor", "00:00:01"), new("Portal:Gateway:ListenHttps", $"127.0.0.1:{HttpsPort}"));
        await World.PushAsync("1");
        await World.PushAsync("2");
        // A web server whose answers are files: a redirect, a long body, one that patterns stumble over.
        await World.PushScriptAsync("odd", """
            mkdir -p /www/dir
            echo "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!" > /www/index.html
            echo there > /www/dir/index.html
            head -c 400000 /dev/zero | tr '\0' x > /www/long.txt
            echo needle >> /www/long.txt
            exec httpd -f -p 8080 -h /www
            """);
    }

    public async Task DisposeAsync()
    {
        if (World is not null)
        {
            await World.DisposeAsync();
        }
    }

    /// <param name="standby">The image's tag that goes to standby after version 1 has gone to both; null: version 1 stays there.</param>
    public async Task<Tenancy> TenantAsync(string? standby = "2")
    {
        var slug = $"{World.Tenant}{Interlocked.Increment(ref tenants)}";
        await World.AddTenantAsync(slug);
        var tenant = new Tenancy(World, slug);
        await World.PostAsync($"tenants/{slug}/stacks", new
        {
            name = Tenancy.Stack,
            compose = $$"""
                services:
                  web:
                    image: {{World.Image("1")}}
                    expose: ["8080"]
                    labels: {portal.route.host: "{{tenant.Host}}", portal.route.port: "8080", portal.health: "tcp:8080", portal.health.interval: 1s}
                """,
        });
        await tenant.DeployAsync(new { target = "both" });
        if (standby is not null)
        {
            await tenant.DeployAsync(new { target = "standby", images = World.Web(standby) });
        }

        return tenant;
    }
}

public sealed record Tenancy(PortalWorld World, string Slug)
{
    public const string Stack = "shop";

    public string Host => $"shop.{Slug}.localhost";

    public async Task DeployAsync(object request)
    {
        var asked = await World.PostAsync($"tenants/{Slug}/stacks/{Stack}/deployments", request);
        var ended = await World.EndedAsync(asked.GetProperty("id").GetString()!);
        Assert.True(ended.State == "succeeded", ended.ToString());
    }

    public Task<(HttpStatusCode Status, JsonElement Body)> TryDeployAsync(object request) => World.TryPostAsync($"tenants/{Slug}/stacks/{Stack}/deployments", request);

    public Task<(HttpStatusCode Status, JsonElement Body)> SwitchAsync(object? body = null) => World.TryPostAsync($"tenants/{Slug}/switches", body ?? new { reason = "a test" });

    public async Task<JsonElement> SwitchedAsync(object? body = null)
    {
        var (status, answer) = await SwitchAsync(body);
        Assert.True(status == HttpStatusCode.Created, $"{status}: {answer}");
        return answer;
    }

    /// <summary>Refused, and the sentence says these.</summary>
    public static void IsRefused((HttpStatusCode Status, JsonElement Body) answer, params string[] words)
    {
        Assert.True(answer.Status == HttpStatusCode.Conflict, $"{answer.Status}: {answer.Body}");
        var detail = answer.Body.GetProperty("detail").GetString()!;
        Assert.All(words, word => Assert.Contains(word, detail, StringComparison.Ordinal));
    }

    public Task<JsonElement> CheckAsync(object check) => World.PostAsync($"tenants/{Slug}/checks", check);

    public Task<JsonElement> RehearseAsync() => World.PostAsync($"tenants/{Slug}/rehearsals", new { });

    public async Task<string> LiveAsync() => (await World.GetAsync($"tenants/{Slug}")).GetProperty("live").GetString()!;

    public Task<JsonElement> AuditAsync(string action) => World.GetAsync($"audit?tenant={Slug}&action={action}");
}

[CollectionDefinition(Name)]
public sealed class SwitchWorldCollection : ICollectionFixture<SwitchWorld>
{
    public const string Name = "switch world";
}
