using System.Collections.Immutable;

namespace Portal.Compose;

/// <summary>
/// Orders services so that each stands after what it needs; what runs once, and what that needs, before the rest; and otherwise as the
/// file has them.
/// </summary>
internal static class StartOrder
{
    /// <summary>A network mode: what follows is the service whose network it is.</summary>
    public const string ServiceNetwork = "service:";

    /// <summary>Names that must be there before a container of the service can start.</summary>
    public static IEnumerable<string> Needs(ServiceSpec service)
    {
        var shared = service.NetworkMode is { } mode && mode.StartsWith("service:", StringComparison.Ordinal) ? [mode["service:".Length..]] : Array.Empty<string>();
        return service.DependsOn.Select(d => d.Service).Concat(service.VolumesFrom.Select(v => v.Service)).Concat(shared).Distinct(StringComparer.Ordinal);
    }

    /// <summary>The order, or in <paramref name="cycle"/> the names of a circle, its first also last.</summary>
    public static ImmutableArray<ServiceSpec> Of(IReadOnlyList<ServiceSpec> services, out ImmutableArray<string> cycle)
    {
        cycle = [];
        var index = services.Select((s, i) => (s.Name, i)).ToDictionary(p => p.Name, p => p.i, StringComparer.Ordinal);
        var needs = services.Select(s => Needs(s).Where(index.ContainsKey).Select(n => index[n]).ToArray()).ToArray();
        var waiters = services.Select(_ => new List<int>()).ToArray();
        for (var i = 0; i < needs.Length; i++)
        {
            foreach (var need in needs[i])
            {
                waiters[need].Add(i);
            }
        }

        var left = needs.Select(n => n.Length).ToArray();
        var early = Early(services, needs);
        var ready = new PriorityQueue<int, (bool, int)>();
        foreach (var i in Enumerable.Range(0, services.Count).Where(i => left[i] == 0))
        {
            ready.Enqueue(i, (!early.Contains(i), i));
        }

        var order = ImmutableArray.CreateBuilder<ServiceSpec>(services.Count);
        while (ready.TryDequeue(out var next, out _))
        {
            order.Add(services[next]);
            foreach (var waiter in waiters[next].Where(w => --left[w] == 0))
            {
                ready.Enqueue(waiter, (!early.Contains(waiter), waiter));
            }
        }

        if (order.Count < services.Count)
        {
            cycle = Circle(services, needs, left);
        }

        return order.ToImmutable();
    }

    private static HashSet<int> Early(IReadOnlyList<ServiceSpec> services, int[][] needs)
    {
        var early = new HashSet<int>();
        var open = new Stack<int>(Enumerable.Range(0, services.Count).Where(i => services[i] is { IsOneShot: true, PrimaryOf: null }));
        while (open.TryPop(out var next))
        {
            if (early.Add(next))
            {
                Array.ForEach(needs[next], open.Push);
            }
        }

        return early;
    }

    // Whoever is left needs somebody who is left: going on from one to the next must come back.
    private static ImmutableArray<string> Circle(IReadOnlyList<ServiceSpec> services, int[][] needs, int[] left)
    {
        var seen = new List<int>();
        var at = Enumerable.Range(0, left.Length).First(i => left[i] > 0);
        var places = new Dictionary<int, int>();
        while (places.TryAdd(at, seen.Count))
        {
            seen.Add(at);
            at = needs[at].First(n => left[n] > 0);
        }

        return [.. seen.Skip(places[at]).Append(at).Select(i => services[i].Name)];
    }
}
