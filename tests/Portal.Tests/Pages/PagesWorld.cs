using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using Portal.Docker;
using Portal.Lab;
using Portal.Lab.Directories;
using Portal.Lab.Load;
using Portal.Tests.Lab;
using static Microsoft.Playwright.Assertions;

namespace Portal.Tests.Pages;

/// <summary>Test classes of this collection share one <see cref="PagesWorld"/> and run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class PagesCollection : ICollectionFixture<PagesWorld>
{
    public const string Name = "pages";
}

/// <summary>
/// A whole portal for browser tests, on real parts: published, with gateway, engine, registry and directory. Tenant <c>acme</c> has the
/// stack <c>shop</c> (the sample, version 1, two replicas) on both sides; <c>globex</c> is there and has nothing. The sample's groups
/// have their roles in both. Leave these as they are, or put them back: for what changes much, take a tenant of your own.
/// </summary>
public sealed class PagesWorld : IAsyncLifetime
{
    public const string Tenant = "acme";
    public const string Stack = "shop";
    private const float Patience = 30_000;
    private static readonly string[] Groups = ["viewer", "developer", "operator", "owner"];

    private EngineLab engine = null!;
    private PortalLab portal = null!;
    private RegistryLab registry = null!;
    private SampleImages samples = null!;

    public Uri Address => portal.Address;

    /// <summary>The portal itself, for a look at what it keeps.</summary>
    public PortalLab Portal => portal;

    public DirectoryLab Directory { get; private set; } = null!;

    /// <summary>Where the gateway listens on loopback.</summary>
    public int GatewayPort { get; } = LoopbackPort.Free();

    /// <summary>Where it takes HTTPS.</summary>
    public int HttpsPort { get; } = LoopbackPort.Free();

    /// <summary>The only one that the gateway offers for TCP.</summary>
    public int TcpPort { get; } = LoopbackPort.Free();

    /// <summary>The break-glass account's client: for what no page is under test for.</summary>
    public HttpClient Administrator { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        SetDefaultExpectTimeout(Patience);
        (engine, registry, Directory, samples) = (await LabFixture.Engine, await LabFixture.Registry, await LabFixture.Directory, await LabFixture.Samples);
        portal = await PortalLab.StartPublishedAsync(
        [
            .. Directory.PortalSettings("None"),
            new("Portal:Access:FailuresPerSource", "100000"),
            new("Portal:Gateway:Listen", $"127.0.0.1:{GatewayPort}"),
            new("Portal:Gateway:ListenHttps", $"127.0.0.1:{HttpsPort}"),
            new("Portal:Gateway:TcpPorts", $"{TcpPort}-{TcpPort}"),
        ]);
        Administrator = await portal.AdministratorAsync();
        await PushAsync("1");
        await PushAsync("2");
        await PostAsync("hosts", new { name = "lab", endpoint = $"unix://{engine.Socket}", publishAddress = engine.Address.ToString() });
        await PostAsync("administrators", new { group = SampleTree.Group("portal-administrators") });
        await AddTenantAsync(Tenant, "Acme");
        await AddTenantAsync("globex", "Globex", "globex");
        await AddStackAsync(Tenant, Stack);
        await DeployAsync(Tenant, Stack, new { target = "both" });
    }

    public async Task DisposeAsync()
    {
        if (portal is null)
        {
            return;
        }

        // Others' portals are on this engine too.
        var tenants = (await GetAsync("tenants")).EnumerateArray().Select(tenant => tenant.GetProperty("id").GetString()!).ToHashSet();
        await portal.DisposeAsync();
        foreach (var container in await engine.Client.Containers.ListAsync(new ContainerFilter { All = true, Labels = ["portal.tenant"] }))
        {
            if (tenants.Contains(container.Labels["portal.tenant"]))
            {
                await engine.Client.Containers.RemoveAsync(container.Id, force: true);
            }
        }

        Administrator.Dispose();
    }

    /// <summary>A version of the sample in the registry.</summary>
    /// <param name="environment">What makes it misbehave: <c>EXIT_CODE=3</c>, <c>UNHEALTHY=true</c>, <c>START_DELAY_MS=3000</c>.</param>
    public async Task<string> PushAsync(string tag, params string[] environment) => (await samples.PushAsync("acme/web", tag, environment)).Reference;

    /// <summary>The same with a layer that nobody has yet: for whom the pull itself matters.</summary>
    public Task<string> BuildAsync(string tag, params string[] environment) => samples.BuildAsync("acme/web", tag, environment);

    public string Image(string tag) => registry.Reference($"acme/web:{tag}").ToString();

