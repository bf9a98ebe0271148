using System.Collections.Immutable;

namespace Portal.Deployments.Planning;

/// <summary>
/// Wanted and observed in, ordered steps out. Pure: the same input gives the same plan, so a crashed run, a person's
/// <c>docker rm</c> and a fresh start are one case. Never takes a serving replica away before its successor serves,
/// unless the service asks for stop-first; and never for a service that waits for another.
/// </summary>
public static class Planner
{
    public static Plan Plan(WantedStack wanted, ObservedStack observed)
    {
        var byService = observed.Replicas.ToLookup(replica => replica.Service, StringComparer.Ordinal);
        var units = Units(wanted, byService);
        if (units.Select(unit => unit.Dead).FirstOrDefault(dead => dead is not null) is { } failed)
        {
            return new Plan([], [], failed);
        }

        // All images are there before anything is touched: what cannot be pulled changes nothing.
        var prepare = wanted.Services.Where(service => !service.Settled && !observed.Prepared.Contains(service.Name)).Select(Step (service) => new Step.Prepare(service.Name)).ToImmutableArray();
        var homes = units.SelectMany(unit => unit.Members.Select(member => (member.Name, Unit: unit))).ToDictionary(home => home.Name, home => home.Unit, StringComparer.Ordinal);
        var tracks = units.SelectMany(unit => unit.Tracks(unit.DependsOn.All(dependency => !homes.TryGetValue(dependency.Service, out var other) || other.Has(dependency)))).ToList();
        var leaving = Strays(wanted, observed).ToList();

        var steps = prepare.AddRange(tracks.Concat(leaving).SelectMany(track => track.Steps));
        var ready = !prepare.IsEmpty ? prepare
            // What the stack has no more serves until all that it has does: a failure on the way costs nothing.
            : tracks.Count == 0 ? [.. leaving.Select(track => track.Steps[0])]
            : tracks.Where(track => !track.Waits).Select(track => track.Steps[0]).ToImmutableArray();
        return new Plan(steps, ready);
    }

    private static List<PlannedUnit> Units(WantedStack wanted, ILookup<string, ObservedReplica> observed)
    {
        var sidekicks = wanted.Services.Where(service => service.SidekickOf is not null).ToLookup(service => service.SidekickOf, StringComparer.Ordinal);
        return [.. wanted.Services
            .Where(service => service.SidekickOf is null)
            .Select(primary => new PlannedUnit(
                primary,
                // In the stack's order, which is that of their dependencies.
                sidekicks.Contains(primary.Name) ? [.. wanted.Services.Where(service => ReferenceEquals(service, primary) || service.SidekickOf == primary.Name)] : [primary],
                observed))];
    }

    private static IEnumerable<Track> Strays(WantedStack wanted, ObservedStack observed)
    {
        var known = wanted.Services.Select(service => service.Name).ToHashSet(StringComparer.Ordinal);
        return observed.Replicas
            .Where(replica => !known.Contains(replica.Service))
            .OrderBy(replica => (replica.Service, replica.Index, replica.ContainerId))
            .Select(stray => new Track(TakeAway.Of([stray])));
    }
}

/// <summary>Steps that follow each other.</summary>
/// <param name="Waits">For another service: none of it may begin yet.</param>
internal sealed record Track(ImmutableArray<Step> Steps, bool Waits = false);

internal static class TakeAway
{
    /// <summary>First no new requests for any of them, then they end, those that depend on others first.</summary>
    /// <param name="replicas">In the order in which they were started.</param>
    public static ImmutableArray<Step> Of(IReadOnlyList<ObservedReplica> replicas) =>
    [
        .. replicas.Where(replica => replica.Gateway != GatewayPlace.Out).Select(Step (replica) => new Step.Drain(replica.Service, replica)),
        .. replicas.Reverse().Where(replica => replica.State == ReplicaState.Running).Select(Step (replica) => new Step.Stop(replica.Service, replica)),
        .. replicas.Reverse().Select(Step (replica) => new Step.Remove(replica.Service, replica)),
    ];
}
