using System.Net;
using System.Text.Json;
using Portal.Lab;
using Portal.Tests.Lab;

namespace Portal.Tests.EndToEnd;

[Trait("Category", "Lab")]
public sealed class SwitchTests(SwitchTests.Lab lab) : IClassFixture<SwitchTests.Lab>
{
    private const string Stack = "shop";
    private readonly PortalWorld world = lab.World;

    [Fact]
    public async Task A_switch_and_the_way_back_lose_no_request_and_say_what_they_measured()
    {
        await using var load = world.Load(Stack);
        await Eventually.SeesAsync("load", () => Task.FromResult(load.Requests), seen => seen > 100);
        var (before, standby) = await VersionsAsync();

        var there = await SwitchAsync("the campaign");
        await Eventually.SeesAsync("the other version", () => Task.FromResult(load.LatestVersion), seen => seen == standby);
        Assert.Equal(before, (await world.AskAsync($"standby--{world.HostOf(Stack)}")).Version);
        var back = await SwitchAsync("seen enough");
        await Eventually.SeesAsync("the former version", () => Task.FromResult(load.LatestVersion), seen => seen == before);

        var report = await load.StopAsync();
        Assert.True(report.Failed == 0, world.Explain(report));
        foreach (var id in new[] { there, back })
        {
            var measured = await world.GetAsync($"tenants/{world.Tenant}/switches/{id}?measured=true");
            Assert.True(measured.GetProperty("requests").GetInt64() > 0 && measured.GetProperty("failed").GetInt64() == 0, measured.ToString());
            Assert.True(measured.GetProperty("milliseconds").GetDouble() > 0, measured.ToString());
        }

        var audit = await world.GetAsync($"audit?tenant={world.Tenant}");
        Assert.Contains(audit.EnumerateArray(), line => line.GetProperty("action").GetString() == "switch.measured" && line.ToString().Contains("\"requests\":", StringComparison.Ordinal));
    }

    [Fact]
    public async Task After_the_acknowledgement_no_request_meets_the_old_side()
    {
        await using var load = world.Load(Stack);
        await Eventually.SeesAsync("load", () => Task.FromResult(load.Requests), seen => seen > 100);
        var (old, _) = await VersionsAsync();

        await SwitchAsync("consistency");
        var acknowledged = load.Elapsed;

        var seen = load.Requests;
        await Eventually.SeesAsync("more requests", () => Task.FromResult(load.Requests), now => now > seen + 200);
        var report = await load.StopAsync();
        Assert.True(report.Version(old)!.LastSent <= acknowledged, $"{acknowledged} {report}");
        await SwitchAsync("back");
    }

