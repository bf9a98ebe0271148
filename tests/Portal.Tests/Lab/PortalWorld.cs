using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Portal.Docker;
using Portal.Lab;
using Portal.Lab.Load;

namespace Portal.Tests.Lab;

/// <summary>
/// A published portal with gateway, engine and registry, and one tenant of its own whose name nobody else on the engine has. Spoken to
/// as programs do: by its API, and through its gateway.
/// </summary>
public sealed class PortalWorld : IAsyncDisposable
{
    private EngineLab engine = null!;
    private RegistryLab registry = null!;
    private HttpClient administrator = null!;

    private PortalWorld()
    {
    }

    public PortalLab Portal { get; private set; } = null!;

    /// <summary>Its slug.</summary>
    public string Tenant { get; } = $"t{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";

    public EngineClient Engine => engine.Client;

    public int GatewayPort { get; } = LoopbackPort.Free();

    public static async Task<PortalWorld> StartAsync(params KeyValuePair<string, string?>[] settings) =>
        await StartOnAsync(await LabFixture.Engine, database: null, settings);

    /// <param name="engine">One of the test's own, on the shared network: to be killed.</param>
    /// <param name="database">A connection string, to a server of the test's own.</param>
    public static async Task<PortalWorld> StartOnAsync(EngineLab engine, string? database, params KeyValuePair<string, string?>[] settings)
    {
        var world = new PortalWorld { engine = engine, registry = await LabFixture.Registry };
        world.Portal = await PortalLab.StartPublishedAsync(
            [new("Portal:Gateway:Listen", $"127.0.0.1:{world.GatewayPort}"), new("Portal:Webhooks:PerHook:Burst", "10000"), new("Portal:Webhooks:PerSource:Burst", "10000"), .. settings], database);
        world.administrator = await world.Portal.AdministratorAsync();
        await world.PostAsync("hosts", new { name = "lab", endpoint = $"unix://{world.engine.Socket}", publishAddress = world.engine.Address.ToString() });
        await world.AddTenantAsync(world.Tenant);
        return world;
    }

    public async ValueTask DisposeAsync()
    {
        await Portal.DisposeAsync();
        administrator.Dispose();
        foreach (var container in await Engine.Containers.ListAsync(new ContainerFilter { All = true, Labels = ["portal.tenant"] }))
        {
            if (container.Name.Contains(Tenant, StringComparison.Ordinal))
            {
                await Engine.Containers.RemoveAsync(container.Id, force: true);
            }
        }
    }

    public Task AddTenantAsync(string slug) => PostAsync("tenants", new { slug, name = slug.ToUpperInvariant(), blue = "lab", green = "lab" });

    /// <summary>The portal again after it was killed or stopped, and the administrator signed in again.</summary>
    public async Task RestartPortalAsync()
    {
        await Portal.RestartAsync();
        administrator.Dispose();
        administrator = await Portal.AdministratorAsync();
    }

    /// <summary>A version of the sample service in the registry.</summary>
    /// <param name="environment">What makes it misbehave: <c>EXIT_CODE=3</c>, <c>UNHEALTHY=true</c>, <c>START_DELAY_MS=3000</c>.</param>
    /// <returns>The reference, and the digest that the registry has it under.</returns>
    public async Task<(string Reference, string Digest)> PushAsync(string tag, params string[] environment) =>
        await (await LabFixture.Samples).PushAsync($"{Tenant}/web", tag, environment);

    /// <summary>A small one with busybox and this script as its program, under the same repository.</summary>
    public async Task PushScriptAsync(string tag, string script)
    {
        var builder = await LabFixture.Engine;
        var image = ImageReference.Parse(Image(tag));
        await LabImages.BusyboxAsync(builder.Client, image, ["sh", "/run.sh"], changes: [], new Dictionary<string, string> { ["run.sh"] = script });
        await LabImages.PushAsync(builder.Client, image);
        await builder.Client.Images.RemoveAsync(image.ToString(), force: true);
    }

    public string Image(string tag) => registry.Reference($"{Tenant}/web:{tag}").ToString();

    public string HostOf(string stack) => $"{stack}.{Tenant}.localhost";

    /// <summary>A stack of the sample service with a route, a probe and two replicas.</summary>
    public Task AddStackAsync(string name, string tag, int replicas = 2, string startLimit = "20s") => PostAsync($"tenants/{Tenant}/stacks", new
    {
        name,
        compose = $$"""
            services:
              web:
                image: {{Image(tag)}}
                expose: ["8080"]
                deploy: {replicas: {{replicas}}}
                labels:
                  portal.route.host: {{HostOf(name)}}
                  portal.route.port: "8080"
                  portal.health: "http:8080/health"
                  portal.health.interval: 200ms
                  portal.health.start_period: {{startLimit}}
            """,
    });

    public Dictionary<string, string> Web(string tag) => new() { ["web"] = Image(tag) };

    public async Task<string> RequestAsync(string stack, object request) =>
        (await PostAsync($"tenants/{Tenant}/stacks/{stack}/deployments", request)).GetProperty("id").GetString()!;

    public async Task<Ended> EndedAsync(string deployment)
    {
        var answer = await GetAsync($"deployments/{deployment}?wait=90");
        var log = await GetAsync($"deployments/{deployment}/log");
        return new Ended(deployment, answer.GetProperty("state").GetString()!, answer.GetProperty("reason").GetString(), answer.GetProperty("reasonText").GetString(),
            [.. log.EnumerateArray().Select(line => $"{line.GetProperty("kind").GetString()} {line.GetProperty("step").GetString()}: {line.GetProperty("text").GetString()}")]);
    }

    public async Task<Ended> DeployAsync(string stack, object request, string expected = "succeeded")
    {
        var ended = await EndedAsync(await RequestAsync(stack, request));
        Assert.True(ended.State == expected, ended.ToString());
        return ended;
    }

