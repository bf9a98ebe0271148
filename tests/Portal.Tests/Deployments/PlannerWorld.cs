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

    public IEnumerable<ObservedReplica> All(string service, int index, string fingerprint) =>
        replicas.Where(replica => replica.Service == service && replica.Index == index && replica.Fingerprint == fingerprint);

    public void Apply(Step step, WantedStack wanted)
    {
        switch (step)
        {
            case Step.Prepare prepare:
                prepared.Add(prepare.Service);
                break;
            case Step.Pause pause:
                for (var at = 0; at < replicas.Count; at++)
                {
                    replicas[at] = replicas[at] with { Age = replicas[at].Age + pause.Left };
                }

                break;
            case Step.Create create:
                var fingerprint = wanted.Services.Single(service => service.Name == create.Service).Fingerprint;
                Assert.False(All(create.Service, create.Index, fingerprint).Any(), $"{create} makes what is there.");
                replicas.Add(new ObservedReplica($"made{made++}", create.Service, create.Index, fingerprint, ReplicaState.Created, ReplicaHealth.Unknown, GatewayPlace.Out, Mine: true, Age: TimeSpan.Zero));
                break;
            case Step.Start start:
                Change(start.Replica, replica => replica with { State = ReplicaState.Running });
                break;
            case Step.Mend mend:
                Assert.True(mend.Replica.Altered, $"{mend.Replica} is as it should be.");
                Change(mend.Replica, replica => replica with { Altered = false });
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

/// <summary>Random wanted and observed stacks, the same for the same seed: dependencies, sidekicks, batches, pauses and what crashes leave.</summary>
internal sealed class PlannerGenerator(int seed)
{
    // In the order of their dependencies: each may need those before it.
    private static readonly string[] Names = ["db", "migrate", "api", "proxy", "web", "logs", "worker"];
    private static readonly string[] Gone = ["former"];
    private readonly Random random = new(seed);

    public (WantedStack Wanted, PlannerWorld World) Next()
    {
        var names = Names.Where(_ => random.Next(4) > 0).ToArray();
        var services = new List<WantedService>();
        foreach (var name in names)
        {
            services.Add(Service(name, names, services));
        }

        var wanted = new WantedStack([.. services]);
        var replicas = Names.Concat(Gone).SelectMany(name => Enumerable.Range(0, random.Next(4)).Select(number => Replica(name, number, wanted))).ToList();
        return (wanted, new PlannerWorld(replicas, Names.Where(_ => random.Next(3) > 0)));
    }

    private WantedService Service(string name, string[] names, List<WantedService> before)
    {
        var sidekickOf = name switch { "proxy" => "web", "logs" => "web", _ => null };
        var home = sidekickOf is null ? null : names.Contains(sidekickOf) ? sidekickOf : null;
        var web = name == "web" ? before.FirstOrDefault(service => service.SidekickOf == name) : null;
        var primary = home is null ? null : before.FirstOrDefault(service => service.Name == home);
        var once = name == "migrate" || (home is not null && name == "proxy" && random.Next(3) == 0);
        return new WantedService(
            name,
            "new",
            primary?.Replicas ?? web?.Replicas ?? random.Next(0, 4),
            random.Next(4) == 0 ? ReplaceOrder.StopFirst : ReplaceOrder.StartFirst,
            Routed: name is "web" or "api",
            OneShot: once)
        {
            Batch = random.Next(4),
            Pause = random.Next(3) == 0 ? TimeSpan.FromSeconds(10) : TimeSpan.Zero,
            SidekickOf = home,
            Settled = name == "migrate" && random.Next(3) == 0,
            AttachedTo = name == "logs" && home is not null && random.Next(2) == 0 ? ["web"] : name == "web" && before.Exists(service => service.Name == "proxy") && random.Next(2) == 0 ? ["proxy"] : [],
            // A sidekick that is started before its primary needs nothing of what comes between.
            DependsOn = [.. before.Where(_ => home is null && random.Next(3) == 0).Select(other => new WantedDependency(other.Name, other.OneShot ? DependencyGoal.Completed : (DependencyGoal)random.Next(2)))],
        };
    }

    private ObservedReplica Replica(string name, int number, WantedStack wanted)
    {
        var state = (ReplicaState)random.Next(3);
        var health = state == ReplicaState.Running ? (ReplicaHealth)random.Next(3) : ReplicaHealth.Unknown;
        var routed = wanted.Services.Any(service => service.Name == name && service.Routed);
        var index = random.Next(1, 4);
        var fingerprint = random.Next(2) == 0 ? "old" : "new";
        return new ObservedReplica(
            $"{name}{number}",
            name,
            index,
            fingerprint,
            state,
            health,
            routed && state == ReplicaState.Running ? (GatewayPlace)random.Next(3) : GatewayPlace.Out,
            state == ReplicaState.Exited ? random.Next(2) : null,
            Age: TimeSpan.FromSeconds(random.Next(20)),
            // A former one that was changed by hand goes as it is.
            Altered: fingerprint == "new" && state == ReplicaState.Running && random.Next(6) == 0);
    }
}
