using System.Text.Json;
using Portal.Tests.Lab;

namespace Portal.Tests.Promises;

/// <summary>What programs may build on is written down, by the program itself.</summary>
[Trait("Category", "Lab")]
public sealed class ApiDescriptionTests(ApiDescriptionTests.Lab lab) : IClassFixture<ApiDescriptionTests.Lab>
{
    private static readonly string[] Verbs = ["get", "post", "put", "patch", "delete"];

    /// <summary>Names that were promised: they do not change.</summary>
    public static TheoryData<string, string> Fixed => new()
    {
        { "post", "/api/v1/sessions" },
        { "get", "/api/v1/tenants" },
        { "get", "/api/v1/tenants/{tenant}" },
        { "get", "/api/v1/tenants/{tenant}/stacks" },
        { "post", "/api/v1/tenants/{tenant}/stacks" },
        { "post", "/api/v1/tenants/{tenant}/stacks/{stack}/deployments" },
        { "get", "/api/v1/deployments/{id}" },
        { "post", "/api/v1/tenants/{tenant}/switches" },
        { "get", "/api/v1/tenants/{tenant}/webhooks" },
        { "post", "/api/v1/tenants/{tenant}/webhooks" },
        { "post", "/hooks/{id}" },
        { "get", "/api/v1/audit" },
        { "get", "/healthz/live" },
        { "get", "/healthz/ready" },
    };

    [Theory]
    [MemberData(nameof(Fixed))]
    public void A_fixed_name_is_in_the_description(string verb, string path) =>
        Assert.True(lab.Paths.TryGetProperty(path, out var operations) && operations.TryGetProperty(verb, out _), $"{verb} {path} is not among:\n{string.Join('\n', lab.Paths.EnumerateObject().Select(one => one.Name))}");

    [Theory]
    [InlineData("/api/v1/sessions", "user", "password")]
    [InlineData("/api/v1/tenants/{tenant}/stacks", "name", "template", "version", "answers", "compose")]
    [InlineData("/api/v1/tenants/{tenant}/stacks/{stack}/deployments", "target", "images", "revision")]
    [InlineData("/api/v1/tenants/{tenant}/switches", "reason")]
    public void A_fixed_body_has_its_fields(string path, params string[] fields)
    {
        var schema = lab.Paths.GetProperty(path).GetProperty("post").GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("schema");
        var known = lab.Schema(schema).GetProperty("properties").EnumerateObject().Select(property => property.Name).ToList();
        Assert.All(fields, field => Assert.Contains(field, known));
    }

    [Theory]
    [InlineData("/api/v1/deployments/{id}", "wait")]
    [InlineData("/hooks/{id}", "wait")]
    [InlineData("/api/v1/audit", "tenant")]
    [InlineData("/api/v1/audit", "since")]
    [InlineData("/api/v1/audit", "until")]
    public void A_fixed_parameter_is_there(string path, string name) =>
        Assert.Contains(name, lab.Paths.GetProperty(path).EnumerateObject().SelectMany(operation => operation.Value.GetProperty("parameters").EnumerateArray()).Select(parameter => parameter.GetProperty("name").GetString()));

    [Fact]
    public void Every_operation_has_an_id_of_its_own_a_summary_and_a_tag_and_says_who_may()
    {
        var ids = new HashSet<string>();
        foreach (var path in lab.Paths.EnumerateObject())
        {
            foreach (var operation in path.Value.EnumerateObject().Where(one => Verbs.Contains(one.Name)))
            {
                var what = $"{operation.Name} {path.Name}";
                Assert.True(operation.Value.TryGetProperty("operationId", out var id) && ids.Add(id.GetString()!), $"{what} has no id of its own");
                Assert.True(operation.Value.TryGetProperty("summary", out var summary) && summary.GetString()!.Length > 5, $"{what} has no summary");
                Assert.True(operation.Value.TryGetProperty("tags", out var tags) && tags.EnumerateArray().Single().GetString() is not (null or "Portal"), $"{what} has no tag");
                var open = EndpointWalkTests.Anonymous.ContainsKey($"{operation.Name.ToUpperInvariant()} {path.Name}");
                Assert.True(open != operation.Value.TryGetProperty("security", out _), $"{what} does not say whether it needs a session");
            }
        }

        Assert.True(ids.Count > 30, $"{ids.Count} operations");
    }

    public sealed class Lab : IAsyncLifetime
    {
        private JsonElement root;

        public JsonElement Paths => root.GetProperty("paths");

        public JsonElement Schema(JsonElement schema) => schema.TryGetProperty("$ref", out var reference)
            ? root.GetProperty("components").GetProperty("schemas").GetProperty(reference.GetString()!.Split('/')[^1])
            : schema;

        public async Task InitializeAsync()
        {
            await using var portal = await PortalLab.StartAsync(WalkSettings.Quiet);
            using var stranger = portal.Browser();
            root = JsonDocument.Parse(await stranger.GetStringAsync("/openapi/v1.json")).RootElement.Clone();
        }

        public Task DisposeAsync() => Task.CompletedTask;
    }
}
