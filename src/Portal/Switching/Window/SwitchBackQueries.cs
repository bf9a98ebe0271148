using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Store;
using Portal.Tenants.Freezing;

namespace Portal.Switching.Window;

/// <summary>The time in which one click leads back.</summary>
/// <param name="To">The side that was live before, and is kept for it.</param>
/// <param name="Unfit">What of it could not take the traffic now; empty: it could. It is said, and keeps nobody from going back.</param>
public sealed record SwitchBackView(Guid SwitchId, Colour To, DateTimeOffset Until, ImmutableArray<PreflightCheck> Unfit);

public sealed class SwitchBackQueries(PortalDbFactory databases, Preflight preflight, TimeProvider clock)
{
    /// <returns>Null: no window is open.</returns>
    public async Task<SwitchBackView?> FindAsync(Guid tenant, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        if (await db.OpenWindow(clock.GetUtcNow()).AsNoTracking().SingleOrDefaultAsync(cancellationToken) is not { } last)
        {
            return null;
        }

        var report = await preflight.ExecuteAsync(tenant, last.To, cancellationToken);
        return new SwitchBackView(last.Id, last.From, last.SwitchBackUntil!.Value, [.. report.Unfit]);
    }
}
