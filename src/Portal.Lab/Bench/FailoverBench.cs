using System.Diagnostics;
using Portal.Docker;
using Portal.Lab.Directories;
using Portal.Lab.Load;
using Portal.Lab.Parts;

namespace Portal.Lab.Bench;

/// <summary>Live is killed, again and again: how long until standby answers through the gateway. Nothing is healed meanwhile.</summary>
internal sealed class FailoverBench(BenchWorld world)
{
    private const int Kills = 20;
    private const double Bound = 10;
    private const int AfterSeconds = 1;
    private const string Stack = "bare";

    public async Task<IReadOnlyList<BenchResult>> RunAsync(CancellationToken cancel)
    {
        var host = await world.DeployBareAsync(cancel);
        using var owner = await PortalApi.SignInAsync(world.Parts.Portal, "acme-owner", SampleTree.Password("acme-owner"), cancel);
        await owner.PatchAsync($"api/v1/tenants/{BenchWorld.Tenant}/stacks/{Stack}", new { healing = false }, cancel);
        List<double> seconds = [];
        for (var kill = 0; kill < Kills; kill++)
        {
            await AllowAsync(owner, cancel);
            seconds.Add(await KillAsync(host, cancel));
            await MendAsync(cancel);
        }

        return
        [
            BenchResult.Of($"failover: kill to standby's first answer, median of {Kills}", Waiting.Median(seconds), "s", Bound, $"the bound, of which {AfterSeconds} s is waited on purpose"),
            BenchResult.Of("failover: the longest of them", seconds.Max(), "s", Bound, "the bound"),
        ];
    }

    private async Task<double> KillAsync(string host, CancellationToken cancel)
    {
        var live = await LiveAsync(cancel);
        var victims = await ContainersAsync(live, cancel);
        // A request that was sent to the dead side hangs until its connection fails, and a client with it: there are always others that have not.
        await using var look = LoadGenerator.Start(world.Load(host) with { Connections = 400, RatePerSecond = 100 }, cancel);
        await Waiting.UntilAsync("an answer before the kill", () => look.LatestVersion is not null, cancel);
        var before = look.LatestVersion;
        var started = Stopwatch.GetTimestamp();
        foreach (var victim in victims)
        {
            await world.Parts.Engine.Containers.KillAsync(victim.Id, "SIGKILL", cancel);
        }

        await Waiting.UntilAsync("an answer of standby", () => look.LatestVersion != before, cancel);
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>What anybody does after a failover: the dead side is deployed anew, with the version that it had.</summary>
    private async Task MendAsync(CancellationToken cancel)
    {
        var version = await LiveAsync(cancel) == "blue" ? "2" : "1";
        var images = new Dictionary<string, string> { ["web"] = world.Parts.Registry.Reference($"acme/bare:{version}").ToString() };
        var queued = await world.Developer.PostAsync($"api/v1/tenants/{BenchWorld.Tenant}/stacks/{Stack}/deployments", new { target = "standby", images, force = true }, cancel);
        var ended = await world.Developer.GetAsync($"api/v1/deployments/{queued.GetProperty("id").GetString()}?wait=120", cancel);
        if (ended.GetProperty("state").GetString() != "succeeded")
        {
            throw new InvalidOperationException($"The deployment ended as {ended.GetProperty("state")}: {ended.GetProperty("reasonText")}");
        }
    }

    /// <summary>At least a minute lies between two failovers; so that twenty do not take twenty, the last one is put back by a day, by SQL.</summary>
    private async Task AllowAsync(PortalApi owner, CancellationToken cancel)
    {
        await world.SqlAsync("update switches set requested_at = requested_at - interval '1 day', applied_at = applied_at - interval '1 day' where cause = 'failover'", cancel);
        await owner.PutAsync($"api/v1/tenants/{BenchWorld.Tenant}/automation", new { failover = new { afterSeconds = AfterSeconds, atMostEveryMinutes = 1 } }, cancel);
    }

    private async Task<string> LiveAsync(CancellationToken cancel) =>
        (await world.Operator.GetAsync($"api/v1/tenants/{BenchWorld.Tenant}", cancel)).GetProperty("live").GetString()!;

    private async Task<IReadOnlyList<ContainerSummary>> ContainersAsync(string colour, CancellationToken cancel) =>
        await world.Parts.Engine.Containers.ListAsync(new ContainerFilter { All = true, Labels = [$"portal.stack={Stack}", $"portal.environment={colour}"] }, cancel);
}
