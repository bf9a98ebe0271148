using System.Diagnostics;
using System.Globalization;
using Portal.Lab.Parts;

namespace Portal.Lab.Bench;

/// <summary>
/// Signed deliveries, each with another image, made durable with their deployments and audit events; against single-row commits of
/// the same PostgreSQL by as many clients. A deployment that waits for its service holds the queue, so that each one only queues.
/// </summary>
internal sealed class IntakeBench(BenchWorld world)
{
    private const int Clients = 16;
    private const int Warm = 1000;
    private const int Counted = 2000;
    private static readonly TimeSpan CommitTime = TimeSpan.FromSeconds(5);

    public async Task<IReadOnlyList<BenchResult>> RunAsync(CancellationToken cancel)
    {
        var one = await world.Parts.PushSampleAsync("1", cancel);
        await world.DeploySampleAsync("shop", one, cancel);
        var (id, secret) = await world.WebhookAsync("bench", "shop", "standby", cancel);
        using var writer = new RegistryWriter(world.Parts.Registry.Address);
        foreach (var number in Enumerable.Range(0, Warm + Counted))
        {
            await writer.VaryAsync("acme/web", "1", "acme/web", Tag(number), [$"VERSION={number}"], cancel);
        }

        await HoldQueueAsync(cancel);

        await DeliverAsync(id, secret, 0, Warm, cancel);
        // As a database that has been up for a minute has done by itself.
        await Shell.RunAsync("psql", ["-h", Path.Combine(world.Place.Data, "pg"), "-U", "portal", "-d", "portal", "-qc", "vacuum analyze"], cancel);
        var usage = ProcessFigures.CpuSeconds(world.Parts.PortalProcess.Pid);
        var started = Stopwatch.GetTimestamp();
        await DeliverAsync(id, secret, Warm, Counted, cancel);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var cpu = ProcessFigures.CpuSeconds(world.Parts.PortalProcess.Pid) - usage;

        var resolved = await ResolveAsync(cancel);
        var commits = await CommitsPerSecondAsync(cancel);
        return
        [
            BenchResult.Of($"intake: deliveries by {Clients} clients", Counted / seconds, "/s", commits, "single-row commits, of which at least a tenth"),
            BenchResult.Alone("intake: processor time of the portal for one", cpu * 1000 / Counted, "ms", "its own threads, all of them"),
            BenchResult.Alone("intake: digests resolved alone", resolved, "/s", "engine and registry, as many at once, nothing written"),
        ];
    }

    private static string Tag(int number) => string.Create(CultureInfo.InvariantCulture, $"t{number}");

    private async Task DeliverAsync(string id, string secret, int first, int count, CancellationToken cancel)
    {
        var next = first - 1;
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async _ =>
        {
            using var ci = new PortalApi(world.Parts.Portal);
            for (var number = Interlocked.Increment(ref next); number < first + count; number = Interlocked.Increment(ref next))
            {
                var answer = await ci.CallWebhookAsync($"hooks/{id}", secret, new { image = $"{world.Parts.Registry.Host}/acme/web", tag = Tag(number) }, cancel);
                if (!answer.TryGetProperty("deploymentId", out var deployment) || deployment.ValueKind == System.Text.Json.JsonValueKind.Null)
                {
                    throw new InvalidOperationException($"A delivery made no deployment: {answer}");
                }
            }
        }));
    }

    /// <summary>A version that never turns healthy, so that its deployment runs until it is over with the bench.</summary>
    private async Task HoldQueueAsync(CancellationToken cancel)
    {
        const string tag = "never";
        using var writer = new RegistryWriter(world.Parts.Registry.Address);
        await writer.VaryAsync("acme/web", "1", "acme/web", tag, ["VERSION=never", "START_DELAY_MS=3600000"], cancel);
        var never = world.Parts.Registry.Reference($"acme/web:{tag}");
        await world.Developer.PostAsync($"api/v1/tenants/{BenchWorld.Tenant}/stacks/shop/deployments", new { target = "standby", images = new Dictionary<string, string> { ["web"] = never.ToString() } }, cancel);
    }

    private async Task<double> ResolveAsync(CancellationToken cancel)
    {
        var next = -1;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async _ =>
        {
            for (var number = Interlocked.Increment(ref next); number < Counted; number = Interlocked.Increment(ref next))
            {
                await world.Parts.Engine.Images.ResolveAsync(world.Parts.Registry.Reference($"acme/web:{Tag(number)}"), cancel: cancel);
            }
        }));
        return Counted / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private async Task<double> CommitsPerSecondAsync(CancellationToken cancel)
    {
        var program = Directory.EnumerateFiles("/usr/lib/postgresql", "pgbench", SearchOption.AllDirectories).First();
        var script = Path.Combine(world.Place.Folder, "commit.sql");
        await File.WriteAllTextAsync(script, "insert into bench_commits (note) values ('one row');\n", cancel);
        string[] where = ["-h", Path.Combine(world.Place.Data, "pg"), "-U", "portal"];
        await Shell.RunAsync("psql", [.. where, "-d", "postgres", "-qc", "create table bench_commits (id bigint generated always as identity primary key, note text)"], cancel);
        var output = await Shell.RunAsync(
            program, [.. where, "-n", "-c", $"{Clients}", "-j", "2", "-T", $"{CommitTime.TotalSeconds:0}", "-f", script, "postgres"], cancel);
        const string mark = "tps = ";
        var line = output.Split('\n').First(line => line.StartsWith(mark, StringComparison.Ordinal));
        return double.Parse(line[mark.Length..].Split(' ')[0], CultureInfo.InvariantCulture);
    }
}
