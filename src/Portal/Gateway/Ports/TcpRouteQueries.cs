using Microsoft.EntityFrameworkCore;
using Portal.Store;

namespace Portal.Gateway.Ports;

/// <param name="Port">The container's.</param>
/// <param name="ListenPort">The gateway's.</param>
public sealed record TcpRouteView(Guid Id, string Stack, string Service, int Port, int ListenPort);

public sealed class TcpRouteQueries(PortalDbFactory databases)
{
    public async Task<IReadOnlyList<TcpRouteView>> ListAsync(Guid tenant, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        return await (
            from route in db.Routes.AsNoTracking()
            join stack in db.Stacks on route.StackId equals stack.Id
            where route.ListenPort != null
            orderby route.ListenPort
            select new TcpRouteView(route.Id, stack.Name, route.Service, route.Port, route.ListenPort!.Value)).ToListAsync(cancellationToken);
    }
}
