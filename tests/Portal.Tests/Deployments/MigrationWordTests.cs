using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Portal.Tests.Lab;
using Portal.Tests.Pages;

namespace Portal.Tests.Deployments;

/// <summary>What a stack's two sides share, and a migration of it, which needs an operator's word.</summary>
[Collection(PagesCollection.Name)]
[Trait("Category", "Lab")]
public sealed class MigrationWordTests(PagesWorld world)
{
    private static readonly object Orders = new[] { new { kind = "database", name = "orders", note = "both sides write to it" } };

    [Fact]
    public async Task A_developers_migration_waits_for_an_operators_word_and_goes_on_with_it()
    {
        await PreparedAsync("words");
        using var developer = await Caller.OfAsync(world.Address, "acme-dev");
        using var ops = await Caller.OfAsync(world.Address, "acme-ops");
        using var viewer = await Caller.OfAsync(world.Address, "acme-view");
        using var stranger = await Caller.OfAsync(world.Address, "globex-owner");

        var (id, asked) = await AskAsync(developer, "words", new { target = "standby", images = Web("2"), migration = true });
        Assert.True(asked.GetProperty("waitsForWord").GetBoolean(), asked.ToString());
        var waiting = await world.GetAsync($"deployments/{id}?wait=2");
        Assert.Equal(("queued", true), (waiting.GetProperty("state").GetString(), waiting.GetProperty("migration").GetProperty("waits").GetBoolean()));

        var word = $"deployments/{id}/compatible";
        Is(HttpStatusCode.Forbidden, await developer.PostAsync(word, new { reason = "it is mine" }));
        Is(HttpStatusCode.Forbidden, await viewer.PostAsync(word, new { reason = "why not" }));
        Is(HttpStatusCode.NotFound, await stranger.PostAsync(word, new { reason = "whose is it" }));
        Is(HttpStatusCode.BadRequest, await ops.PostAsync(word, new { reason = "  " }));
        Is(HttpStatusCode.BadRequest, await ops.PostAsync(word, new { reason = new string('x', 501) }));
        Assert.Equal("queued", (await world.GetAsync($"deployments/{id}")).GetProperty("state").GetString());

        Is(HttpStatusCode.OK, await ops.PostAsync(word, new { reason = "it only adds a column" }));
        var ended = await world.GetAsync($"deployments/{id}?wait=120");
        Assert.Equal("succeeded", ended.GetProperty("state").GetString());
        var said = ended.GetProperty("migration").GetProperty("compatible");
        Assert.Equal(("acme-ops", "it only adds a column"), (said.GetProperty("by").GetString(), said.GetProperty("reason").GetString()));
        var line = (await world.GetAsync("audit?tenant=words&action=migration.vouched"))[0];
        Assert.Equal(("acme-ops", "site"), (line.GetProperty("actor").GetString(), line.GetProperty("target").GetString()));
        Assert.All(["it only adds a column", "database orders", "acme-dev"], part => Assert.Contains(part, line.GetProperty("after").ToString(), StringComparison.Ordinal));
        Is(HttpStatusCode.Conflict, await ops.PostAsync(word, new { reason = "once more" }));

        // What has run is no new migration: again, to the other side, and back to what was before.
        await world.DeployAsync("words", "site", new { target = "standby", revision = 2 });
        await world.PostAsync("tenants/words/parity", new { from = "standby" });
        await Eventually.SeesAsync("live", async () => (await world.GetAsync("tenants/words/stacks/site")).GetProperty("stack").GetProperty("runs").GetProperty("blue").GetInt32(), number => number == 2);
        await world.DeployAsync("words", "site", new { target = "both", revision = 1 });
    }

