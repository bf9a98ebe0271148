using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Portal.Store;

namespace Portal.Tenants;

/// <summary>A tenant as its members see it.</summary>
public sealed record TenantView(Guid Id, string Slug, string Name, Colour Live, long Generation, DateTimeOffset? SwitchBackUntil, string TimeZone)
{
    public Colour Standby => Live.Other();
}

/// <summary>What of a tenant never changes.</summary>
public sealed record TenantKey(Guid Id, string Slug);

public sealed class TenantQueries(PortalDbFactory databases)
{
    // A tenant keeps its slug for good, so that what was read once need not be read again.
    private readonly ConcurrentDictionary<string, TenantKey> keys = new(StringComparer.Ordinal);

    /// <summary>The tenants that the actor has a part in, by name.</summary>
    public async Task<IReadOnlyList<TenantView>> ListAsync(Actor actor, CancellationToken cancellationToken)
    {
        await using var db = databases.Platform();
        var tenants = await Views(db, db.Tenants).ToListAsync(cancellationToken);
        return [.. tenants.Where(tenant => actor.Sees(tenant.Id)).OrderBy(tenant => tenant.Name, StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>Null where there is no such tenant or the actor has no part in it: the two look the same from outside.</summary>
    public async Task<TenantView?> FindAsync(Actor actor, string slug, CancellationToken cancellationToken)
    {
        await using var db = databases.Platform();
        var tenant = await Views(db, db.Tenants.Where(row => row.Slug == slug)).SingleOrDefaultAsync(cancellationToken);
        return tenant is not null && actor.Sees(tenant.Id) ? tenant : null;
    }

    /// <summary>The same without what changes, which costs an exchange the first time alone.</summary>
    public async Task<TenantKey?> KeyAsync(Actor actor, string slug, CancellationToken cancellationToken)
    {
        if (!keys.TryGetValue(slug, out var key))
        {
            await using var db = databases.Platform();
            key = await db.Tenants.AsNoTracking().Where(tenant => tenant.Slug == slug && tenant.ArchivedAt == null).Select(tenant => new TenantKey(tenant.Id, tenant.Slug)).SingleOrDefaultAsync(cancellationToken);
            if (key is not null)
            {
                keys[slug] = key;
            }
        }

        return key is not null && actor.Sees(key.Id) ? key : null;
    }

    private static IQueryable<TenantView> Views(PortalDb db, IQueryable<Tenant> rows) =>
        from tenant in rows.AsNoTracking()
        where tenant.ArchivedAt == null
        join pair in db.Pairs on tenant.Id equals pair.TenantId
        select new TenantView(tenant.Id, tenant.Slug, tenant.Name, pair.Live, pair.Generation, pair.SwitchBackUntil, tenant.TimeZone);
}
