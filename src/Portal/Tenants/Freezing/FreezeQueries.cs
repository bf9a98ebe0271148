using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Store;

namespace Portal.Tenants.Freezing;

/// <param name="Now">Why no switch is taken now; null: one would be.</param>
public sealed record QuietView(string TimeZone, TenantLock? Lock, ImmutableArray<FreezeView> Freezes, Hold? Now);

/// <param name="Current">Where it lies in one now.</param>
/// <param name="Next">The next one to come; null: none.</param>
public sealed record FreezeView(FreezeWindow Window, FreezeSpan? Current, FreezeSpan? Next);

public sealed class FreezeQueries(PortalDbFactory databases, SwitchAndDeployGate gate, TimeProvider clock)
{
    public async Task<QuietView> FindAsync(Guid tenant, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        var standing = await db.Standings().SingleAsync(cancellationToken);
        var (zone, now) = (SwitchAndDeployGate.ZoneOf(standing.TimeZone), clock.GetUtcNow());
        return new QuietView(
            standing.TimeZone,
            standing.Rules?.Held,
            [.. (standing.Rules?.Freezes ?? []).Select(window => new FreezeView(window, FreezeCalendar.At(window, zone, now), FreezeCalendar.Next(window, zone, now)))],
            gate.Switch(standing));
    }
}
