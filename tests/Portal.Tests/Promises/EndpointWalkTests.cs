using System.Collections.Frozen;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Portal.Lab.Load;
using Portal.Tests.Lab;
using Portal.Tests.Looks;

namespace Portal.Tests.Promises;

internal static class WalkSettings
{
    /// <summary>A gateway of its own, so that no two portals of a run want the same port.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> Quiet => [new("Portal:Gateway:Listen", $"127.0.0.1:{LoopbackPort.Free()}")];
}

/// <summary>
/// Every address that the running program answers: closed to strangers, or on a short list with the reason; and every one that changes
/// something, with the audit event that it writes. A new endpoint that is on neither list fails here.
/// </summary>
[Trait("Category", "Lab")]
public sealed class EndpointWalkTests(EndpointWalkTests.Lab lab) : IClassFixture<EndpointWalkTests.Lab>
{
    private const string Any = "ANY";

    /// <summary>Open to strangers, and why.</summary>
    internal static readonly FrozenDictionary<string, string> Anonymous = new Dictionary<string, string>
    {
        ["POST /api/v1/sessions"] = "it is how one signs in",
        ["POST /sign-out"] = "signed out already is signed out; with a session it wants an antiforgery token",
        ["POST /hooks/{id}"] = "the webhook's secret is the proof",
        ["GET /hooks/{id}/deliveries/{delivery}"] = "the webhook's secret is the proof",
        ["GET /openapi/{documentName}.json"] = "says nothing that the source does not",
        ["GET /healthz/live"] = "for whatever restarts the process",
        ["GET /healthz/ready"] = "for whatever sends traffic to the process",
        [$"{Any} /sign-in"] = "it is how one signs in",
    }.ToFrozenDictionary();

