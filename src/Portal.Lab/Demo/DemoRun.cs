using Portal.Lab.Parts;
using System.Diagnostics;
using System.Net;
using Portal.Docker;
using Portal.Lab.Directories;
using Portal.Lab.Load;

namespace Portal.Lab.Demo;

/// <summary>
/// The main job, from an empty machine to a switched tenant, on real parts: sign in, deploy from the catalog, redeploy by
/// webhook, switch and switch back under load. Everything goes through the portal's API, as people and CI would.
/// </summary>
public sealed class DemoRun
{
    private const string Tenant = SampleTenants.Main;
    private const string Stack = "shop";
    private const string Host = "shop.acme.localhost";

    private readonly DemoOptions options;
    private readonly PortalParts parts;
    private readonly DemoReport report = new();

    private DemoRun(DemoOptions options, PortalParts parts) => (this.options, this.parts) = (options, parts);

    public static async Task<int> ExecuteAsync(DemoOptions options, CancellationToken cancel)
    {
        // A demo that was there, whole or killed half-way, makes room: what is shown starts from nothing.
        if (File.Exists(options.Place.UndoFile))
        {
            await DemoDown.ExecuteAsync(options.Place, cancel);
        }

        PortalParts.RequireFree(options.HttpPort, "--http");
        PortalParts.RequireFree(options.GatewayPort, "--gateway");
        System.IO.Directory.CreateDirectory(options.Place.Folder);
        await using var undo = UndoLog.ToFile(options.Place.UndoFile);
        using var parts = new PortalParts(new PartsOptions(options.Place, options.HttpPort, options.GatewayPort), undo);
        var run = new DemoRun(options, parts);
        var ok = await run.TryAsync(cancel);
        if (options.Report is { } file)
        {
            run.report.Write(file);
        }

        if (options.Exit)
        {
            await undo.DisposeAsync();
            await DemoDown.ExecuteAsync(options.Place, CancellationToken.None);
        }

        return ok ? 0 : 1;
    }

    private async Task<bool> TryAsync(CancellationToken cancel)
    {
        try
        {
            await StartPartsAsync(cancel);
            await MainJobAsync(cancel);
            return report.Ok;
        }
        catch (Exception error) when (error is PortalRefusedException or TimeoutException or EngineException or HttpRequestException or InvalidOperationException)
        {
            await Console.Error.WriteLineAsync($"\nThe demo stopped: {error.Message}\nThe portal's log: {options.Place.PortalLog}");
            return false;
        }
    }

    private async Task StartPartsAsync(CancellationToken cancel)
    {
        await report.StepAsync("Docker engine", () => parts.FindOrStartEngineAsync(cancel));
        await report.StepAsync("registry", () => parts.StartRegistryAsync(cancel));
        await report.StepAsync("LDAP directory with sample accounts", () => parts.StartDirectoryAsync(cancel));
        var started = Stopwatch.GetTimestamp();
        await report.StepAsync("portal, with its PostgreSQL and its HAProxy", () => parts.StartPortalAsync(cancel));
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        report.Portal = new PortalFigures(Math.Round(seconds, 3), Math.Round(ProcessFigures.ResidentMiB(parts.PortalProcess.Pid), 1));
    }

    private async Task MainJobAsync(CancellationToken cancel)
    {
        var one = await report.StepAsync("build and push the sample web service, version 1", () => parts.PushSampleAsync("1", cancel));
        await report.StepAsync("build and push version 2", () => parts.PushSampleAsync("2", cancel));
        await report.StepAsync("tenants, hosts and who may what", () => SampleTenants.PrepareAsync(parts, cancel));

        using var developer = await report.StepAsync("sign in from the directory as acme-dev", () => SignInAsync("acme-dev", cancel));
        await report.StepAsync("deploy version 1 from the catalog to both environments", () => DeployAsync(developer, one, cancel));
        await report.StepAsync("version 1 answers through the gateway", () => AnswersAsync(Host, "1", cancel));
        var (standby, live) = await report.StepAsync("two webhooks: one for standby, one that may target live", () => WebhooksAsync(developer, cancel));
        await report.StepAsync("CI calls the first with version 2, signed, and waits", () => CallAsync(standby, cancel));

        using var ops = await report.StepAsync("sign in as acme-ops", () => SignInAsync("acme-ops", cancel));
        await report.StepAsync("version 2 answers at the standby preview", () => AnswersAsync("standby--" + Host, "2", cancel));
        report.Switches.Add(await report.StepAsync("switch under load", () => SwitchAsync(ops, "2.0 for the campaign", "2", cancel)));
        report.Switches.Add(await report.StepAsync("switch back under load", () => SwitchAsync(ops, "showing the way back", "1", cancel)));
        report.Redeploy = await report.StepAsync("CI calls the second webhook: version 2 to live, under load", () => RedeployAsync(live, cancel));
        await report.StepAsync("version 2 answers through the gateway", () => AnswersAsync(Host, "2", cancel));
        await TellAsync(ops, cancel);
    }

    private Task<PortalApi> SignInAsync(string user, CancellationToken cancel) =>
        PortalApi.SignInAsync(parts.Portal, user, SampleTree.Password(user), cancel);

    private static async Task DeployAsync(PortalApi developer, ImageReference image, CancellationToken cancel)
    {
        await developer.PostAsync($"api/v1/tenants/{Tenant}/stacks", new
        {
            name = Stack,
            template = "sample-web",
            answers = new Dictionary<string, string> { ["image"] = image.ToString(), ["host_name"] = Host, ["replicas"] = "2" },
        }, cancel);
        var queued = await developer.PostAsync($"api/v1/tenants/{Tenant}/stacks/{Stack}/deployments", new { target = "both" }, cancel);
        await SucceededAsync(developer, queued.GetProperty("id").GetString()!, cancel);
    }

