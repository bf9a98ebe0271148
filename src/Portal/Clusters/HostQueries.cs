using Microsoft.EntityFrameworkCore;
using Portal.Store;

namespace Portal.Clusters;

public sealed record HostView(Guid Id, string Name, string Cluster, string Endpoint, bool MutualTls, string? PublishAddress, bool Enabled, HostStatus? Status, int Containers);

public sealed class HostQueries(PortalDbFactory databases, Inventory inventory)
{
    /// <exception cref="DeniedException">Hosts are the platform's.</exception>
    public async Task<IReadOnlyList<HostView>> ListAsync(Actor actor, CancellationToken cancellationToken)
    {
        actor.Demand(Permission.PlatformManage);
        await using var db = databases.Platform();
        var rows = await (
            from host in db.Hosts.AsNoTracking()
            join cluster in db.Clusters on host.ClusterId equals cluster.Id
            orderby host.Name
            select new { host.Id, host.Name, Cluster = cluster.Name, host.Endpoint, MutualTls = host.TlsSealed != null, host.PublishAddress, host.Enabled }).ToListAsync(cancellationToken);
        return [.. rows.Select(row => new HostView(row.Id, row.Name, row.Cluster, row.Endpoint, row.MutualTls, row.PublishAddress, row.Enabled, inventory.Host(row.Id), inventory.CountOn(row.Id)))];
    }
}
