using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Compose;
using Portal.Deployments.Planning;
using Portal.Stacks;
using Portal.Store;

namespace Portal.Deployments;

/// <summary>Turns a stored revision into what the planner wants.</summary>
public sealed class WantedRevisions(PortalDbFactory databases, RevisionReader reader)
{
    public async Task<WantedRevision> ReadAsync(Guid tenant, Guid stack, Guid revision, CancellationToken cancellationToken)
    {
        var rendered = await reader.ReadAsync(tenant, revision, cancellationToken);
        await using var db = databases.Tenant(tenant);
        var number = await db.Revisions.Where(row => row.Id == revision).Select(row => row.Number).SingleAsync(cancellationToken);
        var routed = await db.Routes.Where(route => route.StackId == stack).Select(route => route.Service).Distinct().ToListAsync(cancellationToken);
        return new WantedRevision(number, rendered, Wanted(rendered, routed.ToImmutableHashSet(StringComparer.Ordinal)));
    }

    private static WantedStack Wanted(RenderedStack rendered, ImmutableHashSet<string> routed) => new(
    [
        .. rendered.Compose.Services.Select(service => new WantedService(
            service.Name,
            rendered.FingerprintOf(service),
            rendered.ReplicasOf(service),
            service.Update.Order == UpdateOrder.StopFirst ? ReplaceOrder.StopFirst : ReplaceOrder.StartFirst,
            routed.Contains(service.Name),
            service.IsOneShot)),
    ]);
}