    private static async Task SucceededAsync(PortalApi api, string deployment, CancellationToken cancel)
    {
        var ended = await api.GetAsync($"api/v1/deployments/{deployment}?wait=120", cancel);
        if (ended.GetProperty("state").GetString() != "succeeded")
        {
            throw new InvalidOperationException($"The deployment ended as {ended.GetProperty("state")}: {ended.GetProperty("reasonText")}");
        }
    }

    private static async Task<(Webhook Standby, Webhook Live)> WebhooksAsync(PortalApi developer, CancellationToken cancel)
    {
        return (await CreateAsync("ci-standby", "standby"), await CreateAsync("ci-live", "live"));

        async Task<Webhook> CreateAsync(string name, string target)
        {
            var made = await developer.PostAsync($"api/v1/tenants/{Tenant}/webhooks", new { name, stack = Stack, target }, cancel);
            return new Webhook(made.GetProperty("id").GetString()!, made.GetProperty("secret").GetString()!);
        }
    }

    private Task CallAsync(Webhook webhook, CancellationToken cancel) => parts.CallWebhookAsync(
        webhook.Id, webhook.Secret, new { image = $"{parts.Registry.Host}/acme/web", tag = "2", commit = "9c1e2d0", actor = "ci" }, cancel);

    private async Task<LoadedSwitch> SwitchAsync(PortalApi ops, string reason, string expected, CancellationToken cancel)
    {
        await using var load = LoadGenerator.Start(Plan() with { RatePerSecond = 2000 }, cancel);
        await UntilAsync(() => load.Requests > 500, cancel);
        var done = await ops.PostAsync($"api/v1/tenants/{Tenant}/switches", new { reason }, cancel);
        var before = load.Requests;
        await UntilAsync(() => load.Requests > before + 2000, cancel);
        var seen = await load.StopAsync();
        if (seen.Version(expected) is null)
        {
            throw new InvalidOperationException($"After the switch no answer came from version {expected}: {seen}");
        }

        return new LoadedSwitch(Math.Round(done.GetProperty("milliseconds").GetDouble(), 3), seen.Requests, seen.Failed);
    }

    private async Task<LoadedDeploy> RedeployAsync(Webhook webhook, CancellationToken cancel)
    {
        await using var load = LoadGenerator.Start(Plan() with { RatePerSecond = 2000 }, cancel);
        await UntilAsync(() => load.Requests > 500, cancel);
        var called = load.Elapsed;
        await CallAsync(webhook, cancel);
        var before = load.Requests;
        await UntilAsync(() => load.Requests > before + 500, cancel);
        var seen = await load.StopAsync();
        var first = seen.Version("2") ?? throw new InvalidOperationException($"Version 2 never answered: {seen}");
        return new LoadedDeploy(Math.Round((first.FirstAnswer - called).TotalSeconds, 3), seen.Requests, seen.Failed);
    }

    private LoadPlan Plan() => new(new IPEndPoint(IPAddress.Loopback, options.GatewayPort), Host) { Connections = 20 };

    private async Task AnswersAsync(string host, string version, CancellationToken cancel)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{options.GatewayPort}/") { Headers = { Host = host } };
        using var answer = await http.SendAsync(request, cancel);
        var seen = answer.Headers.TryGetValues("X-Version", out var values) ? values.First() : "none";
        if (!answer.IsSuccessStatusCode || seen != version)
        {
            throw new InvalidOperationException($"{host} answered {(int)answer.StatusCode} in version {seen}, not {version}.");
        }
    }

    private static async Task UntilAsync(Func<bool> condition, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            await Task.Delay(10, limit.Token);
        }
    }

    private async Task TellAsync(PortalApi ops, CancellationToken cancel)
    {
        var audit = await ops.GetAsync($"api/v1/audit?tenant={Tenant}", cancel);
        Console.WriteLine("\nAudit trail, oldest first");
        foreach (var line in audit.EnumerateArray().Reverse())
        {
            Console.WriteLine($"  {line.GetProperty("at").GetDateTimeOffset():HH:mm:ss.fff}  {line.GetProperty("actor").GetString(),-18} {line.GetProperty("action").GetString(),-24} {line.GetProperty("target").GetString(),-16} {line.GetProperty("result").GetString()}");
        }

        Console.WriteLine("\nMeasured");
        foreach (var one in report.Switches)
        {
            Console.WriteLine($"  switch: {one.Milliseconds:0.0} ms, {one.Requests} requests around it, {one.Failed} failed");
        }

        Console.WriteLine($"  redeploy of live: first answer of version 2 after {report.Redeploy!.Seconds:0.0} s, {report.Redeploy.Requests} requests, {report.Redeploy.Failed} failed");
        Console.WriteLine($"  portal: ready after {report.Portal!.StartSeconds:0.0} s, {report.Portal.RssMiB:0} MiB");
        if (options.Exit)
        {
            return;
        }

        Console.WriteLine($"""

            Open {parts.Portal} and sign in:
              acme-dev / {SampleTree.Password("acme-dev")}      deploys (developer of acme)
              acme-ops / {SampleTree.Password("acme-ops")}      switches (operator of acme)
              acme-view / {SampleTree.Password("acme-view")}    looks (viewer of acme)
              globex-dev / {SampleTree.Password("globex-dev")}  another tenant's developer
              admin-anna / {SampleTree.Password("admin-anna")}  platform administrator, from the directory
              admin / {parts.AdministratorPassword}             platform administrator, local
            The sample service: http://{Host}:{options.GatewayPort}/ and, on standby, http://standby--{Host}:{options.GatewayPort}/
            ./portal down takes everything away.
            """);
    }

    private sealed record Webhook(string Id, string Secret);
}
