using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Portal.Store;

namespace Portal.Switching.Rehearsing;

/// <param name="Standby">What it was found on.</param>
public sealed record RehearsalView(Guid Id, DateTimeOffset At, string Actor, bool Passed, PreflightReport Report, ImmutableArray<StandbyStack> Standby)
{
    internal static RehearsalView Of(Rehearsal row) => new(
        row.Id, row.At, row.Actor, row.Passed,
        JsonSerializer.Deserialize<PreflightReport>(row.Report, JsonSerializerOptions.Web)!,
        JsonSerializer.Deserialize<ImmutableArray<StandbyStack>>(row.Standby, JsonSerializerOptions.Web));
}

public sealed class RehearsalQueries(PortalDbFactory databases)
{
    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<RehearsalView>> ListAsync(Guid tenant, int most, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        return [.. (await db.Rehearsals.AsNoTracking().OrderByDescending(row => row.At).Take(most).ToListAsync(cancellationToken)).Select(RehearsalView.Of)];
    }

    public async Task<RehearsalView?> FindAsync(Guid tenant, Guid id, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        return await db.Rehearsals.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancellationToken) is { } row ? RehearsalView.Of(row) : null;
    }
}
