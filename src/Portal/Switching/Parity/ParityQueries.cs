using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Clusters;
using Portal.Deployments;
using Portal.Stacks;
using Portal.Stacks.Differences;
using Portal.Store;

namespace Portal.Switching.Parity;

/// <summary>How alike the two sides of a tenant are. Reads database and inventory, and waits for no engine.</summary>
public sealed class ParityQueries(PortalDbFactory databases, ServiceQueries services, DifferenceQueries differences, RevisionReader reader, Inventory inventory)
{
    public async Task<PairComparison> CompareAsync(Guid tenant, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        var live = await db.Pairs.AsNoTracking().Select(pair => pair.Live).SingleAsync(cancellationToken);
        var placed = (await db.Placed().ToListAsync(cancellationToken)).ToDictionary(row => (row.Stack.Id, row.Side), row => row.Revision);
        var shared = await db.Stacks.AsNoTracking().Where(stack => stack.RemovedAt == null).ToDictionaryAsync(stack => stack.Id, stack => stack.Shared, cancellationToken);
        List<ComparedStack> stacks = [];
        foreach (var stack in (await services.ListAsync(tenant, cancellationToken)).Where(stack => !stack.Outside))
        {
            var (here, there) = (Side(placed, stack.StackId, live), Side(placed, stack.StackId, live.Other()));
            var difference = here.Revision is { } before && there.Revision is { } after && before != after
                ? await differences.CompareAsync(tenant, stack.Stack, before, after, cancellationToken)
                : null;
            stacks.Add(new ComparedStack(stack.Stack, here, there, stack.Services, difference) { Shared = shared.GetValueOrDefault(stack.StackId, []) });
        }

        var clusters = await ClustersAsync(db, cancellationToken);
        return PairComparison.Of(live, clusters[live], clusters[live.Other()], stacks);
    }

    private ComparedSide Side(Dictionary<(Guid Stack, Colour Side), Revision> placed, Guid stack, Colour side)
    {
        if (!placed.TryGetValue((stack, side), out var revision))
        {
            return new ComparedSide(null, null);
        }

        try
        {
            return new ComparedSide(revision.Number, reader.Read(revision));
        }
        catch (InvalidDataException)
        {
            // Said by the difference, which cannot be told either.
            return new ComparedSide(revision.Number, null);
        }
    }

    private async Task<Dictionary<Colour, ComparedCluster>> ClustersAsync(PortalDb db, CancellationToken cancellationToken)
    {
        var rows = await (
            from place in db.Environments.AsNoTracking()
            join cluster in db.Clusters on place.ClusterId equals cluster.Id
            select new { place.Colour, cluster.Name, Hosts = db.Hosts.Where(host => host.ClusterId == cluster.Id && host.Enabled).Select(host => host.Id).ToList() }).ToListAsync(cancellationToken);
        return rows.ToDictionary(row => row.Colour, row =>
        {
            var hosts = row.Hosts.Select(inventory.Host).OfType<HostStatus>().ToList();
            return new ComparedCluster(row.Name, Joined(hosts.Select(host => host.EngineVersion)), Joined(hosts.Select(host => host.Kernel)));
        });
    }

    private static string? Joined(IEnumerable<string?> versions) =>
        string.Join(", ", versions.OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)) is { Length: > 0 } text ? text : null;
}