    [Fact]
    public async Task No_other_way_leads_around_the_word()
    {
        await PreparedAsync("around");
        using var developer = await Caller.OfAsync(world.Address, "acme-dev");
        using var ops = await Caller.OfAsync(world.Address, "acme-ops");
        var hook = await world.PostAsync("tenants/around/webhooks", new { name = "ci", stack = "site" });

        // The declaration itself goes by the same word.
        Is(HttpStatusCode.Forbidden, await developer.PatchAsync("tenants/around/stacks/site", new { shared = Array.Empty<object>() }));
        Is(HttpStatusCode.Forbidden, await developer.PatchAsync("tenants/around/stacks/site", new { shared = (object?)null }));
        Is(HttpStatusCode.Forbidden, await developer.PatchAsync("tenants/around/stacks/site", new { shared = new[] { new { kind = "volume", name = "orders" } } }));
        Is(HttpStatusCode.OK, await developer.PatchAsync("tenants/around/stacks/site", new { shared = new[] { new { kind = "volume", name = "uploads", note = "" }, new { kind = "database", name = "orders", note = "in other words" } } }));

        var (first, _) = await AskAsync(developer, "around", new { target = "standby", images = Web("2"), migration = true });
        // Neither who asked nor anybody else can give the word to what is cancelled; and the same images need it whoever brings them.
        Is(HttpStatusCode.Accepted, await developer.PostAsync($"deployments/{first}/cancel"));
        await StateAsync(first, "cancelled");
        Is(HttpStatusCode.Conflict, await ops.PostAsync($"deployments/{first}/compatible", new { reason = "too late" }));
        var (again, asked) = await AskAsync(developer, "around", new { target = "standby", images = Web("2") });
        Assert.True(asked.GetProperty("waitsForWord").GetBoolean(), asked.ToString());
        (var forced, asked) = await AskAsync(developer, "around", new { target = "standby", force = true });
        Assert.True(asked.GetProperty("waitsForWord").GetBoolean(), asked.ToString());
        await StateAsync(again, "superseded");
        (_, asked) = await AskAsync(developer, "around", new { target = "standby", revision = 2 });
        Assert.True(asked.GetProperty("waitsForWord").GetBoolean(), asked.ToString());
        await StateAsync(forced, "superseded");
        // By a webhook, which cannot vouch for itself.
        var image = world.Image("2");
        var (status, called) = await CallAsync(hook, new { image = image[..image.LastIndexOf(':')], tag = "2", compatible = "says the build" }, "?wait=2");
        Assert.True(status == HttpStatusCode.GatewayTimeout && called.GetProperty("waitsForWord").GetBoolean(), $"{status}: {called}");

        // What ran before is no migration, however it is brought.
        await world.DeployAsync("around", "site", new { target = "standby", images = Web("1") });

        // Once somebody has said it of the images, they go where they are sent.
        (status, called) = await CallAsync(hook, new { image = image[..image.LastIndexOf(':')], tag = "2", migration = true }, "");
        Assert.True(status == HttpStatusCode.Accepted, called.ToString());
        var delivery = await world.GetAsync($"deployments/{called.GetProperty("deploymentId").GetString()}");
        Is(HttpStatusCode.OK, await ops.PostAsync($"deployments/{delivery.GetProperty("id").GetString()}/compatible", new { reason = "it only adds" }));
        await StateAsync(delivery.GetProperty("id").GetString()!, "succeeded");
        await world.DeployAsync("around", "site", new { target = "both", force = true });
    }

