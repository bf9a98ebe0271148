using System.Diagnostics;
using System.Globalization;
using Portal.Deployments.Planning;

namespace Portal.Lab.Bench;

/// <summary>The planner alone, on a stack of a thousand services in the worst of its moments: half replaced, with dependencies and sidekicks.</summary>
internal static class PlannerBench
{
    private const int Services = 1000;
    private const int Times = 200;
    private const double Bound = 50;

    public static IReadOnlyList<BenchResult> Run()
    {
        var wanted = new WantedStack([.. Enumerable.Range(0, Services).Select(Service)]);
        var names = wanted.Services.Select(service => service.Name).ToArray();
        var half = new ObservedStack([.. wanted.Services.SelectMany(Replicas)], [.. names]);
        return
        [
            Measure("half replaced", () => Planner.Plan(wanted, half).Steps.Length),
            Measure("from nothing", () => Planner.Plan(wanted, new ObservedStack([], [.. names])).Steps.Length),
        ];
    }

    private static BenchResult Measure(string name, Func<int> plan)
    {
        List<double> times = [];
        for (var time = 0; time < Times; time++)
        {
            var started = Stopwatch.GetTimestamp();
            if (plan() == 0)
            {
                throw new InvalidOperationException("There was something to plan, and nothing came out.");
            }

            // The first quarter compiles it.
            if (time >= Times / 4)
            {
                times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }
        }

        return BenchResult.Of(string.Create(CultureInfo.InvariantCulture, $"planner: {Services} services, {name}, median of {times.Count}"), Waiting.Median(times), "ms", Bound, "the bound");
    }

    /// <summary>In the order of their dependencies; every tenth has the one before it as its sidekick.</summary>
    private static WantedService Service(int number) => new(Name(number), "new", 2, ReplaceOrder.StartFirst, Routed: number % 3 == 0)
    {
        SidekickOf = number % 10 == 9 ? Name(number - 1) : null,
        DependsOn = number % 10 is 0 or 9 ? [] : [.. Enumerable.Range(1, Math.Min(number, 3)).Where(back => (number - back) % 10 != 9).Select(back => new WantedDependency(Name(number - back), DependencyGoal.Healthy))],
    };

    private static IEnumerable<ObservedReplica> Replicas(WantedService service, int number) => Enumerable.Range(1, service.Replicas).SelectMany(index => (string[])["old", "new"], (index, fingerprint) =>
        new ObservedReplica(
            string.Create(CultureInfo.InvariantCulture, $"{service.Name}-{index}-{fingerprint}"), service.Name, index, fingerprint,
            ReplicaState.Running, number % 2 == 0 || fingerprint == "old" ? ReplicaHealth.Healthy : ReplicaHealth.Unknown,
            service.Routed ? GatewayPlace.In : GatewayPlace.Out));

    private static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"s{number}");
}
