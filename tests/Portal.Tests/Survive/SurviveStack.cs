using System.Text.RegularExpressions;
using Portal.Docker;
using Portal.Lab.Load;
using Portal.Tests.Lab;

namespace Portal.Tests.Survive;

/// <summary>
/// A stack with all that a deployment has to keep in order: a routed service of two replicas with a sidekick each, a migration that runs
/// once, something that it waits for, and a volume. Redeployed with a fault at the boundaries of its steps, and looked over afterwards.
/// </summary>
internal sealed partial class SurviveStack(PortalWorld world)
{
    public const string Name = "shop";

    /// <summary>Serves files on PORT and ends when it is told to.</summary>
    private const string Tool = """
        trap 'exit 0' TERM
        httpd -p ${PORT:-8080} -h /tmp
        while :; do sleep 1 & wait; done
        """;

    private readonly HashSet<string> met = new(StringComparer.Ordinal);
    private int version;

    /// <summary>The one that runs.</summary>
    public string Version { get; private set; } = "v0";

    /// <summary>Boundaries that a fault has hit, as the runs themselves named them.</summary>
    public IReadOnlyCollection<string> Met => met;

    /// <summary>Whatever a test before this one left: all is deployed, and the version known.</summary>
    public async Task SettleAsync()
    {
        await world.DeployAsync(Name, new { target = "live" });
        Version = (await Eventually.SeesAsync("an answer", () => world.AskAsync(world.HostOf(Name)), answer => answer.Version is not null)).Version!;
    }

    /// <summary>Another fault begins at the first boundary again.</summary>
    public void Forget() => met.Clear();

    public async Task StartAsync()
    {
        await world.PushScriptAsync("tool", Tool);
        await world.PushAsync(Version);
        await world.PostAsync($"tenants/{world.Tenant}/stacks", new
        {
            name = Name,
            compose = $$"""
                services:
                  web:
                    image: {{world.Image(Version)}}
                    expose: ["8080"]
                    deploy: {replicas: 2}
                    depends_on: {migrate: {condition: service_completed_successfully}, db: {condition: service_healthy} }
                    labels:
                      io.rancher.sidekicks: watch
                      portal.route.host: {{world.HostOf(Name)}}
                      portal.route.port: "8080"
                      portal.health: "http:8080/health"
                      portal.health.interval: 200ms
                      portal.health.start_period: 20s
                  watch:
                    image: {{world.Image("tool")}}
                    network_mode: service:web
                    environment: {PORT: "9090"}
                    labels: {portal.health: "tcp:9090", portal.health.interval: 200ms}
                  migrate:
                    image: {{world.Image("tool")}}
                    command: [sh, -c, "echo migrated >> /data/migrations; sleep 0.3"]
                    volumes: ["data:/data"]
                    depends_on: {db: {condition: service_healthy} }
                  db:
                    image: {{world.Image("tool")}}
                    volumes: ["data:/data"]
                    labels: {portal.health: "tcp:8080", portal.health.interval: 200ms}
                volumes: {data: {} }
                """,
        });
        await world.DeployAsync(Name, new { target = "live" });
        await InDatabaseAsync("echo precious > /data/canary");
    }

    public async Task<LoadRun> LoadAsync()
    {
        var load = world.Load(Name);
        await Eventually.SeesAsync("load", () => Task.FromResult(load.Requests), seen => seen > 50);
        return load;
    }

