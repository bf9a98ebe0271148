using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Store;

namespace Portal.Gateway.Certificates;

/// <summary>A route, for what it says of its host name.</summary>
internal sealed record HostClaim(string HostName, Guid TenantId, DateTimeOffset Since, Guid Id);

/// <summary>
/// Whose a host name is, where it comes to certificates: the tenant's whose route has had it longest. Others may have paths below it; their
/// certificates are never served for it.
/// </summary>
internal static class HostOwners
{
    public static ImmutableDictionary<string, Guid> Of(IEnumerable<HostClaim> claims) =>
        claims.GroupBy(claim => claim.HostName, StringComparer.Ordinal)
            .ToImmutableDictionary(host => host.Key, host => host.OrderBy(claim => claim.Since).ThenBy(claim => claim.Id).First().TenantId, StringComparer.Ordinal);

    /// <param name="platform">Opened for the platform: a tenant's own scope cannot see who was there before.</param>
    /// <param name="of">Only host names that this tenant's routes have, and whoever else has them; null: all.</param>
    public static async Task<IReadOnlyList<HostClaim>> ClaimsAsync(PortalDb platform, Guid? of, CancellationToken cancellationToken) => await (
        from route in platform.Routes.AsNoTracking()
        join stack in platform.Stacks on route.StackId equals stack.Id
        join tenant in platform.Tenants on route.TenantId equals tenant.Id
        where tenant.ArchivedAt == null && stack.RemovedAt == null && route.ListenPort == null && (of == null || platform.Routes.Any(own => own.TenantId == of && own.HostName == route.HostName))
        select new HostClaim(route.HostName, route.TenantId, route.CreatedAt, route.Id)).ToListAsync(cancellationToken);
}
