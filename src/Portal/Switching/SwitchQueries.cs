using Microsoft.EntityFrameworkCore;
using Portal.Store;

namespace Portal.Switching;

public sealed class SwitchQueries(PortalDbFactory databases)
{
    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<Switch>> ListAsync(Guid tenant, int most, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        return await db.Switches.AsNoTracking().OrderByDescending(row => row.RequestedAt).Take(most).ToListAsync(cancellationToken);
    }

    public async Task<Switch?> FindAsync(Guid tenant, Guid id, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        return await db.Switches.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancellationToken);
    }
}