    /// <summary>Containers of the tenant's stack, whatever their state.</summary>
    public async Task<IReadOnlyList<ContainerSummary>> ContainersAsync(string stack, string? colour = null) =>
    [
        .. (await Engine.Containers.ListAsync(new ContainerFilter { All = true, Labels = [$"portal.tenant.name={Tenant}", $"portal.stack={stack}"] }))
            .Where(container => colour is null || container.Labels["portal.environment"] == colour),
    ];

    public async Task<string> LiveAsync() => (await GetAsync($"tenants/{Tenant}")).GetProperty("live").GetString()!;

    public LoadRun Load(string stack) =>
        LoadGenerator.Start(new LoadPlan(new IPEndPoint(IPAddress.Loopback, GatewayPort), HostOf(stack)) { Connections = 8, RatePerSecond = 300 });

    /// <summary>A report with what the portal wrote meanwhile and what its gateway has: for a failure that cannot be had again.</summary>
    public string Explain(LoadReport report)
    {
        var files = Path.Combine(Portal.DataDirectory, "gateway");
        return string.Join('\n', [$"{report}", .. report.ByKind.Select(kind => $"{kind.Key}: {kind.Value}"), "The portal:", .. Portal.Process.Output.TakeLast(60), "Its gateway's files:", .. Directory.EnumerateFiles(files, "*.map").Append(Path.Combine(files, "haproxy.cfg")).Select(File.ReadAllText)]);
    }

    /// <summary>What the gateway answers for a host name, once.</summary>
    public async Task<(HttpStatusCode Status, string? Version)> AskAsync(string host)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{GatewayPort}/") { Headers = { Host = host } };
        using var answer = await http.SendAsync(request);
        return (answer.StatusCode, answer.Headers.TryGetValues("X-Version", out var values) ? values.Single() : null);
    }

    public async Task<JsonElement> GetAsync(string path)
    {
        using var answer = await administrator.GetAsync($"/api/v1/{path}");
        return await GoodAsync(answer, path);
    }

    public async Task<JsonElement> PostAsync(string path, object body)
    {
        using var answer = await administrator.PostAsJsonAsync($"/api/v1/{path}", body);
        return await GoodAsync(answer, path);
    }

    public async Task PutAsync(string path, object body)
    {
        using var answer = await administrator.PutAsJsonAsync($"/api/v1/{path}", body);
        await GoodAsync(answer, path);
    }

    public Task<string> TextAsync(string path) => administrator.GetStringAsync(path);

    /// <summary>Whatever comes back.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Body)> TryPostAsync(string path, object body)
    {
        using var answer = await administrator.PostAsJsonAsync($"/api/v1/{path}", body);
        return (answer.StatusCode, await PortalCalls.JsonAsync(answer));
    }

    public async Task<(HttpStatusCode Status, JsonElement Body)> TryPatchAsync(string path, object body)
    {
        using var answer = await administrator.PatchAsJsonAsync($"/api/v1/{path}", body);
        return (answer.StatusCode, await PortalCalls.JsonAsync(answer));
    }

    public async Task<(HttpStatusCode Status, JsonElement Body)> TryPutAsync(string path, object body)
    {
        using var answer = await administrator.PutAsJsonAsync($"/api/v1/{path}", body);
        return (answer.StatusCode, await PortalCalls.JsonAsync(answer));
    }

    public async Task<HttpStatusCode> DeleteAsync(string path)
    {
        using var answer = await administrator.DeleteAsync($"/api/v1/{path}");
        return answer.StatusCode;
    }

    public async Task<HttpStatusCode> StatusAsync(string path) => await administrator.StatusAsync($"/api/v1/{path}");

    /// <summary>Calls a webhook with a body signed by the secret, or by what a test puts in its place.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Body)> CallAsync(string hook, string secret, object body, string? query = null, string? delivery = null)
    {
        var bytes = body as byte[] ?? JsonSerializer.SerializeToUtf8Bytes(body);
        using var http = new HttpClient { BaseAddress = Portal.Address, Timeout = TimeSpan.FromMinutes(3) };
        using var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/hooks/{hook}{query}") { Content = content };
        request.Headers.Add("X-Hub-Signature-256", "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), bytes)));
        if (delivery is not null)
        {
            request.Headers.Add("X-Delivery-Id", delivery);
        }

        using var answer = await http.SendAsync(request);
        return (answer.StatusCode, await PortalCalls.JsonAsync(answer));
    }

    public async Task<(string Id, string Secret)> WebhookAsync(string name, string stack, string target)
    {
        var made = await PostAsync($"tenants/{Tenant}/webhooks", new { name, stack, target });
        return (made.GetProperty("id").GetString()!, made.GetProperty("secret").GetString()!);
    }

    private static async Task<JsonElement> GoodAsync(HttpResponseMessage answer, string path)
    {
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        return await PortalCalls.JsonAsync(answer);
    }

    /// <summary>A deployment that is over.</summary>
    public sealed record Ended(string Id, string State, string? Reason, string? Text, IReadOnlyList<string> Log)
    {
        public override string ToString() => $"{State} ({Reason}): {Text}\n{string.Join('\n', Log)}";
    }
}

/// <summary>One world for the test classes that leave each other's stacks alone; they run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class PortalWorldCollection : ICollectionFixture<PortalWorldCollection.Shared>
{
    public const string Name = "portal world";

    public sealed class Shared : IAsyncLifetime
    {
        public PortalWorld World { get; private set; } = null!;

        public async Task InitializeAsync() => World = await PortalWorld.StartAsync();

        public async Task DisposeAsync()
        {
            if (World is not null)
            {
                await World.DisposeAsync();
            }
        }
    }
}
