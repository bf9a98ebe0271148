using System.Net;
using System.Net.Http.Json;
using Portal.Lab.Directories;
using Portal.Tests.Lab;

namespace Portal.Tests.EndToEnd;

/// <summary>Compose text that may not run is refused before anything starts, by line and field.</summary>
[Trait("Category", "Lab")]
public sealed class BadInputTests(BadInputTests.Lab lab) : IClassFixture<BadInputTests.Lab>
{
    [Theory]
    [InlineData("services:\n  web:\n    image: a/b:1\n    imaeg: x\n", 4, "imaeg")]
    [InlineData("services:\n  web:\n    image: a/b:1\n    ports: 80\n", 4, "ports")]
    [InlineData("services:\n  web:\n    command: run\n", 2, "web")]
    [InlineData("services:\n  web:\n    image: a/b:1\n    privileged: true\n", 4, "privileged")]
    [InlineData("services:\n  web:\n    image: a/b:1\n    volumes: ['/etc:/etc']\n", 4, "volumes")]
    [InlineData("services:\n  web:\n    image: a/b:1\n    volumes: ['/var/run/docker.sock:/var/run/docker.sock']\n", 4, "volumes")]
    [InlineData("services:\n  web:\n    image: a/b:1\n    network_mode: host\n", 4, "network_mode")]
    [InlineData("services:\n  web:\n    image: a/b:1\n    pid: host\n", 4, "pid")]
    [InlineData("services:\n  web:\n    image: a/b:1\n    cap_add: [SYS_ADMIN]\n", 4, "cap_add")]
    [InlineData("services:\n  a:\n    image: a/b:1\n    depends_on: [b]\n  b:\n    image: a/b:1\n    depends_on: [a]\n", 4, "depends_on")]
    [InlineData("services:\n  web:\n    image: a/b:${TAG}\n", 3, "image")]
    [InlineData("services:\n  web:\n    image: [\n", 4, "")]
    public async Task Compose_text_that_may_not_run_is_refused_by_line_and_field(string compose, int line, string field)
    {
        using var answer = await lab.Administrator.PostAsJsonAsync("/api/v1/tenants/acme/stacks", new { name = "bad", compose });

        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.UnprocessableEntity, $"{(int)answer.StatusCode} {text}");
        var findings = (await PortalCalls.JsonAsync(answer)).GetProperty("findings").EnumerateArray().ToList();
        Assert.True(findings.Exists(finding => finding.GetProperty("line").GetInt32() == line && finding.GetProperty("field").GetString()!.Contains(field, StringComparison.Ordinal)), text);
        Assert.Equal(0, (await PortalCalls.JsonAsync(await lab.Administrator.GetAsync("/api/v1/tenants/acme/stacks"))).GetArrayLength());
    }

    [Theory]
    [InlineData("GET", "/api/v1/tenants/globex")]
    [InlineData("GET", "/api/v1/tenants/globex/stacks")]
    [InlineData("POST", "/api/v1/tenants/globex/stacks")]
    [InlineData("GET", "/api/v1/tenants/globex/webhooks")]
    [InlineData("POST", "/api/v1/tenants/globex/webhooks")]
    [InlineData("GET", "/api/v1/tenants/globex/deployments")]
    [InlineData("POST", "/api/v1/tenants/globex/stacks/x/deployments")]
    [InlineData("GET", "/api/v1/tenants/globex/switches")]
    [InlineData("POST", "/api/v1/tenants/globex/switches")]
    [InlineData("GET", "/api/v1/tenants/globex/preflight")]
    [InlineData("GET", "/api/v1/tenants/globex/checks")]
    [InlineData("POST", "/api/v1/tenants/globex/checks")]
    [InlineData("DELETE", "/api/v1/tenants/globex/checks/x")]
    [InlineData("GET", "/api/v1/tenants/globex/rehearsals")]
    [InlineData("POST", "/api/v1/tenants/globex/rehearsals")]
    [InlineData("GET", "/api/v1/tenants/globex/switchback")]
    [InlineData("POST", "/api/v1/tenants/globex/switchback")]
    [InlineData("DELETE", "/api/v1/tenants/globex/switchback")]
    [InlineData("GET", "/api/v1/tenants/globex/freezes")]
    [InlineData("POST", "/api/v1/tenants/globex/freezes")]
    [InlineData("DELETE", "/api/v1/tenants/globex/freezes/x")]
    [InlineData("DELETE", "/api/v1/tenants/globex/lock")]
    [InlineData("GET", "/api/v1/tenants/globex/members")]
    [InlineData("GET", "/api/v1/tenants/globex/registries")]
    [InlineData("POST", "/api/v1/tenants/globex/registries")]
    [InlineData("DELETE", "/api/v1/tenants/globex/registries/registry.example")]
    [InlineData("GET", "/api/v1/tenants/globex/certificates")]
    [InlineData("POST", "/api/v1/tenants/globex/certificates")]
    [InlineData("DELETE", "/api/v1/tenants/globex/certificates/shop.example")]
    [InlineData("GET", "/api/v1/audit?tenant=globex")]
    [InlineData("GET", "/api/v1/deployments/01a1fd39-4a73-7d73-9089-cc7e77cc234a")]
    public async Task Another_tenants_things_are_not_found(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method == "POST")
        {
            request.Content = JsonContent.Create(new { name = "x", compose = "x", target = "standby", stack = "x", reason = "x" });
        }

        using var answer = await lab.AcmesDeveloper.SendAsync(request);

        Assert.True(answer.StatusCode == HttpStatusCode.NotFound, $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }

    public sealed class Lab : IAsyncLifetime
    {
        private PortalLab portal = null!;

        public HttpClient Administrator { get; private set; } = null!;

        public HttpClient AcmesDeveloper { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            var (engine, directory) = (await LabFixture.Engine, await LabFixture.Directory);
            portal = await PortalLab.StartAsync(directory.PortalSettings("None"));
            Administrator = await portal.AdministratorAsync();
            await PostAsync("hosts", new { name = "lab", endpoint = $"unix://{engine.Socket}" });
            foreach (var slug in new[] { "acme", "globex" })
            {
                await PostAsync("tenants", new { slug, name = slug, blue = "lab", green = "lab" });
            }

            await PostAsync("tenants/acme/members", new { group = SampleTree.Group("acme-developers"), role = "developer", deployLive = true });
            AcmesDeveloper = await portal.ProgramAsync("acme-dev", SampleTree.Password("acme-dev"));
        }

        public async Task DisposeAsync()
        {
            Administrator?.Dispose();
            AcmesDeveloper?.Dispose();
            if (portal is not null)
            {
                await portal.DisposeAsync();
            }
        }

        private async Task PostAsync(string path, object body)
        {
            using var answer = await Administrator.PostAsJsonAsync($"/api/v1/{path}", body);
            Assert.True(answer.IsSuccessStatusCode, $"{path}: {await answer.Content.ReadAsStringAsync()}");
        }
    }
}
