using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Store;

namespace Portal.Stacks;

/// <summary>Takes a host name and path, or a port, off the gateway. What runs behind it runs on.</summary>
public sealed class RemoveRoute(Changes changes)
{
    /// <returns>False where the tenant has no such route.</returns>
    public Task<bool> ExecuteAsync(Actor actor, Guid tenant, Guid id, CancellationToken cancellationToken) =>
        changes.RunAsync(actor.Demand(Permission.RouteManage, tenant), async db =>
        {
            if (await db.Routes.SingleOrDefaultAsync(row => row.Id == id, cancellationToken) is not { } route)
            {
                return Changed.Nothing(false);
            }

            var stack = await db.Stacks.Where(row => row.Id == route.StackId).Select(row => row.Name).SingleAsync(cancellationToken);
            db.Routes.Remove(route);
            return Changed.Of(true, new AuditLine("route.removed", "route", route.ListenPort is { } listen ? $"port {listen}" : route.HostName + route.Path)
            {
                Before = new { stack, route.Service, route.Port, route.HostName, route.Path, route.ListenPort },
                Correlation = route.Id,
                Notes = [new ChangeNote(tenant, "route", route.Id)],
            });
        }, cancellationToken);
}