    /// <summary>What changes something → the action in the audit log.</summary>
    internal static readonly FrozenDictionary<string, string> Changing = new Dictionary<string, string>
    {
        ["POST /api/v1/sessions"] = "session.started",
        ["DELETE /api/v1/sessions/current"] = "session.ended",
        ["POST /sign-out"] = "session.ended",
        ["POST /api/v1/tenants"] = "tenant.created",
        ["POST /api/v1/tenants/{tenant}/members"] = "member.added",
        ["DELETE /api/v1/tenants/{tenant}/members/{id}"] = "member.removed",
        ["POST /api/v1/administrators"] = "member.added",
        ["DELETE /api/v1/administrators/{id}"] = "member.removed",
        ["POST /api/v1/hosts"] = "host.added",
        ["POST /api/v1/hosts/{id}/stacks/{stack}/adopt"] = "stack.adopted",
        ["PUT /api/v1/tenants/{tenant}/secrets/{name}"] = "secret.created",
        ["POST /api/v1/tenants/{tenant}/registries"] = "registry.added",
        ["DELETE /api/v1/tenants/{tenant}/secrets/{name}"] = "secret.removed",
        ["PATCH /api/v1/tenants/{tenant}/registries/{host}"] = "registry.changed",
        ["DELETE /api/v1/tenants/{tenant}/registries/{host}"] = "registry.removed",
        ["POST /api/v1/certificates"] = "certificate.added",
        ["DELETE /api/v1/certificates/{name}"] = "certificate.removed",
        ["POST /api/v1/tenants/{tenant}/certificates"] = "certificate.added",
        ["DELETE /api/v1/tenants/{tenant}/certificates/{name}"] = "certificate.removed",
        ["PUT /api/v1/tenants/{tenant}/readiness-rules"] = "readiness.chosen",
        ["POST /api/v1/tenants/{tenant}/stacks"] = "stack.created",
        ["PATCH /api/v1/tenants/{tenant}/stacks/{stack}"] = "stack.changed",
        ["POST /api/v1/tenants/{tenant}/routes"] = "route.added",
        ["PATCH /api/v1/tenants/{tenant}/routes/{id}"] = "route.changed",
        ["DELETE /api/v1/tenants/{tenant}/routes/{id}"] = "route.removed",
        ["POST /api/v1/tenants/{tenant}/tcp-routes"] = "route.added",
        ["DELETE /api/v1/tenants/{tenant}/tcp-routes/{id}"] = "route.removed",
        ["POST /api/v1/tenants/{tenant}/stacks/{stack}/deployments"] = "deployment.requested",
        ["POST /api/v1/deployments/{id}/cancel"] = "deployment.cancelled",
        ["POST /api/v1/deployments/{id}/compatible"] = "migration.vouched",
        ["POST /api/v1/tenants/{tenant}/switches"] = "switch.requested",
        ["POST /api/v1/tenants/{tenant}/parity"] = "deployment.requested",
        ["POST /api/v1/tenants/{tenant}/standby-size"] = "deployment.requested",
        ["POST /api/v1/tenants/{tenant}/checks"] = "check.added",
        ["DELETE /api/v1/tenants/{tenant}/checks/{name}"] = "check.removed",
        ["POST /api/v1/tenants/{tenant}/rehearsals"] = "rehearsal.made",
        ["POST /api/v1/tenants/{tenant}/switchback"] = "switchback.extended",
        ["DELETE /api/v1/tenants/{tenant}/switchback"] = "switchback.given_up",
        ["POST /api/v1/tenants/{tenant}/planned-switches/{id}/stop"] = "switch.stopped",
        ["PUT /api/v1/tenants/{tenant}/switch-rules"] = "switchrules.changed",
        ["POST /api/v1/tenants/{tenant}/asked-switches/{id}/approve"] = "switch.approved",
        ["POST /api/v1/tenants/{tenant}/asked-switches/{id}/refuse"] = "switch.withdrawn",
        ["POST /api/v1/tenants/{tenant}/freezes"] = "freeze.added",
        ["DELETE /api/v1/tenants/{tenant}/freezes/{name}"] = "freeze.removed",
        ["POST /api/v1/tenants/{tenant}/gradual"] = "gradual.begun",
        ["DELETE /api/v1/tenants/{tenant}/gradual"] = "gradual.stopped",
        ["PUT /api/v1/tenants/{tenant}/automation"] = "automation.changed",
        ["PUT /api/v1/tenants/{tenant}/lock"] = "lock.held",
        ["DELETE /api/v1/tenants/{tenant}/lock"] = "lock.released",
        ["PUT /api/v1/tenants/{tenant}/time-zone"] = "tenant.timezone",
        ["POST /api/v1/tenants/{tenant}/webhooks"] = "webhook.created",
        ["POST /api/v1/tenants/{tenant}/webhooks/{id}/rotate"] = "webhook.rotated",
        ["POST /api/v1/tenants/{tenant}/webhooks/{id}/disable"] = "webhook.disabled",
        ["POST /api/v1/tenants/{tenant}/webhooks/{id}/enable"] = "webhook.enabled",
        ["POST /hooks/{id}"] = "delivery.accepted",
    }.ToFrozenDictionary();

    /// <summary>Take more than GET and HEAD, and change nothing by themselves.</summary>
    private static readonly FrozenDictionary<string, string> Harmless = new Dictionary<string, string>
    {
        ["/deployments/preview"] = "says what a deployment would change",
        ["_blazor"] = "the pages' connection: what is done through it goes through the use cases, like everything",
    }.ToFrozenDictionary();

    [Fact]
    public void Only_what_is_listed_is_open_to_strangers()
    {
        var open = lab.Endpoints.Where(endpoint => endpoint.Endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null && !IsAsset(endpoint)).Select(endpoint => endpoint.Name).Distinct().Order();
        Assert.Equal(Anonymous.Keys.Order(), open.Where(name => name.Split(' ')[1] is not ("/not-found" or "/Error")).Order());
    }

