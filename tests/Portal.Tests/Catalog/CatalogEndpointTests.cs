using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Portal.Catalog;

namespace Portal.Tests.Catalog;

public sealed class CatalogEndpointTests : IAsyncLifetime
{
    private readonly CatalogFolder folder = new CatalogFolder()
        .Config("app", "1.0.0").Version("app", 0, "1.0.0").Version("app", 1, "1.1.0")
        .Write("app/catalogIcon-app.svg", "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
        .Write("app/README.md", "# App\n\n<b>bold</b>")
        .Version("broken", 0, "1.0.0")
        .Write("outside.svg", "<svg/>");

    private readonly HttpClient client = new();
    private WebApplication app = null!;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration["Portal:Catalog:BuiltIn"] = folder.Path;
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddCatalog();
        app = builder.Build();
        app.MapGroup("/api/v1").MapCatalog();
        await app.StartAsync();
        client.BaseAddress = new Uri(app.Urls.Single());
    }

    public async Task DisposeAsync()
    {
        await app.DisposeAsync();
        client.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task The_list_holds_a_card_for_each_template_the_broken_one_with_its_problem()
    {
        using var answer = JsonDocument.Parse(await client.GetStringAsync("/api/v1/catalog"));

        var cards = answer.RootElement.GetProperty("templates").EnumerateArray().ToDictionary(card => card.GetProperty("name").GetString()!);
        Assert.Equal("app by name", cards["app"].GetProperty("title").GetString());
        Assert.Equal("1.0.0", cards["app"].GetProperty("defaultVersion").GetString());
        Assert.Equal("/api/v1/catalog/app/icon", cards["app"].GetProperty("icon").GetString());
        Assert.Equal(0, cards["app"].GetProperty("problems").GetArrayLength());
        Assert.Equal("config.yml: is missing", cards["broken"].GetProperty("problems")[0].GetString());
    }

    [Fact]
    public async Task A_template_comes_with_its_questions_and_its_readme()
    {
        using var answer = JsonDocument.Parse(await client.GetStringAsync("/api/v1/catalog/app?version=1.1.0"));

        Assert.Equal("1.1.0", answer.RootElement.GetProperty("version").GetString());
        var question = answer.RootElement.GetProperty("questions")[0];
        Assert.Equal("tag", question.GetProperty("variable").GetString());
        Assert.Equal("string", question.GetProperty("type").GetString());
        Assert.True(question.GetProperty("required").GetBoolean());
        Assert.Equal("<h1>App</h1>\n<p>&lt;b&gt;bold&lt;/b&gt;</p>\n", answer.RootElement.GetProperty("readme").GetString());
    }

    [Fact]
    public async Task An_icon_can_run_nothing()
    {
        using var answer = await client.GetAsync("/api/v1/catalog/app/icon");

        Assert.Equal("image/svg+xml", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("default-src 'none'; style-src 'unsafe-inline'; sandbox", answer.Headers.GetValues("Content-Security-Policy").Single());
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.NotNull(answer.Headers.ETag);
    }

    [Theory]
    [InlineData("/api/v1/catalog/..%2foutside.svg/icon")]
    [InlineData("/api/v1/catalog/..%2f..%2f..%2fetc%2fpasswd/icon")]
    [InlineData("/api/v1/catalog/%2e%2e/icon")]
    [InlineData("/api/v1/catalog/app%2f..%2fapp/icon")]
    [InlineData("/api/v1/catalog/app%00/icon")]
    [InlineData("/api/v1/catalog/broken/icon")]
    [InlineData("/api/v1/catalog/App/icon")]
    public async Task Nothing_but_a_templates_own_icon_can_be_had(string address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(client.BaseAddress!.GetLeftPart(UriPartial.Authority) + address, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        using var answer = await client.SendAsync(request);

        Assert.Contains(answer.StatusCode, new[] { HttpStatusCode.NotFound, HttpStatusCode.BadRequest });
        Assert.NotEqual("image/svg+xml", answer.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData("/api/v1/catalog/nothing")]
    [InlineData("/api/v1/catalog/app?version=9")]
    public async Task What_the_catalog_does_not_have_is_not_found(string address)
    {
        using var answer = await client.GetAsync(address);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }
}
