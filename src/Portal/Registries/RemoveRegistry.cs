using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Store;

namespace Portal.Registries;

/// <summary>The tenant's images have no way into that registry any more; what runs goes on running.</summary>
public sealed class RemoveRegistry(Changes changes)
{
    /// <returns>False: the tenant has no such registry.</returns>
    /// <exception cref="DeniedException">The actor may not manage registries there.</exception>
    public Task<bool> ExecuteAsync(Actor actor, Guid tenant, string host, CancellationToken cancellationToken)
    {
        var known = RegistryHost.Parse(host);
        return changes.RunAsync(
            actor.Demand(Permission.RegistryManage, tenant),
            async db =>
            {
                if (await db.Registries.SingleOrDefaultAsync(row => row.Host == known, cancellationToken) is not { } row)
                {
                    return Changed.Nothing(false);
                }

                db.Registries.Remove(row);
                return (true, new AuditLine("registry.removed", "registry", row.Host)
                {
                    Before = new { row.UserName },
                    Notes = [new ChangeNote(tenant, "registry", row.Id)],
                });
            },
            cancellationToken);
    }
}
