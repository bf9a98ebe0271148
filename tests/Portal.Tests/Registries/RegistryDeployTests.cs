using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Npgsql;
using Portal.Docker;
using Portal.Lab;
using Portal.Tests.Docker;
using Portal.Tests.Lab;

namespace Portal.Tests.Registries;

/// <summary>Stacks whose images lie in registries that do not let everybody in, or that fail.</summary>
[Trait("Category", "Lab"), Collection(PortalWorldCollection.Name)]
public sealed class RegistryDeployTests(PortalWorldCollection.Shared shared)
{
    private readonly PortalWorld world = shared.World;
    private readonly string password = $"canary-{Guid.NewGuid():N}";

    [Theory]
    [InlineData("guarded", false)]
    [InlineData("tokened", true)]
    public async Task A_guarded_image_deploys_once_the_tenant_has_its_registry_and_for_no_other_tenant(string stack, bool byToken)
    {
        await using var issuer = byToken ? await TokenIssuer.StartAsync(("ci", password), (await LabFixture.Engine).Gateway) : null;
        await using var registry = await GuardedAsync(issuer);
        var image = await PushAsync(registry);
        var other = $"{world.Tenant}{(byToken ? "t" : "o")}";
        await world.AddTenantAsync(other);
        foreach (var tenant in new[] { world.Tenant, other })
        {
            await AddStackAsync(tenant, stack, image);
            await RefusedAsync(tenant, stack);
        }

        await world.PostAsync($"tenants/{world.Tenant}/registries", new { host = registry.Host, userName = "ci", password });
        await world.DeployAsync(stack, new { target = "live" });
        Assert.True(issuer is null or { Given: > 1 }, "the registry let somebody in without a token");
        await RefusedAsync(other, stack);

        foreach (var path in new[] { $"/api/v1/tenants/{world.Tenant}/registries", $"/api/v1/audit?tenant={world.Tenant}", $"/api/v1/tenants/{world.Tenant}/deployments?stack={stack}" })
        {
            Assert.DoesNotContain(password, await world.TextAsync(path));
        }

        Assert.Contains($"\"{registry.Host}\"", await world.TextAsync($"/api/v1/tenants/{world.Tenant}/registries"));
        Assert.Equal("[]", await world.TextAsync($"/api/v1/tenants/{other}/registries"));
        Assert.Empty(await TablesWithAsync(password));
        Assert.DoesNotContain(world.Portal.Process.Output, line => line.Contains(password, StringComparison.Ordinal));

        Assert.Equal(HttpStatusCode.NotFound, await SendAsync(HttpMethod.Delete, $"tenants/{other}/registries/{registry.Host}"));
        Assert.Equal(HttpStatusCode.NoContent, await SendAsync(HttpMethod.Delete, $"tenants/{world.Tenant}/registries/{registry.Host}"));
        await RefusedAsync(world.Tenant, stack);
    }

