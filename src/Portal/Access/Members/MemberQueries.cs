using Microsoft.EntityFrameworkCore;
using Portal.Store;

namespace Portal.Access.Members;

/// <summary>A mapping as shown: whose members have which role.</summary>
/// <param name="Role">Null for platform administrators.</param>
public sealed record Member(Guid Id, string Group, Role? Role, bool DeployLive, DateTimeOffset CreatedAt);

/// <summary>Which directory groups have a part in a tenant, or administer the platform.</summary>
public sealed class MemberQueries(PortalDbFactory databases)
{
    /// <exception cref="DeniedException">The actor has no part in the tenant; for the platform's: is no administrator.</exception>
    /// <param name="tenant">Null: the platform's administrators.</param>
    public async Task<IReadOnlyList<Member>> ListAsync(Actor actor, Guid? tenant, CancellationToken cancellationToken)
    {
        actor.Demand(tenant is null ? Permission.PlatformManage : Permission.TenantView, tenant);
        await using var db = databases.Platform();
        return await db.RoleMappings.AsNoTracking()
            .Where(mapping => mapping.TenantId == tenant)
            .OrderBy(mapping => mapping.DirectoryGroup)
            .Select(mapping => new Member(mapping.Id, mapping.DirectoryGroup, mapping.Role, mapping.DeployLive, mapping.CreatedAt))
            .ToListAsync(cancellationToken);
    }

    /// <summary>The tenant of this name, if the actor has a part in it; what they do not see does not exist for them.</summary>
    public async Task<Tenant?> TenantAsync(Actor actor, string slug, CancellationToken cancellationToken)
    {
        await using var db = databases.Platform();
        var tenant = await db.Tenants.AsNoTracking().SingleOrDefaultAsync(one => one.Slug == slug, cancellationToken);
        return tenant is not null && actor.Sees(tenant.Id) ? tenant : null;
    }
}