    /// <param name="groups">Whose groups get the roles: <c>acme</c>'s people unless another of the sample's is named.</param>
    public async Task AddTenantAsync(string slug, string name, string groups = "acme")
    {
        await PostAsync("tenants", new { slug, name, blue = "lab", green = "lab" });
        foreach (var role in Groups)
        {
            await PostAsync($"tenants/{slug}/members", new { group = SampleTree.Group($"{groups}-{role}s"), role, deployLive = false });
        }
    }

    public Task AddStackAsync(string tenant, string name, string tag = "1") => PostAsync($"tenants/{tenant}/stacks", new
    {
        name,
        template = "sample-web",
        answers = new Dictionary<string, string> { ["image"] = Image(tag), ["host_name"] = $"{name}.{tenant}.localhost", ["replicas"] = "2" },
    });

    /// <summary>A stack of three services, written by hand.</summary>
    public Task AddTrioAsync(string tenant, string name, string tag) => PostAsync($"tenants/{tenant}/stacks", new
    {
        name,
        compose = $$"""
            services:
              web:
                image: {{Image(tag)}}
                expose: ["8080"]
                deploy: {replicas: 3}
                labels: {portal.route.host: "{{name}}.{{tenant}}.localhost", portal.route.port: "8080", portal.health: "http:8080/health", portal.health.interval: 1s}
              api:
                image: {{Image(tag)}}
                expose: ["8080"]
                deploy: {replicas: 2}
                labels: {portal.health: "http:8080/health", portal.health.interval: 1s}
              worker:
                image: {{Image(tag)}}
                labels: {portal.health: "tcp:8080", portal.health.interval: 1s}
            """,
    });

    /// <summary>Asks for a deployment and waits for its end.</summary>
    /// <returns>The last one asked for, as the API shows it.</returns>
    public async Task<JsonElement> DeployAsync(string tenant, string stack, object request, string expected = "succeeded")
    {
        var id = await RequestAsync(tenant, stack, request);
        using var answer = await Administrator.GetAsync($"/api/v1/deployments/{id}?wait=120");
        var ended = await PortalCalls.JsonAsync(answer);
        Assert.True(ended.GetProperty("state").GetString() == expected, $"{ended}\n{await Administrator.GetStringAsync($"/api/v1/deployments/{id}/log")}");
        return ended;
    }

    /// <summary>Asks for a deployment and leaves it running.</summary>
    public async Task<string> RequestAsync(string tenant, string stack, object request) =>
        (await PostAsync($"tenants/{tenant}/stacks/{stack}/deployments", request)).GetProperty("id").GetString()!;

    /// <summary>Keeps asking through the gateway, as visitors do, until disposed of.</summary>
    public LoadRun Visit(string hostName) =>
        LoadGenerator.Start(new LoadPlan(new IPEndPoint(IPAddress.Loopback, GatewayPort), hostName) { Connections = 4, RatePerSecond = 200 }, CancellationToken.None);

    public Task<JsonElement> SwitchAsync(string tenant, string reason) => PostAsync($"tenants/{tenant}/switches", new { reason });

    public async Task<JsonElement> GetAsync(string path)
    {
        using var answer = await Administrator.GetAsync($"/api/v1/{path}");
        Assert.True(answer.IsSuccessStatusCode, $"GET {path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        return await PortalCalls.JsonAsync(answer);
    }

    public async Task<JsonElement> PostAsync(string path, object body)
    {
        using var answer = await Administrator.PostAsJsonAsync($"/api/v1/{path}", body);
        Assert.True(answer.IsSuccessStatusCode, $"POST {path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        return await PortalCalls.JsonAsync(answer);
    }

    /// <summary>Waits until the page's circuit stands: before that, a click on what needs it is lost.</summary>
    public static Task LiveAsync(IPage page) => Expect(page.Locator(".shell[data-live]")).ToBeVisibleAsync();

    /// <summary>A browser window of this person's, signed in by the page, at an address.</summary>
    /// <param name="width">1280 for a desk, 390 for a hand.</param>
    public async Task<IPage> OpenAsync(string login, string path, int width = 1280, bool dark = false)
    {
        var context = await (await LabFixture.Browser).NewContextAsync(new()
        {
            BaseURL = portal.Address.ToString(),
            ViewportSize = new ViewportSize { Width = width, Height = width < 800 ? 844 : 800 },
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            ReducedMotion = ReducedMotion.Reduce,
        });
        context.SetDefaultTimeout(Patience);
        var page = await context.NewPageAsync();
        await page.GotoAsync(path);
        await page.GetByLabel("Name").FillAsync(login);
        await page.GetByLabel("Password").FillAsync(login == "admin" ? PortalLab.AdministratorPassword : SampleTree.Password(login));
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await page.WaitForURLAsync(url => new Uri(url).AbsolutePath == path.Split('?')[0]);
        await LiveAsync(page);
        return page;
    }
}
