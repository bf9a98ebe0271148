using System.Collections.Immutable;
using Portal.Deployments.Planning;

namespace Portal.Tests.Deployments;

/// <summary>A made-up engine and gateway: does what a step says, at once and always.</summary>
internal sealed class PlannerWorld(IEnumerable<ObservedReplica> replicas, IEnumerable<string> prepared)
{
    private readonly List<ObservedReplica> replicas = [.. replicas];
    private readonly HashSet<string> prepared = [.. prepared];
    private int made;

    public ObservedStack Observe() => new([.. replicas], [.. prepared]);

    public int Serving(string service, bool routed) => replicas.Count(replica => replica.Service == service && replica.Serves(routed));

    public void Apply(Step step, WantedStack wanted)
    {
        switch (step)
        {
            case Step.Prepare prepare:
                prepared.Add(prepare.Service);
                break;
            case Step.Create create:
                var fingerprint = wanted.Services.Single(service => service.Name == create.Service).Fingerprint;
                replicas.Add(new ObservedReplica($"made{made++}", create.Service, create.Index, fingerprint, ReplicaState.Created, ReplicaHealth.Unknown, GatewayPlace.Out, Mine: true));
                break;
            case Step.Start start:
                Change(start.Replica, replica => replica with { State = ReplicaState.Running });
                break;
            case Step.AwaitHealthy wait:
                Change(wait.Replica, replica => replica with { Health = ReplicaHealth.Healthy });
                break;
            case Step.AwaitCompletion wait:
                Change(wait.Replica, replica => replica with { State = ReplicaState.Exited, ExitCode = 0 });
                break;
            case Step.Admit admit:
                Change(admit.Replica, replica => replica with { Gateway = GatewayPlace.In });
                break;
            case Step.Drain drain:
                Change(drain.Replica, replica => replica with { Gateway = GatewayPlace.Out });
                break;
            case Step.Stop stop:
                Change(stop.Replica, replica => replica with { State = ReplicaState.Exited, ExitCode = 143, Health = ReplicaHealth.Unknown });
                break;
            case Step.Remove remove:
                Assert.Equal(1, replicas.RemoveAll(replica => replica.ContainerId == remove.Replica.ContainerId));
                break;
            default:
                Assert.Fail($"An unknown step: {step}");
                break;
        }
    }

    private void Change(ObservedReplica replica, Func<ObservedReplica, ObservedReplica> change)
    {
        var at = replicas.FindIndex(candidate => candidate.ContainerId == replica.ContainerId);
        Assert.True(at >= 0, $"{replica} is acted upon and not there.");
        replicas[at] = change(replicas[at]);
    }
}

/// <summary>Random wanted and observed stacks, the same for the same seed.</summary>
internal sealed class PlannerGenerator(int seed)
{
    private static readonly string[] Names = ["web", "api", "worker", "migrate"];
    private readonly Random random = new(seed);

    public (WantedStack Wanted, PlannerWorld World) Next()
    {
        var services = Names.Where(_ => random.Next(4) > 0).Select(Service).ToImmutableArray();
        var replicas = Names.SelectMany(name => Enumerable.Range(0, random.Next(5)).Select(number => Replica(name, number, services))).ToList();
        return (new WantedStack(services), new PlannerWorld(replicas, Names.Where(_ => random.Next(2) == 0)));
    }

    private WantedService Service(string name) => new(
        name,
        "new",
        random.Next(0, 4),
        random.Next(4) == 0 ? ReplaceOrder.StopFirst : ReplaceOrder.StartFirst,
        Routed: name is "web" or "api",
        OneShot: name == "migrate");

    private ObservedReplica Replica(string name, int number, ImmutableArray<WantedService> services)
    {
        var state = (ReplicaState)random.Next(3);
        var health = state == ReplicaState.Running ? (ReplicaHealth)random.Next(3) : ReplicaHealth.Unknown;
        var routed = services.Any(service => service.Name == name && service.Routed);
        return new ObservedReplica(
            $"{name}{number}",
            name,
            random.Next(1, 5),
            random.Next(2) == 0 ? "old" : "new",
            state,
            health,
            routed && state == ReplicaState.Running ? (GatewayPlace)random.Next(3) : GatewayPlace.Out,
            state == ReplicaState.Exited ? random.Next(2) : null);
    }
}
