using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Store;

namespace Portal.Stacks;

public sealed record NewRoute(string Stack, string Service, int Port, string HostName, string Path);

public abstract record AddRouteResult
{
    public sealed record Added(RouteView Route) : AddRouteResult;

    public sealed record Invalid(string Field, string Problem) : AddRouteResult;

    /// <summary>Host name and path lead somewhere already, in this tenant or another.</summary>
    public sealed record Taken : AddRouteResult;
}

/// <summary>Leads a public host name and path to a service's port. Replicas that run already are let in by the healing loop.</summary>
public sealed class AddRoute(Changes changes, StackServiceQueries services, TimeProvider clock)
{
    private const string Place = "routes_host_name_path_key";

    public async Task<AddRouteResult> ExecuteAsync(Actor actor, Guid tenant, NewRoute wanted, CancellationToken cancellationToken)
    {
        var permit = actor.Demand(Permission.RouteManage, tenant);
        var route = wanted with { HostName = wanted.HostName.Trim().ToLowerInvariant(), Path = wanted.Path.Trim() is { Length: > 0 } path ? path : "/" };
        if (RouteRules.Problem(route.Service, route.Port, route.HostName, route.Path) is var (field, problem))
        {
            return new AddRouteResult.Invalid(field, problem);
        }

        var known = (await services.ListAsync(tenant, cancellationToken)).Where(service => service.Stack == route.Stack).ToList();
        if (known.FirstOrDefault(service => service.Service == route.Service) is not { } target)
        {
            return known.Count == 0
                ? new AddRouteResult.Invalid("stack", $"The tenant has no stack '{route.Stack}'.")
                : new AddRouteResult.Invalid("service", $"The stack has no service '{route.Service}'.");
        }

        // Replicas are reachable from the gateway at these ports alone; one that cannot be let in would never be well.
        if (!target.Ports.Contains(route.Port))
        {
            return new AddRouteResult.Invalid("port", target.Ports.IsEmpty
                ? "The service offers no TCP port: name it under expose in the stack's Compose text."
                : $"The service offers {string.Join(", ", target.Ports)}; name others under expose in the stack's Compose text.");
        }

        try
        {
            return await changes.RunAsync(permit, db => AddAsync(db, tenant, route, cancellationToken), cancellationToken);
        }
        catch (ConflictException error) when (error.Constraint == Place)
        {
            return new AddRouteResult.Taken();
        }
    }

    private async Task<Changed<AddRouteResult>> AddAsync(PortalDb db, Guid tenant, NewRoute wanted, CancellationToken cancellationToken)
    {
        var stack = await db.Stacks.Where(row => row.Name == wanted.Stack && row.RemovedAt == null).Select(row => new { row.Id, row.Outside }).SingleOrDefaultAsync(cancellationToken);
        if (stack is null)
        {
            return Changed.Nothing<AddRouteResult>(new AddRouteResult.Invalid("stack", $"The tenant has no stack '{wanted.Stack}'."));
        }

        if (stack.Outside)
        {
            return Changed.Nothing<AddRouteResult>(new AddRouteResult.Invalid("stack", OutsideRules.NoRoute(wanted.Service)));
        }

        var now = clock.GetUtcNow();
        var route = new Route
        {
            Id = Guid.CreateVersion7(now),
            TenantId = tenant,
            StackId = stack.Id,
            Service = wanted.Service,
            Port = wanted.Port,
            HostName = wanted.HostName,
            Path = wanted.Path,
            CreatedAt = now,
        };
        db.Routes.Add(route);
        return (new AddRouteResult.Added(new RouteView(route.Id, wanted.Stack, route.Service, route.Port, route.HostName, route.Path, RouteSettings.None)), new AuditLine("route.added", "route", route.HostName + route.Path)
        {
            After = new { wanted.Stack, route.Service, route.Port, route.HostName, route.Path },
            Correlation = route.Id,
            Notes = [new ChangeNote(tenant, "route", route.Id)],
        });
    }
}
