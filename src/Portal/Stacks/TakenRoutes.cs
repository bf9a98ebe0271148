using Microsoft.EntityFrameworkCore;
using Portal.Store;

namespace Portal.Stacks;

internal static class TakenRoutes
{
    /// <summary>Host names are unique over all tenants, and the tenant's own scope cannot see another's.</summary>
    /// <param name="besides">The stack whose own routes do not count.</param>
    /// <returns>The first that leads elsewhere already; null: all are free.</returns>
    public static async Task<WantedRoute?> TakenAsync(this PortalDb db, IEnumerable<WantedRoute> wanted, Guid? besides, CancellationToken cancellationToken)
    {
        foreach (var route in wanted)
        {
            if (await db.Routes.IgnoreQueryFilters().AnyAsync(taken => taken.HostName == route.HostName && taken.Path == route.Path && taken.StackId != besides, cancellationToken))
            {
                return route;
            }
        }

        return null;
    }
}