    [Fact]
    public async Task Of_two_people_who_switch_at_the_same_instant_one_wins_and_the_other_is_told()
    {
        var live = await world.LiveAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => world.TryPostAsync($"tenants/{world.Tenant}/switches", new { reason = $"person {i}" })));

        var won = answers.Count(answer => answer.Status == HttpStatusCode.Created);
        Assert.True(won >= 1, string.Join('\n', answers));
        Assert.All(answers, answer => Assert.True(answer.Status is HttpStatusCode.Created or HttpStatusCode.Conflict, answer.ToString()));
        var now = await world.LiveAsync();
        Assert.Equal(won % 2 == 0, now == live);
        Assert.Equal(lab.VersionOf(now), (await world.AskAsync(world.HostOf(Stack))).Version);
        if (now != live)
        {
            await SwitchAsync("back");
        }
    }

    [Fact]
    public async Task A_switch_without_a_reason_is_refused_by_field()
    {
        var (status, body) = await world.TryPostAsync($"tenants/{world.Tenant}/switches", new { reason = " " });

        Assert.Equal(400, (int)status);
        Assert.Contains("reason", body.ToString());
    }

    [Fact]
    public async Task A_call_that_names_the_side_switches_once_however_often_it_is_made()
    {
        var path = $"tenants/{world.Tenant}/switches";
        var standby = (await world.GetAsync($"tenants/{world.Tenant}")).GetProperty("standby").GetString();
        Assert.Equal(400, (int)(await world.TryPostAsync(path, new { reason = "named", to = "red" })).Status);
        Assert.Equal(201, (int)(await world.TryPostAsync(path, new { reason = "named", to = standby })).Status);

        var (status, body) = await world.TryPostAsync(path, new { reason = "named, once more", to = standby });

        Assert.Equal(409, (int)status);
        Assert.Contains($"{standby} is live already", body.ToString(), StringComparison.Ordinal);
        Assert.Equal(standby, (await world.GetAsync($"tenants/{world.Tenant}")).GetProperty("live").GetString());
        await world.PostAsync(path, new { reason = "back" });
    }

    [Fact]
    public async Task Standby_that_cannot_take_the_traffic_blocks_with_what_was_seen()
    {
        var tenant = $"{world.Tenant}b";
        await world.AddTenantAsync(tenant);
        await world.PostAsync($"tenants/{tenant}/stacks", new
        {
            name = "half",
            compose = $$"""
                services:
                  web:
                    image: {{world.Image("1")}}
                    expose: ["8080"]
                    labels: {portal.route.host: "half.{{tenant}}.localhost", portal.route.port: "8080", portal.health: "http:8080/health", portal.health.interval: 200ms}
                """,
        });
        var deployment = (await world.PostAsync($"tenants/{tenant}/stacks/half/deployments", new { target = "live" })).GetProperty("id").GetString()!;
        Assert.Equal("succeeded", (await world.EndedAsync(deployment)).State);

        var (status, body) = await world.TryPostAsync($"tenants/{tenant}/switches", new { reason = "too early" });

        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Contains("half web: standby has 0 healthy replicas, live has 1", body.ToString());
        Assert.Equal("1", (await world.AskAsync($"half.{tenant}.localhost")).Version);
    }

    [Fact]
    public async Task A_gateway_that_was_killed_comes_back_pointing_where_it_did()
    {
        await SwitchAsync("so that the pointer is not where it began");
        var (version, _) = await VersionsAsync();
        foreach (var pid in lab.GatewayProcesses())
        {
            using var process = System.Diagnostics.Process.GetProcessById(pid);
            process.Kill();
        }

        await Eventually.SeesAsync("the gateway again", async () =>
        {
            try
            {
                return (await world.AskAsync(world.HostOf(Stack))).Version;
            }
            catch (HttpRequestException)
            {
                return null;
            }
        }, seen => seen == version);
        await SwitchAsync("back");
    }

    [Fact]
    public async Task A_switch_that_the_gateway_did_not_make_leaves_the_way_free_for_the_next()
    {
        var live = await world.LiveAsync();
        var stopped = lab.GatewayProcesses().ToList();
        HttpStatusCode status;
        JsonElement answer;
        await SignalAsync("STOP", stopped);
        try
        {
            (status, answer) = await world.TryPostAsync($"tenants/{world.Tenant}/switches", new { reason = "while the gateway stands still" });
        }
        finally
        {
            await SignalAsync("CONT", stopped);
        }

        Assert.True(status == HttpStatusCode.ServiceUnavailable, $"{status}: {answer}");
        Assert.Equal(live, await world.LiveAsync());
        await SwitchAsync("now that it moves again");
        Assert.NotEqual(live, await world.LiveAsync());
        await SwitchAsync("back");
    }

    private static Task SignalAsync(string signal, IEnumerable<int> processes) =>
        Shell.RunAsync("kill", [$"-{signal}", .. processes.Select(pid => pid.ToString(System.Globalization.CultureInfo.InvariantCulture))], CancellationToken.None);

    private async Task<(string Live, string Standby)> VersionsAsync()
    {
        var live = await world.LiveAsync();
        return (lab.VersionOf(live), lab.VersionOf(live == "blue" ? "green" : "blue"));
    }

    private async Task<string> SwitchAsync(string reason) => (await world.PostAsync($"tenants/{world.Tenant}/switches", new { reason })).GetProperty("id").GetString()!;

    public sealed class Lab : IAsyncLifetime
    {
        public PortalWorld World { get; private set; } = null!;

        /// <summary>Version 1 on the side that was live first, 2 on the other.</summary>
        public string VersionOf(string colour) => colour == firstLive ? "1" : "2";

        private string firstLive = "";

        /// <summary>Master and workers.</summary>
        public IEnumerable<int> GatewayProcesses() => Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), out var pid) ? pid : 0)
            .Where(pid => pid > 0 && CommandLine(pid) is var line && line.StartsWith("haproxy", StringComparison.Ordinal) && line.Contains($"{World.Portal.DataDirectory}/", StringComparison.Ordinal));

        private static string CommandLine(int pid)
        {
            try
            {
                return File.ReadAllText($"/proc/{pid}/cmdline").Replace('\0', ' ');
            }
            catch (IOException)
            {
                // Gone since it was listed.
                return "";
            }
        }

        public async Task InitializeAsync()
        {
            World = await PortalWorld.StartAsync(new KeyValuePair<string, string?>("Portal:Switching:MeasureFor", "00:00:01"));
            firstLive = await World.LiveAsync();
            await World.PushAsync("1");
            await World.PushAsync("2");
            await World.AddStackAsync(Stack, "1");
            await World.DeployAsync(Stack, new { target = "both" });
            await World.DeployAsync(Stack, new { target = "standby", images = World.Web("2") });
        }

        public async Task DisposeAsync()
        {
            if (World is not null)
            {
                await World.DisposeAsync();
            }
        }
    }
}
