using System.Collections.Concurrent;
using Portal.Docker;

namespace Portal.Clusters;

/// <summary>
/// Reads the limits of one host's containers, which no list tells: of those that were there before anybody listened, and of each that the
/// engine says was updated. What is made later is as its maker made it until then.
/// </summary>
internal sealed class LimitsWatch(EngineHost engine, LimitsBook book)
{
    private const int AtOnce = 4;
    private readonly ConcurrentQueue<string> asked = new();
    private bool looked;

    public void Hear(EngineEvent one)
    {
        if (one is { Type: "container", Action: "update" })
        {
            asked.Enqueue(one.ActorId);
        }
    }

    /// <returns>Whether there is something to be read in a second look; the first does not wait for it.</returns>
    public async Task<bool> ReadAsync(IReadOnlyList<ContainerSummary> containers, CancellationToken cancellationToken)
    {
        var there = containers.Select(container => container.Id).ToHashSet(StringComparer.Ordinal);
        book.Keep(engine.Host.Id, there);
        if (!looked)
        {
            looked = true;
            foreach (var id in there)
            {
                asked.Enqueue(id);
            }

            return !asked.IsEmpty;
        }

        HashSet<string> now = new(StringComparer.Ordinal);
        while (asked.TryDequeue(out var id))
        {
            now.Add(id);
        }

        now.IntersectWith(there);
        await Parallel.ForEachAsync(now, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (id, token) =>
        {
            if (await engine.Client.Containers.FindAsync(id, token) is { } details)
            {
                book.Note(engine.Host.Id, id, ContainerLimits.Of(details.Definition));
            }
        });
        return false;
    }
}
