using Microsoft.EntityFrameworkCore;
using Portal.Store;

namespace Portal.Switching.Gradual;

public sealed class GradualQueries(PortalDbFactory databases)
{
    /// <summary>The newest, running or ended; null: there never was one.</summary>
    public async Task<GradualSwitch?> LastAsync(Guid tenant, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        return await db.GradualSwitches.AsNoTracking().OrderByDescending(gradual => gradual.RequestedAt).FirstOrDefaultAsync(cancellationToken);
    }
}