    [Fact]
    public async Task A_wrong_password_is_refused_when_it_is_saved_even_by_force()
    {
        await using var registry = await GuardedAsync();
        var path = $"tenants/{world.Tenant}/registries";
        foreach (var force in new[] { false, true })
        {
            var (status, body) = await world.TryPostAsync(path, new { host = registry.Host, userName = "ci", password = "wrong horse", force });

            Assert.Equal(HttpStatusCode.BadRequest, status);
            Assert.Contains("does not take", body.GetProperty("errors").GetProperty("password")[0].GetString());
            Assert.DoesNotContain("wrong horse", body.ToString());
        }

        await world.PostAsync(path, new { host = registry.Host, userName = "ci", password });
        Assert.Equal(HttpStatusCode.Conflict, (await world.TryPostAsync(path, new { host = registry.Host.ToUpperInvariant(), userName = "ci", password })).Status);
        Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(HttpMethod.Patch, $"{path}/{registry.Host}", new { userName = "nobody" }));
        Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(HttpMethod.Patch, $"{path}/{registry.Host}", new { password = "wrong horse" }));
        Assert.Equal(HttpStatusCode.OK, await SendAsync(HttpMethod.Patch, $"{path}/{registry.Host}", new { userName = "ci" }));
        Assert.Equal(HttpStatusCode.OK, await SendAsync(HttpMethod.Patch, $"{path}/{registry.Host}", new { password }));
        Assert.Equal(HttpStatusCode.NotFound, await SendAsync(HttpMethod.Patch, $"{path}/nowhere.invalid", new { password }));
        await SendAsync(HttpMethod.Delete, $"{path}/{registry.Host}");
    }

    [Fact]
    public async Task One_that_cannot_be_asked_is_saved_by_force_only()
    {
        var path = $"tenants/{world.Tenant}/registries";

        var (status, body) = await world.TryPostAsync(path, new { host = "nowhere.invalid", userName = "ci", password });
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("nowhere.invalid", body.GetProperty("errors").GetProperty("host")[0].GetString());

        await world.PostAsync(path, new { host = "nowhere.invalid", userName = "ci", password, force = true });
        Assert.Equal(HttpStatusCode.NoContent, await SendAsync(HttpMethod.Delete, $"{path}/nowhere.invalid"));
    }

    [Theory]
    [InlineData("", "ci", "x", "host")]
    [InlineData("http://registry.example", "ci", "x", "host")]
    [InlineData("registry.example/team", "ci", "x", "host")]
    [InlineData("registry.example", "", "x", "userName")]
    [InlineData("registry.example", "c:i", "x", "userName")]
    [InlineData("registry.example", "ci", "", "password")]
    [InlineData("registry.example", "ci", null, "password")]
    public async Task What_cannot_be_is_refused_by_field(string host, string userName, string? secret, string field)
    {
        var (status, body) = await world.TryPostAsync($"tenants/{world.Tenant}/registries", new { host, userName, password = secret });

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.True(body.GetProperty("errors").TryGetProperty(field, out _), body.ToString());
    }

    [Fact]
    public async Task A_registry_that_fails_and_drops_the_connection_in_a_layer_is_pulled_from_all_the_same()
    {
        var behind = await LabFixture.Registry;
        var built = ImageReference.Parse(await (await LabFixture.Samples).BuildAsync($"{world.Tenant}/flaky", "1"));
        using var http = new HttpClient { BaseAddress = behind.Address };
        var (manifests, layers) = (0, 0);
        await using var flaky = await FakeRegistry.StartAsync(
            (context, _) => (context.Request.Path.Value!, context.Request.Method, context.Request.Headers.UserAgent.ToString()) switch
            {
                (_, "GET", var agent) when agent.StartsWith("docker/", StringComparison.Ordinal) && IsManifest(context) && ++manifests <= 2 => FakeRegistry.Status(context, manifests == 1 ? 500 : 429),
                var (path, _, _) => FakeRegistry.PassAsync(context, http, cut: _ => path.Contains("/blobs/", StringComparison.Ordinal) && Interlocked.Increment(ref layers) == 1),
            },
            (await LabFixture.Engine).Gateway);
        await AddStackAsync(world.Tenant, "flaky", ImageReference.Parse($"{flaky.Host}/{built.Repository}:1"));

        var ended = await world.DeployAsync("flaky", new { target = "live" });

        // After the first failure the engine is asked what it was, and meets the second.
        Assert.Contains(ended.Log, line => line.Contains("The pull broke off", StringComparison.Ordinal) && line.Contains("500", StringComparison.Ordinal));
        Assert.True(manifests > 2 && layers > 2, $"{manifests} manifests and {layers} layers were asked for");
    }

    [Fact]
    public async Task Services_that_share_an_image_pull_it_once()
    {
        var behind = await LabFixture.Registry;
        var built = ImageReference.Parse(await (await LabFixture.Samples).BuildAsync($"{world.Tenant}/shared", "1"));
        using var http = new HttpClient { BaseAddress = behind.Address };
        var pulls = 0;
        await using var counting = await FakeRegistry.StartAsync(
            (context, _) =>
            {
                if (context.Request.Method == "GET" && IsManifest(context) && context.Request.Headers.UserAgent.ToString().StartsWith("docker/", StringComparison.Ordinal))
                {
                    Interlocked.Increment(ref pulls);
                }

                return FakeRegistry.PassAsync(context, http);
            },
            (await LabFixture.Engine).Gateway);
        var service = $$"""{image: "{{counting.Host}}/{{built.Repository}}:1", labels: {portal.health: "tcp:8080", portal.health.interval: 200ms} }""";
        await world.PostAsync($"tenants/{world.Tenant}/stacks", new { name = "sharing", compose = $"services: {{a: {service}, b: {service}, c: {service}, d: {service} }}" });

        var ended = await world.DeployAsync("sharing", new { target = "live" });

        Assert.Equal(1, pulls);
        Assert.Equal(3, ended.Log.Count(line => line.Contains("and on the host already", StringComparison.Ordinal)));
    }

    private static bool IsManifest(HttpContext context) => context.Request.Path.Value!.Contains("/manifests/", StringComparison.Ordinal);

    private async Task<RegistryLab> GuardedAsync(TokenIssuer? issuer = null) =>
        await RegistryLab.StartAsync(LabFixture.UndoLog, new RegistryLabOptions { Address = (await LabFixture.Engine).Gateway.ToString(), Account = ("ci", password), Tokens = issuer?.Options });

    /// <summary>The sample, and on the engine nothing of it under this name.</summary>
    private async Task<ImageReference> PushAsync(RegistryLab registry)
    {
        var sample = ImageReference.Parse((await world.PushAsync("guarded")).Reference);
        await world.Engine.Images.PullAsync(sample).ToListAsync();
        var image = registry.Reference("team/web:1");
        await world.Engine.Images.TagAsync(sample.ToString(), image);
        await LabImages.PushAsync(world.Engine, image, registry.Credentials);
        await world.Engine.Images.RemoveAsync(image.ToString(), force: true);
        return image;
    }

    private Task AddStackAsync(string tenant, string name, ImageReference image) => world.PostAsync($"tenants/{tenant}/stacks", new
    {
        name,
        compose = $$"""
            services:
              web:
                image: {{image}}
                labels: {portal.health: "tcp:8080", portal.health.interval: 200ms}
            """,
    });

    private async Task RefusedAsync(string tenant, string stack)
    {
        var (status, body) = await world.TryPostAsync($"tenants/{tenant}/stacks/{stack}/deployments", new { target = "live", force = true });
        Assert.True(status == HttpStatusCode.BadRequest, $"{(int)status} {body}");
        Assert.Contains("wants a user name and password", body.GetProperty("errors").GetProperty("images.web")[0].GetString());
    }

    private async Task<HttpStatusCode> SendAsync(HttpMethod method, string path, object? body = null)
    {
        using var client = await world.Portal.AdministratorAsync();
        using var request = new HttpRequestMessage(method, $"/api/v1/{path}") { Content = body is null ? null : System.Net.Http.Json.JsonContent.Create(body) };
        using var answer = await client.SendAsync(request);
        Assert.DoesNotContain(password, await answer.Content.ReadAsStringAsync());
        return answer.StatusCode;
    }

    /// <summary>Every table whose rows, as text, hold it.</summary>
    private async Task<List<string>> TablesWithAsync(string text)
    {
        await using var source = NpgsqlDataSource.Create(world.Portal.Database);
        await using var command = source.CreateCommand(
            "select table_name::text from information_schema.tables where table_schema = 'public' and query_to_xml(format('select * from %I', table_name), true, false, '')::text like '%' || $1 || '%'");
        command.Parameters.Add(new NpgsqlParameter { Value = text });
        await using var reader = await command.ExecuteReaderAsync();
        var found = new List<string>();
        while (await reader.ReadAsync())
        {
            found.Add(reader.GetString(0));
        }

        return found;
    }
}
