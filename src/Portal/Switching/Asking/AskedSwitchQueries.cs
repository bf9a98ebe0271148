using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Store;

namespace Portal.Switching.Asking;

/// <param name="SecondPerson">Whether a switch needs one.</param>
/// <param name="Waiting">What waits for one; null: nothing.</param>
public sealed record FourEyes(bool SecondPerson, AskedSwitch? Waiting);

public sealed class AskedSwitchQueries(PortalDbFactory databases)
{
    public async Task<FourEyes> StandingAsync(Guid tenant, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        return new FourEyes(
            await db.SwitchRules.AsNoTracking().Select(rules => rules.SecondPerson).SingleOrDefaultAsync(cancellationToken),
            await db.AskedSwitches.AsNoTracking().SingleOrDefaultAsync(asked => asked.State == AskedSwitchState.Waiting, cancellationToken));
    }

    /// <summary>Newest first.</summary>
    public async Task<ImmutableArray<AskedSwitch>> ListAsync(Guid tenant, int most, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        return [.. await db.AskedSwitches.AsNoTracking().OrderByDescending(asked => asked.AskedAt).Take(most).ToListAsync(cancellationToken)];
    }

    public async Task<AskedSwitch?> FindAsync(Guid tenant, Guid id, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        return await db.AskedSwitches.AsNoTracking().SingleOrDefaultAsync(asked => asked.Id == id, cancellationToken);
    }
}
