using System.Net;
using Portal.Docker;
using Portal.Lab.Load;

namespace Portal.Lab.Bench;

/// <summary>
/// From the webhook's call to the first answer of the new version, under 2,000 requests/s; against Debian's docker-compose changing
/// the same image on the same engine. Turn by turn, so that a busy moment of the machine hits both.
/// </summary>
internal sealed class RedeployBench(BenchWorld world)
{
    private const int Rounds = 5;
    private const int ComposePort = 18080;

    public async Task<IReadOnlyList<BenchResult>> RunAsync(CancellationToken cancel)
    {
        var first = await world.Parts.PushSampleAsync("0", cancel);
        var host = await world.DeploySampleAsync("shop", first, cancel);
        var (id, secret) = await world.WebhookAsync("bench", "shop", "live", cancel);
        await ComposeUpAsync(first, cancel);

        List<Round> ours = [], theirs = [];
        for (var round = 0; round <= Rounds; round++)
        {
            var version = $"p{round}";
            await PushAndForgetAsync(version, cancel);
            var one = await MeasureAsync(world.Load(host), version, () => CallAsync(id, secret, version, cancel), cancel);

            version = $"c{round}";
            var image = await PushAndForgetAsync(version, cancel);
            var other = await MeasureAsync(
                new LoadPlan(new IPEndPoint(world.Parts.PublishAddress!, ComposePort), "compose") { Connections = 50 }, version, () => ComposeUpAsync(image, cancel), cancel);

            // The first round compiles and warms both.
            if (round > 0)
            {
                ours.Add(one);
                theirs.Add(other);
            }
        }

        return
        [
            BenchResult.Of(
                $"redeploy: call to first answer, median of {Rounds}", Waiting.Median(ours.Select(round => round.FirstAnswer)), "s",
                Waiting.Median(theirs.Select(round => round.FirstAnswer)), "docker-compose up -d", ours.Sum(round => round.Failed)),
            BenchResult.Of(
                $"redeploy: call to its end, median of {Rounds}", Waiting.Median(ours.Select(round => round.Whole)), "s",
                Waiting.Median(theirs.Select(round => round.Whole)), "docker-compose up -d, which neither probes nor drains"),
            BenchResult.Alone("redeploy: requests", ours.Sum(round => round.Requests), "", "at 2000/s", ours.Sum(round => round.Failed)),
            // Not in the column of failures: these are docker-compose's, not ours.
            BenchResult.Alone("redeploy: lost by docker-compose", theirs.Sum(round => round.Failed), $"of {theirs.Sum(round => round.Requests)}", "requests at 2000/s"),
        ];
    }

    private static async Task<Round> MeasureAsync(LoadPlan plan, string version, Func<Task> redeploy, CancellationToken cancel)
    {
        await using var load = LoadGenerator.Start(plan with { RatePerSecond = 2000 }, cancel);
        await Waiting.UntilAsync("load", () => load.Requests > 1000, cancel);
        var called = load.Elapsed;
        await redeploy();
        var ended = load.Elapsed;
        await AnswersAsync(plan, version, cancel);
        var before = load.Requests;
        await Waiting.UntilAsync("requests after the redeploy", () => load.Requests > before + 1000, cancel);
        var report = await load.StopAsync();
        var seen = report.Version(version) ?? throw new InvalidOperationException($"Version {version} never answered: {report}");
        return new Round((seen.FirstAnswer - called).TotalSeconds, (ended - called).TotalSeconds, report.Requests, report.Failed);
    }

    /// <summary>docker-compose is done before its container answers.</summary>
    private static async Task AnswersAsync(LoadPlan plan, string version, CancellationToken cancel)
    {
        await using var look = LoadGenerator.Start(plan with { Connections = 1, RatePerSecond = 50 }, cancel);
        await Waiting.UntilAsync($"version {version} to answer", () => look.LatestVersion == version, cancel);
    }

    private Task CallAsync(string id, string secret, string version, CancellationToken cancel) =>
        world.Parts.CallWebhookAsync(id, secret, new { image = $"{world.Parts.Registry.Host}/acme/web", tag = version }, cancel);

    /// <summary>In the registry, and no more on the engine: both sides pull it.</summary>
    private async Task<ImageReference> PushAndForgetAsync(string version, CancellationToken cancel)
    {
        var image = await world.Parts.PushSampleAsync(version, cancel);
        await world.Parts.Engine.Images.RemoveAsync(image.ToString(), cancel: cancel);
        return image;
    }

    private async Task ComposeUpAsync(ImageReference image, CancellationToken cancel)
    {
        var folder = Path.Combine(world.Place.Folder, "compose");
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, "docker-compose.yml");
        await File.WriteAllTextAsync(file, $"""
            version: "2"
            services:
              web:
                image: {image}
                user: "65534:65534"
                read_only: true
                tmpfs: [/tmp]
                cap_drop: [ALL]
                mem_limit: 128m
                ports: ["{ComposePort}:8080"]

            """, cancel);
        await Shell.RunAsync("env", [$"DOCKER_HOST=unix://{world.Parts.Socket}", "docker-compose", "-p", "bench", "-f", file, "up", "-d"], cancel);
    }

    /// <param name="FirstAnswer">Seconds.</param>
    /// <param name="Whole">Seconds.</param>
    private sealed record Round(double FirstAnswer, double Whole, long Requests, long Failed);
}
