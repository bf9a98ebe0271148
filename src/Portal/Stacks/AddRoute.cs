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

        if (RouteTarget.Problem(await services.ListAsync(tenant, cancellationToken), route.Stack, route.Service, route.Port) is var (target, why))
        {
            return new AddRouteResult.Invalid(target, why);
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
