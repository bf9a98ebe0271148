using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Store;

namespace Portal.Deployments.Scaling;

/// <param name="Revision">What it is wanted to run, at its full size or not.</param>
public sealed record ScaledStack(string Stack, int Revision, int Most, DateTimeOffset Since);

/// <summary>Standby, as far as it is scaled down.</summary>
/// <param name="Stacks">By name; none: it has its full size.</param>
public sealed record ScaledSide(Colour Side, ImmutableArray<ScaledStack> Stacks);

public sealed class ScaledSideQueries(PortalDbFactory databases)
{
    public async Task<ScaledSide> FindAsync(Guid tenant, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        var standby = (await db.Pairs.AsNoTracking().Select(pair => pair.Live).SingleAsync(cancellationToken)).Other();
        var stacks = await (
            from placement in db.Placements.AsNoTracking()
            where placement.Scale != null && db.Pairs.Any(pair => pair.Generation == placement.ScaleFor)
            join environment in db.Environments on placement.EnvironmentId equals environment.Id
            where environment.Colour == standby
            join stack in db.Stacks on placement.StackId equals stack.Id
            where stack.RemovedAt == null
            join revision in db.Revisions on placement.RevisionId equals revision.Id
            orderby stack.Name
            select new ScaledStack(stack.Name, revision.Number, placement.Scale!.Value, placement.ChangedAt)).ToListAsync(cancellationToken);
        return new ScaledSide(standby, [.. stacks]);
    }
}
