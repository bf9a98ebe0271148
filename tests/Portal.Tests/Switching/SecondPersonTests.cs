using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using Portal.Lab.Directories;
using Portal.Tests.Lab;
using Portal.Tests.Pages;

namespace Portal.Tests.Switching;

/// <summary>Where a tenant wants four eyes: a switch waits until another person says yes to just that.</summary>
[Collection(PagesCollection.Name)]
[Trait("Category", "Lab")]
public sealed class SecondPersonTests(PagesWorld world)
{
    [Fact]
    public async Task A_switch_is_made_once_another_person_approves_and_never_by_who_asked()
    {
        await PreparedAsync("eyes");
        using var ops = await PersonAsync("acme-ops");
        using var owner = await PersonAsync("acme-owner");
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(ops, HttpMethod.Put, "eyes/switch-rules", new { secondPerson = true })).Status);
        await WantAsync(owner, "eyes");
        // Neither can wait for somebody's word, and neither goes without it.
        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(ops, HttpMethod.Post, "eyes/switches", new { reason = "a test", holdSeconds = 5 })).Status);
        Refused(await SendAsync(ops, HttpMethod.Post, "eyes/gradual", new { reason = "a test", steps = new[] { 5 } }), "one in steps cannot ask for it");

        var (status, asked) = await AskAsync(ops, "eyes");
        Assert.True(status == HttpStatusCode.Accepted, asked.ToString());
        var one = $"eyes/asked-switches/{asked.GetProperty("id").GetString()}";
        Assert.Equal("blue", await LiveAsync("eyes"));
        Assert.Equal(asked.GetProperty("id").GetString(), (await AskAsync(ops, "eyes")).Body.GetProperty("id").GetString());
        Refused(await AskAsync(world.Administrator, "eyes"), "acme-ops has asked");
        using var again = await PersonAsync("ACME-OPS");
        Refused(await PostAsync(ops, $"{one}/approve"), "somebody else than who asked");
        Refused(await PostAsync(again, $"{one}/approve"), "somebody else than who asked");
        using var developer = await PersonAsync("acme-dev");
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync(developer, $"{one}/approve")).Status);

        (status, var made) = await PostAsync(owner, $"{one}/approve");
        Assert.True(status == HttpStatusCode.Created, made.ToString());
        Assert.Equal("green", await LiveAsync("eyes"));
        var row = await world.GetAsync($"tenants/eyes/switches/{made.GetProperty("id").GetString()}");
        Assert.Equal(("acme-ops", "acme-owner"), (row.GetProperty("actor").GetString(), row.GetProperty("approvedBy").GetString()));
        var line = (await world.GetAsync("audit?tenant=eyes&action=switch.approved"))[0];
        Assert.Equal("acme-owner", line.GetProperty("actor").GetString());
        Assert.Contains("acme-ops", line.GetProperty("after").ToString(), StringComparison.Ordinal);
        Refused(await PostAsync(owner, $"{one}/approve"), "does not wait any more: approved");

        // The way back is for the moment in which nobody else is there.
        Assert.Equal(HttpStatusCode.Created, (await AskAsync(ops, "eyes")).Status);
        Assert.Equal("blue", await LiveAsync("eyes"));
    }

    [Fact]
    public async Task What_is_approved_is_what_was_asked_for_and_an_owner_may_go_against_it_with_a_reason()
    {
        await PreparedAsync("fours");
        using var ops = await PersonAsync("acme-ops");
        using var owner = await PersonAsync("acme-owner");
        await WantAsync(owner, "fours");
        var one = $"fours/asked-switches/{(await AskAsync(ops, "fours")).Body.GetProperty("id").GetString()}";

        await world.DeployAsync("fours", "site", new { target = "standby", force = true });
        Refused(await PostAsync(owner, $"{one}/approve"), "standby is not what acme-ops asked for any more");
        var (_, refused) = await PostAsync(owner, $"{one}/refuse", new { reason = "ask for the new one" });
        Assert.Equal(("refused", "acme-owner", "ask for the new one"), (refused.GetProperty("state").GetString(), refused.GetProperty("decidedBy").GetString(), refused.GetProperty("decidedReason").GetString()));

        var two = $"fours/asked-switches/{(await AskAsync(ops, "fours")).Body.GetProperty("id").GetString()}";
        Assert.Equal(HttpStatusCode.Forbidden, (await AskAsync(ops, "fours", "because")).Status);
        Assert.Equal(HttpStatusCode.Created, (await AskAsync(owner, "fours", "nobody else is awake")).Status);
        var line = (await world.GetAsync("audit?tenant=fours&action=switch.overridden"))[0].GetProperty("after").ToString();
        Assert.Contains("nobody else is awake", line, StringComparison.Ordinal);
        Assert.Contains("second person", line, StringComparison.Ordinal);
        Refused(await PostAsync(owner, $"{two}/approve"));
        await Eventually.SeesAsync("what was overtaken", () => world.GetAsync($"tenants/{two}"), seen => seen.GetProperty("state").GetString() == "overtaken");
    }

    [Fact]
    public async Task What_moves_on_by_itself_waits_for_somebody_else_than_who_deployed_it()
    {
        await PreparedAsync("sixes");
        using var ops = await PersonAsync("acme-ops");
        using var owner = await PersonAsync("acme-owner");
        await WantAsync(owner, "sixes");
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(ops, HttpMethod.Patch, "sixes/stacks/site", new { movesOn = "auto-after-health" })).Status);

        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync(ops, "sixes/stacks/site/deployments", new { target = "standby", force = true })).Status);
        var plan = await PlanAsync(plan => plan.GetProperty("askedUntil").ValueKind == JsonValueKind.String);
        Assert.Equal("waiting", plan.GetProperty("state").GetString());
        var waiting = (await world.GetAsync("tenants/sixes/switch-rules")).GetProperty("waiting");
        Assert.Equal("acme-ops", waiting.GetProperty("askedBy").GetString());
        Refused(await PostAsync(ops, $"sixes/asked-switches/{waiting.GetProperty("id").GetString()}/approve"), "somebody else");

        var (status, made) = await PostAsync(owner, $"sixes/asked-switches/{waiting.GetProperty("id").GetString()}/approve");
        Assert.True(status == HttpStatusCode.Created, made.ToString());
        plan = await PlanAsync(plan => plan.GetProperty("state").GetString() == "applied");
        Assert.Equal(made.GetProperty("id").GetString(), plan.GetProperty("switchId").GetString());

        // A no ends the plan as well.
        await world.Administrator.DeleteAsync("/api/v1/tenants/sixes/switchback");
        await world.RequestAsync("sixes", "site", new { target = "standby", force = true });
        await PlanAsync(plan => plan.GetProperty("askedUntil").ValueKind == JsonValueKind.String);
        var second = (await world.GetAsync("tenants/sixes/switch-rules")).GetProperty("waiting").GetProperty("id").GetString();
        await PostAsync(owner, $"sixes/asked-switches/{second}/refuse", new { reason = "not today" });
        plan = await PlanAsync(plan => plan.GetProperty("state").GetString() == "given_up");
        Assert.Equal("acme-owner refused it: not today", plan.GetProperty("reason").GetString());

        Task<JsonElement> PlanAsync(Func<JsonElement, bool> good) => Eventually.SeesAsync("the plan", async () => (await world.GetAsync("tenants/sixes/planned-switches"))[0], good);
    }

    private async Task PreparedAsync(string slug)
    {
        await OwnTenant.OfAsync(world, slug, slug, "site");
        await world.DeployAsync(slug, "site", new { target = "both" });
    }

    private static async Task WantAsync(HttpClient owner, string tenant) =>
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(owner, HttpMethod.Put, $"{tenant}/switch-rules", new { secondPerson = true })).Status);

    private async Task<string> LiveAsync(string tenant) => (await world.GetAsync($"tenants/{tenant}")).GetProperty("live").GetString()!;

    private async Task<HttpClient> PersonAsync(string login)
    {
        var client = new HttpClient { BaseAddress = world.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await PortalCalls.TokenAsync(client, login, SampleTree.Password(login.ToLowerInvariant())));
        return client;
    }

    private static void Refused((HttpStatusCode Status, JsonElement Body) answer, string? word = null)
    {
        Assert.True(answer.Status == HttpStatusCode.Conflict, $"{answer.Status}: {answer.Body}");
        Assert.Contains(word ?? "", answer.Body.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    private static Task<(HttpStatusCode Status, JsonElement Body)> AskAsync(HttpClient who, string tenant, string? against = null) => PostAsync(who, $"{tenant}/switches", new { reason = "the release", @override = against });

    private static Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(HttpClient who, string path, object? body = null) => SendAsync(who, HttpMethod.Post, path, body ?? new { });

    private static async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(HttpClient who, HttpMethod verb, string path, object body)
    {
        using var request = new HttpRequestMessage(verb, $"/api/v1/tenants/{path}") { Content = JsonContent.Create(body) };
        using var answer = await who.SendAsync(request);
        return (answer.StatusCode, await PortalCalls.JsonAsync(answer));
    }
}

[Collection(SwitchWorldCollection.Name)]
[Trait("Category", "Lab")]
public sealed class LapsedAskTests(SwitchWorld lab)
{
    [Fact]
    public async Task A_webhook_that_switches_tells_CI_that_it_waits_and_then_what_was_said()
    {
        var tenant = await lab.TenantAsync(standby: null);
        await lab.World.PutAsync($"tenants/{tenant.Slug}/switch-rules", new { secondPerson = true });
        var hook = await lab.World.PostAsync($"tenants/{tenant.Slug}/webhooks", new { name = "ci", stack = Tenancy.Stack, then = "switch" });
        await CallAsync("", "waits");

        var asked = await Eventually.SeesAsync("what is asked", async () => (await lab.World.GetAsync($"tenants/{tenant.Slug}/switch-rules")).GetProperty("waiting"), seen => seen.ValueKind == JsonValueKind.Object);
        Assert.Equal("ci", asked.GetProperty("askedBy").GetString());
        var (status, waits) = await CallAsync("?wait=1", "waits");
        Assert.True(status == HttpStatusCode.GatewayTimeout && waits.GetProperty("asked").TryGetProperty("until", out _), $"{status}: {waits}");
        Assert.Equal("blue", await tenant.LiveAsync());

        (status, var made) = await lab.World.TryPostAsync($"tenants/{tenant.Slug}/asked-switches/{asked.GetProperty("id").GetString()}/approve", new { });
        Assert.True(status == HttpStatusCode.Created, made.ToString());
        (status, var live) = await CallAsync("?wait=90", "waits");
        Assert.True(status == HttpStatusCode.OK, live.ToString());
        Assert.Equal(made.GetProperty("id").GetString(), live.GetProperty("then").GetProperty("switchId").GetString());

        Task<(HttpStatusCode Status, JsonElement Body)> CallAsync(string query, string delivery)
        {
            var image = lab.World.Image("2");
            return lab.World.CallAsync(hook.GetProperty("id").GetString()!, hook.GetProperty("secret").GetString()!, new { image = image[..image.LastIndexOf(':')], tag = "2" }, query, delivery);
        }
    }

    [Fact]
    public async Task What_nobody_approves_lapses_at_its_time_and_may_be_asked_for_again()
    {
        var tenant = await lab.TenantAsync(standby: null);
        await lab.World.PutAsync($"tenants/{tenant.Slug}/switch-rules", new { secondPerson = true });
        var (status, asked) = await tenant.SwitchAsync();
        Assert.True(status == HttpStatusCode.Accepted, asked.ToString());
        var one = $"tenants/{tenant.Slug}/asked-switches/{asked.GetProperty("id").GetString()}";
        Tenancy.IsRefused(await lab.World.TryPostAsync($"{one}/approve", new { }), "A second person");

        // As if its twelve hours had passed.
        await using (var source = NpgsqlDataSource.Create(lab.World.Portal.Database))
        {
            await using var over = source.CreateCommand("update asked_switches set until = now() where id = $1");
            over.Parameters.AddWithValue(Guid.Parse(asked.GetProperty("id").GetString()!));
            Assert.Equal(1, await over.ExecuteNonQueryAsync());
        }

        Tenancy.IsRefused(await lab.World.TryPostAsync($"{one}/approve", new { }), "lapsed");
        await Eventually.SeesAsync("its end", () => lab.World.GetAsync(one), seen => seen.GetProperty("state").GetString() == "lapsed");
        Assert.Equal(1, (await tenant.AuditAsync("switch.lapsed")).GetArrayLength());
        Assert.Equal(HttpStatusCode.Accepted, (await tenant.SwitchAsync()).Status);
        Assert.Equal("blue", await tenant.LiveAsync());
    }
}