    [Fact]
    public async Task An_operator_vouches_in_the_same_act_and_where_nothing_is_shared_nobody_has_to()
    {
        await OwnTenant.OfAsync(world, "vouch", "Vouch", "site");
        using var developer = await Caller.OfAsync(world.Address, "acme-dev");
        using var ops = await Caller.OfAsync(world.Address, "acme-ops");
        var (first, asked) = await AskAsync(developer, "vouch", new { target = "standby", migration = true });
        Assert.False(asked.GetProperty("waitsForWord").GetBoolean(), asked.ToString());
        await StateAsync(first, "succeeded");
        Assert.False((await world.GetAsync($"deployments/{first}")).GetProperty("migration").GetProperty("wordNeeded").GetBoolean());

        Is(HttpStatusCode.OK, await developer.PatchAsync("tenants/vouch/stacks/site", new { shared = Orders }));
        Is(HttpStatusCode.Forbidden, await developer.PostAsync("tenants/vouch/stacks/site/deployments", new { target = "standby", images = Web("2"), migration = true, compatible = "trust me" }));
        Is(HttpStatusCode.BadRequest, await ops.PostAsync("tenants/vouch/stacks/site/deployments", new { target = "standby", images = Web("2"), compatible = "of what" }));
        Is(HttpStatusCode.BadRequest, await ops.PostAsync("tenants/vouch/stacks/site/deployments", new { target = "standby", images = Web("2"), migration = true, compatible = " " }));
        Is(HttpStatusCode.BadRequest, await ops.PostAsync("tenants/vouch/stacks/site/deployments", new { target = "standby", images = Web("2"), migration = "maybe" }));
        var (waits, held) = await AskAsync(ops, "vouch", new { target = "both", images = Web("2"), migration = true });
        Assert.True(held.GetProperty("waitsForWord").GetBoolean(), held.ToString());
        var (id, given) = await AskAsync(ops, "vouch", new { target = "both", images = Web("2"), migration = true, compatible = "the column has a default" });
        Assert.False(given.GetProperty("waitsForWord").GetBoolean(), given.ToString());
        await StateAsync(waits, "superseded");
        await StateAsync(id, "succeeded");
        Assert.Equal("acme-ops", (await world.GetAsync($"deployments/{id}")).GetProperty("migration").GetProperty("compatible").GetProperty("by").GetString());
        Assert.Contains("the column has a default", (await world.GetAsync("audit?tenant=vouch&action=deployment.requested"))[0].GetProperty("after").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_word_holds_for_both_sides_is_heard_once_and_is_not_carried_over_a_switch()
    {
        await PreparedAsync("bothways");
        using var developer = await Caller.OfAsync(world.Address, "acme-dev");
        using var ops = await Caller.OfAsync(world.Address, "acme-ops");
        using var owner = await Caller.OfAsync(world.Address, "acme-owner");
        var (last, asked) = await AskAsync(ops, "bothways", new { target = "both", images = Web("2"), migration = true });
        var both = asked.GetProperty("deployments").EnumerateArray().Select(one => one.GetString()!).ToList();
        var held = await owner.PutAsync("tenants/bothways/lock", new { reason = "the auditors look" });
        Is(HttpStatusCode.OK, held);
        var refused = await ops.PostAsync($"deployments/{both[0]}/compatible", new { reason = "it adds" });
        Is(HttpStatusCode.Conflict, refused);
        Assert.Contains("the auditors look", refused.Body.ToString(), StringComparison.Ordinal);
        await world.Administrator.DeleteAsync("/api/v1/tenants/bothways/lock");

        var words = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => (i % 2 == 0 ? ops : owner).PostAsync($"deployments/{both[i % 2]}/compatible", new { reason = $"it adds {i}" })));
        Assert.Single(words, answer => answer.Status == HttpStatusCode.OK);
        Assert.All(words.Where(answer => answer.Status != HttpStatusCode.OK), answer => Is(HttpStatusCode.Conflict, answer));
        await StateAsync(last, "succeeded");
        Assert.Equal(1, (await world.GetAsync("audit?tenant=bothways&action=migration.vouched")).GetArrayLength());

        await world.PushAsync("words-3");
        var (late, _) = await AskAsync(developer, "bothways", new { target = "standby", images = Web("words-3"), migration = true });
        await world.SwitchAsync("bothways", "meanwhile");
        var ended = await StateAsync(late, "cancelled");
        Assert.Contains("switched before anybody said", ended.GetProperty("reasonText").GetString(), StringComparison.Ordinal);
        Assert.Equal("word_missing", ended.GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Rubbish_is_refused_by_its_field_and_changes_nothing()
    {
        await OwnTenant.OfAsync(world, "rubbish", "Rubbish", "site");
        using var developer = await Caller.OfAsync(world.Address, "acme-dev");
        object Named(string name) => new[] { new { kind = "database", name } };
        foreach (var (shared, field) in ((object, string)[])
        [
            ("orders", "shared"), (new { kind = "database" }, "shared"), (new object[] { 1 }, "shared"), (new object?[] { null }, "shared[0].kind"),
            (new[] { new { kind = "table", name = "x" } }, "shared[0].kind"), (new[] { new { kind = "1", name = "x" } }, "shared[0].kind"), (new[] { new { kind = 1, name = "x" } }, "shared"),
            (Named(""), "shared[0].name"), (Named(new string('x', 61)), "shared[0].name"), (Named("a\u0000b"), "shared[0].name"),
            (new[] { new { kind = "database", name = "x", note = new string('x', 201) } }, "shared[0].note"),
            (new[] { new { kind = "database", name = "x" }, new { kind = "database", name = " X " } }, "shared[1].name"),
            (Enumerable.Range(0, 21).Select(i => new { kind = "other", name = $"x{i}" }), "shared"),
        ])
        {
            var answer = await developer.PatchAsync("tenants/rubbish/stacks/site", new { shared });
            Is(HttpStatusCode.BadRequest, answer);
            Assert.True(answer.Body.GetProperty("errors").TryGetProperty(field, out _), $"{field}: {answer.Body}");
        }

        var made = await developer.PostAsync("tenants/rubbish/stacks", new { name = "other", compose = $"services: {{web: {{image: {world.Image("1")}}}}}", shared = new[] { new { kind = "queue", name = "" } } });
        Is(HttpStatusCode.BadRequest, made);
        Is(HttpStatusCode.Created, await developer.PostAsync("tenants/rubbish/stacks", new { name = "other", compose = $"services: {{web: {{image: {world.Image("1")}}}}}", shared = new[] { new { kind = "queue", name = "jobs" } } }));
        Assert.Equal("jobs", (await world.GetAsync("tenants/rubbish/stacks/other")).GetProperty("stack").GetProperty("shared")[0].GetProperty("name").GetString());
        Assert.Equal(0, (await world.GetAsync("tenants/rubbish/stacks/site")).GetProperty("stack").GetProperty("shared").GetArrayLength());
        Assert.Contains("jobs", (await world.GetAsync("audit?tenant=rubbish&action=stack.created"))[0].GetProperty("after").ToString(), StringComparison.Ordinal);
    }

    /// <summary>Version 1 on both sides, of a stack whose sides share a database.</summary>
    private async Task PreparedAsync(string slug)
    {
        await OwnTenant.OfAsync(world, slug, slug, "site");
        await world.DeployAsync(slug, "site", new { target = "both" });
        using var developer = await Caller.OfAsync(world.Address, "acme-dev");
        Is(HttpStatusCode.OK, await developer.PatchAsync($"tenants/{slug}/stacks/site", new { shared = Orders }));
        Assert.Contains("orders", (await world.GetAsync($"audit?tenant={slug}&action=stack.changed"))[0].GetProperty("after").ToString(), StringComparison.Ordinal);
    }

    private Dictionary<string, string> Web(string tag) => new() { ["web"] = world.Image(tag) };

    private static async Task<(string Id, JsonElement Answer)> AskAsync(Caller who, string tenant, object request)
    {
        var (status, answer) = await who.PostAsync($"tenants/{tenant}/stacks/site/deployments", request);
        Assert.True(status == HttpStatusCode.Accepted, $"{status}: {answer}");
        return (answer.GetProperty("id").GetString()!, answer);
    }

    private async Task<JsonElement> StateAsync(string id, string wanted)
    {
        var ended = await world.GetAsync($"deployments/{id}?wait=120");
        Assert.True(ended.GetProperty("state").GetString() == wanted, ended.ToString());
        return ended;
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> CallAsync(JsonElement hook, object body, string query)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(body);
        using var http = new HttpClient { BaseAddress = world.Address, Timeout = TimeSpan.FromMinutes(3) };
        using var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/hooks/{hook.GetProperty("id").GetString()}{query}") { Content = content };
        request.Headers.Add("X-Hub-Signature-256", "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(hook.GetProperty("secret").GetString()!), bytes)));
        using var answer = await http.SendAsync(request);
        return (answer.StatusCode, await PortalCalls.JsonAsync(answer));
    }

    private static void Is(HttpStatusCode status, (HttpStatusCode Status, JsonElement Body) answer) => Assert.True(answer.Status == status, $"{answer.Status}: {answer.Body}");
}
