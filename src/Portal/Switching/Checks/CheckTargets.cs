using Microsoft.EntityFrameworkCore;
using Portal.Store;

namespace Portal.Switching.Checks;

/// <summary>A route that leads to one of the tenant's services.</summary>
public sealed record CheckRoute(string HostName, string Path, Guid TenantId, string Stack, string Service, bool HttpsOnly);

/// <summary>Where a check goes. It never leaves the tenant: what the gateway would send elsewhere is no target.</summary>
public sealed class CheckTargets(PortalDbFactory databases)
{
    /// <summary>The tenant's routes, and whatever else lies at their host names.</summary>
    public async Task<IReadOnlyList<CheckRoute>> RoutesAsync(Guid tenant, CancellationToken cancellationToken)
    {
        // Another tenant may have a path at the same host name, which the tenant's own scope cannot see.
        await using var db = databases.Platform();
        return await (
            from route in db.Routes.AsNoTracking()
            join stack in db.Stacks on route.StackId equals stack.Id
            where stack.RemovedAt == null && route.ListenPort == null && db.Routes.Any(own => own.TenantId == tenant && own.HostName == route.HostName)
            orderby route.HostName, route.Path
            select new CheckRoute(route.HostName, route.Path, route.TenantId, stack.Name, route.Service, route.HttpsOnly)).ToListAsync(cancellationToken);
    }

    /// <param name="link">A route's host name, a path, and whether it is HTTPS only, to the address of its standby preview.</param>
    /// <returns>The address; or why there is none.</returns>
    public static (Uri? Address, string? Problem) Find(Guid tenant, HttpCheck check, IReadOnlyList<CheckRoute> routes, Func<string, string, bool, string> link)
    {
        string host;
        string path;
        if (check.HostName is { } name)
        {
            (host, path) = (name, check.Path);
        }
        else if (routes.FirstOrDefault(route => route.TenantId == tenant && route.Stack == check.Stack && route.Service == check.Service) is { } service)
        {
            (host, path) = (service.HostName, service.Path.TrimEnd('/') + check.Path);
        }
        else
        {
            return (null, $"no route leads to {check.Stack} {check.Service}");
        }

        // As it will be sent: what climbs out of a path with /../ is judged by where it gets to.
        var address = new Uri(link(host, path, false));
        var met = routes.Where(route => route.HostName == host && Below(address.AbsolutePath, route.Path)).MaxBy(route => route.Path.Length);
        return met?.TenantId == tenant ? (met.HttpsOnly ? new Uri(link(host, path, true)) : address, null) : (null, $"no route of this tenant leads to {host}{address.AbsolutePath}");
    }

    private static bool Below(string path, string prefix)
    {
        var parent = prefix.TrimEnd('/');
        return path == parent || path.StartsWith($"{parent}/", StringComparison.Ordinal);
    }
}
