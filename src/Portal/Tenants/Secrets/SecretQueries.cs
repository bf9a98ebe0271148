using Microsoft.EntityFrameworkCore;
using Portal.Store;

namespace Portal.Tenants.Secrets;

/// <summary>All that is ever told of a secret.</summary>
public sealed record SecretView(string Name, int Version, DateTimeOffset ChangedAt);

public sealed class SecretQueries(PortalDbFactory databases)
{
    public async Task<IReadOnlyList<SecretView>> ListAsync(Guid tenant, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        return await db.Secrets.AsNoTracking().Where(secret => secret.RemovedAt == null).OrderBy(secret => secret.Name).Select(secret => new SecretView(secret.Name, secret.Version, secret.ChangedAt)).ToListAsync(cancellationToken);
    }
}
