using System.Globalization;
using System.Net;
using Portal.Docker;
using Portal.Lab.Load;

namespace Portal.Lab.Bench;

/// <summary>
/// A stack of ten services from nothing, and then another version of one of them under load: by the portal, by Debian's docker-compose from
/// the same file on the same engine, and by the bare calls that the engine must be asked in any case. Turn by turn, so that a busy moment of
/// the machine hits all three.
/// </summary>
internal sealed class DeployBench(BenchWorld world)
{
    private const int Rounds = 3;
    private const int Rate = 500;

    public async Task<IReadOnlyList<BenchResult>> RunAsync(CancellationToken cancel)
    {
        var stack = new DeployBenchStack(world);
        await stack.PushToolAsync(cancel);
        var version = 0;
        List<Round> rounds = [];
        for (var round = 0; round <= Rounds; round++)
        {
            var one = await RoundAsync(stack, round, Next, cancel);
            // The first round compiles and warms all of them.
            if (round > 0)
            {
                rounds.Add(one);
            }
        }

        return
        [
            Of("deploy: ten services, call to end", round => round.Ours, round => round.Compose, "docker-compose up -d, of which at most 0.7"),
            Of("deploy: the same", round => round.Ours, round => round.Bare, "the engine's calls alone, of which at most 1.25"),
            Of("deploy: another version of one, call to end", round => round.OursAgain, round => round.ComposeAgain, "docker-compose up -d, of which at most 0.7", rounds.Sum(round => round.Lost)),
            Of("deploy: the same", round => round.OursAgain, round => round.BareAgain, "the engine's calls alone, of which at most 1.25"),
            // Not in the column of failures: these are docker-compose's, not ours.
            BenchResult.Alone("deploy: lost by docker-compose", rounds.Sum(round => round.ComposeLost), $"of {rounds.Sum(round => round.ComposeRequests)}", string.Create(CultureInfo.InvariantCulture, $"requests at {Rate}/s")),
        ];

        BenchResult Of(string name, Func<Round, double> ours, Func<Round, double> other, string what, long? failed = null) =>
            BenchResult.Of($"{name}, median of {Rounds}", Waiting.Median(rounds.Select(ours)), "s", Waiting.Median(rounds.Select(other)), what, failed);

        string Next() => string.Create(CultureInfo.InvariantCulture, $"d{version++}");
    }

    private async Task<Round> RoundAsync(DeployBenchStack stack, int number, Func<string> next, CancellationToken cancel)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"ten{number}");
        var first = await world.PushBareAsync(next(), cancel);
        await stack.AddAsync(name, first, cancel);
        var ours = await Waiting.SecondsAsync(() => world.DeployAsync(name, "live", images: null, cancel));
        var compose = await Waiting.SecondsAsync(() => stack.ComposeAsync(name, first, cancel));
        var bare = await Waiting.SecondsAsync(() => stack.BareAsync(name, first, cancel));

        var mine = await ForgottenAsync(next(), cancel);
        var (oursAgain, load) = await UnderLoadAsync(world.Load(DeployBenchStack.HostOf(name)), () => world.DeployAsync(name, "live", new Dictionary<string, string> { ["web"] = mine.ToString() }, cancel), cancel);
        var theirs = await ForgottenAsync(next(), cancel);
        var (composeAgain, composeLoad) = await UnderLoadAsync(
            new LoadPlan(new IPEndPoint(world.Parts.EngineAddress, DeployBenchStack.ComposePort(name)), "compose") { Connections = 50 }, () => stack.ComposeAsync(name, theirs, cancel), cancel);
        var image = await ForgottenAsync(next(), cancel);
        // Under the same load as the others.
        var (bareAgain, _) = await UnderLoadAsync(world.Load(DeployBenchStack.HostOf(name)), () => stack.BareAgainAsync(image, cancel), cancel);
        await stack.RemoveBareAsync(cancel);
        await stack.ComposeDownAsync(name, cancel);
        return new Round(ours, compose, bare, oursAgain, composeAgain, bareAgain, load.Failed, composeLoad.Failed, composeLoad.Requests);
    }

    private static async Task<(double Seconds, LoadReport Report)> UnderLoadAsync(LoadPlan plan, Func<Task> redeploy, CancellationToken cancel)
    {
        await using var load = LoadGenerator.Start(plan with { RatePerSecond = Rate }, cancel);
        await Waiting.UntilAsync("load", () => load.Requests > Rate / 2, cancel);
        var seconds = await Waiting.SecondsAsync(redeploy);
        var before = load.Requests;
        await Waiting.UntilAsync("requests after the redeploy", () => load.Requests > before + (Rate / 2), cancel);
        return (seconds, await load.StopAsync());
    }

    /// <summary>In the registry, and no more on the engine: everybody pulls it.</summary>
    private async Task<ImageReference> ForgottenAsync(string version, CancellationToken cancel)
    {
        var image = await world.PushBareAsync(version, cancel);
        await world.Parts.Engine.Images.RemoveAsync(image.ToString(), cancel: cancel);
        return image;
    }

    /// <summary>Seconds for each way; the second three under load.</summary>
    private sealed record Round(double Ours, double Compose, double Bare, double OursAgain, double ComposeAgain, double BareAgain, long Lost, long ComposeLost, long ComposeRequests);
}
