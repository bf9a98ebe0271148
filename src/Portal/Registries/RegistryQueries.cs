using Microsoft.EntityFrameworkCore;
using Portal.Store;

namespace Portal.Registries;

/// <summary>All that is ever told of a registry.</summary>
public sealed record RegistryView(string Host, string UserName, DateTimeOffset CreatedAt, DateTimeOffset ChangedAt);

public sealed class RegistryQueries(PortalDbFactory databases)
{
    public async Task<IReadOnlyList<RegistryView>> ListAsync(Guid tenant, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        return await db.Registries.AsNoTracking().OrderBy(row => row.Host).Select(row => new RegistryView(row.Host, row.UserName, row.CreatedAt, row.ChangedAt)).ToListAsync(cancellationToken);
    }
}
