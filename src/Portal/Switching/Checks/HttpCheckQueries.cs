using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Store;

namespace Portal.Switching.Checks;

public sealed class HttpCheckQueries(PortalDbFactory databases)
{
    /// <summary>In the order in which they were added.</summary>
    public async Task<ImmutableArray<HttpCheck>> ListAsync(Guid tenant, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        return (await db.SwitchRules.AsNoTracking().SingleOrDefaultAsync(cancellationToken))?.Checks ?? [];
    }
}