    /// <summary>
    /// A redeploy in which the fault comes at each boundary that none has hit yet, as they show in the deployment's own log; at one in
    /// <paramref name="every"/> of them.
    /// </summary>
    /// <returns>How it ended, and how many faults came.</returns>
    public async Task<(PortalWorld.Ended Ended, int Faults)> RedeployAsync(Func<string, Task> fault, int every = 1, int most = int.MaxValue)
    {
        var next = $"v{++version}";
        await world.PushAsync(next);
        var before = await MigrationsAsync();
        var deployment = await world.RequestAsync(Name, new { target = "live", images = world.Web(next) });
        var (faults, seen) = (0, 0);
        // Of all that is killed and started again on the way as well; the deployment's own limit is what ends it.
        var limit = TimeSpan.FromMinutes(9);
        await Eventually.SeesAsync("the end of the deployment", async () =>
        {
            var (state, begun) = await LookAsync(deployment);
            if (state == "running" && faults < most && begun.FirstOrDefault(step => !met.Contains(step)) is { } boundary)
            {
                met.Add(boundary);
                if (seen++ % every == 0)
                {
                    faults++;
                    await fault(boundary);
                }
            }

            return state;
        }, state => state is not ("queued" or "running"), limit);
        var ended = await world.EndedAsync(deployment);
        Assert.True(ended.State is "succeeded" or "rolled_back", ended.ToString());
        Version = ended.State == "succeeded" ? next : Version;
        await AssertWholeAsync(ended, before);
        return (ended, faults);
    }

    /// <summary>One set of containers, all well and of one version; none besides; the volume as it was; the migration made once.</summary>
    public async Task AssertWholeAsync(PortalWorld.Ended ended, int migrationsBefore)
    {
        // The migration's container is not kept for ever: gone back, nobody makes it anew.
        string[] whole = ["db 1 Running, migrate 1 Exited, watch 1 Running, watch 2 Running, web 1 Running, web 2 Running", "db 1 Running, watch 1 Running, watch 2 Running, web 1 Running, web 2 Running"];
        var roles = await Eventually.SeesAsync($"one set of containers after {ended}", RolesAsync, seen => seen == whole[0] || (ended.State == "rolled_back" && seen == whole[1]));
        var all = await world.Engine.Containers.ListAsync(new ContainerFilter { All = true, Labels = [$"portal.tenant.name={world.Tenant}"] });
        Assert.True(all.Count == roles.Split(',').Length, $"{string.Join('\n', all)}\n{ended}");
        Assert.Single(all.Where(container => container.Labels["portal.service"] is "web" or "watch").Select(container => container.Labels["portal.fingerprint"]).Distinct());
        await Eventually.SeesAsync($"version {Version} alone", async () => (await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => world.AskAsync(world.HostOf(Name))))).Select(answer => answer.Version).Distinct().ToList(), seen => seen is [{ } one] && one == Version);
        Assert.Equal("precious\n", await InDatabaseAsync("cat /data/canary"));
        var made = await MigrationsAsync() - migrationsBefore;
        Assert.True(ended.State == "succeeded" ? made == 1 : made is 0 or 1, $"The migration ran {made} times.\n{ended}");
    }

    public async Task<int> MigrationsAsync() => (await InDatabaseAsync("cat /data/migrations")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;

    private async Task<string> InDatabaseAsync(string script)
    {
        var database = (await world.ContainersAsync(Name)).Single(container => container.Labels["portal.service"] == "db");
        return (await world.Engine.Exec.RunAsync(database.Id, ["sh", "-c", script])).StdOut;
    }

    private async Task<string> RolesAsync() => string.Join(", ", (await world.ContainersAsync(Name))
        .Select(container => $"{container.Labels["portal.service"]} {container.Labels["portal.replica"]} {container.Status}").Order(StringComparer.Ordinal));

    private async Task<(string State, IReadOnlyList<string> Begun)> LookAsync(string deployment)
    {
        var state = (await world.GetAsync($"deployments/{deployment}")).GetProperty("state").GetString()!;
        var log = await world.GetAsync($"deployments/{deployment}/log");
        return (state, [.. log.EnumerateArray()
            .Where(line => line.GetProperty("kind").GetString() == "step_started")
            .Select(line => Number().Replace(line.GetProperty("step").GetString()!, " N")).Distinct()]);
    }

    [GeneratedRegex(" [0-9]+")]
    private static partial Regex Number();
}
