using System.Collections.Immutable;

namespace Portal.Deployments.Planning;

/// <summary>
/// Wanted and observed in, ordered steps out. Pure: the same input gives the same plan, so a crashed run, a person's
/// <c>docker rm</c> and a fresh start are one case. Never takes a serving replica away before its successor serves,
/// unless the service asks for stop-first.
/// </summary>
public static class Planner
{
    public static Plan Plan(WantedStack wanted, ObservedStack observed)
    {
        var steps = ImmutableArray.CreateBuilder<Step>();
        var byService = observed.Replicas.ToLookup(replica => replica.Service);

        foreach (var service in wanted.Services.Where(service => !observed.Prepared.Contains(service.Name)))
        {
            steps.Add(new Step.Prepare(service.Name));
        }

        foreach (var service in wanted.Services)
        {
            var replicas = new ServiceReplicas(service, byService[service.Name]);
            if (replicas.Dead is { } dead)
            {
                return new Plan([], dead);
            }

            PlanService(service, replicas, steps);
        }

        var known = wanted.Services.Select(service => service.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var stray in observed.Replicas.Where(replica => !known.Contains(replica.Service)).OrderBy(Order))
        {
            TakeAway(stray, steps);
        }

        return new Plan(steps.ToImmutable());
    }

    private static void PlanService(WantedService service, ServiceReplicas replicas, ImmutableArray<Step>.Builder steps)
    {
        var former = new Queue<ObservedReplica>(replicas.Former);
        for (var index = 1; index <= service.Replicas; index++)
        {
            // As many of the former ones stay as successors are still to come.
            var stillNeeded = service.Replicas - index;
            var current = replicas.CurrentAt(index);
            if (service.Order == ReplaceOrder.StopFirst && current is null)
            {
                TakeAwayAllBut(stillNeeded, former, steps);
            }

            BringUp(service, current, index, steps);
            TakeAwayAllBut(stillNeeded, former, steps);
        }

        TakeAwayAllBut(0, former, steps);
        foreach (var surplus in replicas.Surplus)
        {
            TakeAway(surplus, steps);
        }
    }

    private static void TakeAwayAllBut(int kept, Queue<ObservedReplica> former, ImmutableArray<Step>.Builder steps)
    {
        while (former.Count > kept)
        {
            TakeAway(former.Dequeue(), steps);
        }
    }

    private static void BringUp(WantedService service, ObservedReplica? current, int index, ImmutableArray<Step>.Builder steps)
    {
        if (service.OneShot && current is { State: ReplicaState.Exited, ExitCode: 0 })
        {
            return;
        }

        // Not seen healthy for long enough, or gone: it is made anew, at the same place.
        if (current is { State: ReplicaState.Exited } or { Health: ReplicaHealth.Unhealthy })
        {
            TakeAway(current, steps);
            current = null;
        }

        if (current is null)
        {
            steps.Add(new Step.Create(service.Name, index));
            current = Foreseen(service, index);
        }

        if (current.State == ReplicaState.Created)
        {
            steps.Add(new Step.Start(service.Name, current));
        }

        if (service.OneShot)
        {
            steps.Add(new Step.AwaitCompletion(service.Name, current));
            return;
        }

        if (current.Health != ReplicaHealth.Healthy)
        {
            steps.Add(new Step.AwaitHealthy(service.Name, current));
        }

        if (service.Routed && current.Gateway != GatewayPlace.In)
        {
            steps.Add(new Step.Admit(service.Name, current));
        }
    }

    /// <summary>Stands in the plan for a container that is not there yet; the next look replaces it by the real one.</summary>
    private static ObservedReplica Foreseen(WantedService service, int index) =>
        new("", service.Name, index, service.Fingerprint, ReplicaState.Created, ReplicaHealth.Unknown, GatewayPlace.Out);

    private static void TakeAway(ObservedReplica replica, ImmutableArray<Step>.Builder steps)
    {
        if (replica.Gateway != GatewayPlace.Out)
        {
            steps.Add(new Step.Drain(replica.Service, replica));
        }

        if (replica.State == ReplicaState.Running)
        {
            steps.Add(new Step.Stop(replica.Service, replica));
        }

        steps.Add(new Step.Remove(replica.Service, replica));
    }

    private static (string Service, int Index, string Id) Order(ObservedReplica replica) => (replica.Service, replica.Index, replica.ContainerId);

    /// <summary>A service's containers, sorted into those that may stay and those that must go.</summary>
    private sealed class ServiceReplicas
    {
        private readonly WantedService service;
        private readonly Dictionary<int, ObservedReplica> current = [];
        private readonly List<ObservedReplica> surplus = [];

        public ServiceReplicas(WantedService service, IEnumerable<ObservedReplica> observed)
        {
            this.service = service;
            var all = observed.OrderBy(Order).ToList();
            foreach (var replica in all.Where(replica => replica.Fingerprint == service.Fingerprint))
            {
                // Two of one index (a race that a lease lost): the one further along stays.
                if (replica.Index > service.Replicas)
                {
                    surplus.Add(replica);
                }
                else if (!current.TryGetValue(replica.Index, out var rival))
                {
                    current[replica.Index] = replica;
                }
                else if (replica.Serves(service.Routed) && !rival.Serves(service.Routed))
                {
                    surplus.Add(rival);
                    current[replica.Index] = replica;
                }
                else
                {
                    surplus.Add(replica);
                }
            }

            Former = [.. all.Where(replica => replica.Fingerprint != service.Fingerprint).OrderBy(replica => replica.Serves(service.Routed))];
        }

        public ObservedReplica? CurrentAt(int index) => current.GetValueOrDefault(index);

        /// <summary>Those that serve last: they go last.</summary>
        public IReadOnlyList<ObservedReplica> Former { get; }

        public IEnumerable<ObservedReplica> Surplus => surplus;

        public ObservedReplica? Dead => current.Values.OrderBy(replica => replica.Index).FirstOrDefault(replica => replica.Mine
            && (replica.Health == ReplicaHealth.Unhealthy || (replica.State == ReplicaState.Exited && !(service.OneShot && replica.ExitCode == 0))));
    }
}