    [Fact]
    public async Task A_stranger_is_turned_away_everywhere_else()
    {
        using var stranger = lab.Portal.Browser();
        var walked = 0;
        foreach (var endpoint in lab.Endpoints.Where(endpoint => !Anonymous.ContainsKey(endpoint.Name) && !IsAsset(endpoint)))
        {
            var verb = endpoint.Verb == Any ? "GET" : endpoint.Verb;
            using var request = new HttpRequestMessage(new HttpMethod(verb), Address(endpoint.Pattern));
            if (verb is "POST" or "PUT" or "PATCH")
            {
                request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
            }

            using var answer = await stranger.SendAsync(request);
            var toSignIn = answer.StatusCode == HttpStatusCode.Redirect && answer.Headers.Location!.ToString().StartsWith("/sign-in", StringComparison.Ordinal);
            var program = endpoint.Pattern.StartsWith("/api/", StringComparison.Ordinal) || endpoint.Pattern.StartsWith("/_blazor", StringComparison.Ordinal);
            Assert.True(program ? answer.StatusCode == HttpStatusCode.Unauthorized : toSignIn, $"{endpoint.Name} answers a stranger {(int)answer.StatusCode} {answer.Headers.Location}");
            walked++;
        }

        Assert.True(walked > 40, $"{walked} endpoints were walked");
    }

    [Fact]
    public void Everything_that_changes_something_names_its_audit_event()
    {
        var changing = lab.Endpoints
            .Where(endpoint => endpoint.Verb is "POST" or "PUT" or "PATCH" or "DELETE" && !Harmless.Keys.Any(harmless => endpoint.Pattern.Contains(harmless, StringComparison.Ordinal)))
            .Select(endpoint => endpoint.Name).Distinct().Order();
        Assert.Equal(Changing.Keys.Order(), changing);

        // That it is written when the endpoint is called is held by AuditWalkTests; that nobody made the name up, here.
        var source = string.Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", "Portal"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/Pages/", StringComparison.Ordinal)).Select(File.ReadAllText));
        Assert.All(Changing.Values.Where(action => !action.StartsWith("delivery.", StringComparison.Ordinal)), action => Assert.Contains($"\"{action}\"", source, StringComparison.Ordinal));
    }

    /// <summary>Files that hold nothing of anybody's: styles, scripts, icons.</summary>
    private static bool IsAsset(Walked endpoint) =>
        endpoint.Endpoint.Metadata.Any(one => one.GetType().Name.Contains("StaticAsset", StringComparison.Ordinal)) || endpoint.Pattern.StartsWith("/_framework/", StringComparison.Ordinal);

    private static string Address(string pattern) => string.Join('/', pattern.Split('/').Select(part => part switch
    {
        "{tenant}" or "{stack}" or "{template}" => "acme",
        ['{', .., '}'] => Guid.Empty.ToString(),
        _ => part,
    }));

    /// <param name="Pattern">Without constraints: <c>/deployments/{id}</c>.</param>
    public sealed record Walked(string Verb, string Pattern, RouteEndpoint Endpoint)
    {
        public string Name => $"{Verb} {Pattern}";
    }

    public sealed class Lab : IAsyncLifetime
    {
        public PortalLab Portal { get; private set; } = null!;

        public IReadOnlyList<Walked> Endpoints { get; private set; } = [];

        public async Task InitializeAsync()
        {
            Portal = await PortalLab.StartAsync(WalkSettings.Quiet);
            Endpoints =
            [
                .. from endpoint in Portal.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
                   let verbs = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []
                   from verb in IsPage(endpoint) || verbs.Count == 0 ? [Any] : verbs
                   select new Walked(verb, Pattern(endpoint), endpoint),
            ];
        }

        public async Task DisposeAsync() => await Portal.DisposeAsync();

        // A page takes GET, and POST for the forms that it has.
        private static bool IsPage(RouteEndpoint endpoint) => endpoint.Metadata.Any(one => one.GetType().Name == "ComponentTypeMetadata");

        private static string Pattern(RouteEndpoint endpoint) => "/" + string.Join('/', endpoint.RoutePattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(part => part switch
        {
            Microsoft.AspNetCore.Routing.Patterns.RoutePatternParameterPart parameter => $"{{{(parameter.IsCatchAll ? "*" : "")}{parameter.Name}}}",
            Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal => literal.Content,
            Microsoft.AspNetCore.Routing.Patterns.RoutePatternSeparatorPart separator => separator.Content,
            _ => "",
        }))));
    }
}
