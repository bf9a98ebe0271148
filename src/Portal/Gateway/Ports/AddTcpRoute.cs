using System.Net;
using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Audit;
using Portal.Stacks;
using Portal.Store;

namespace Portal.Gateway.Ports;

/// <param name="Port">The container's.</param>
/// <param name="ListenPort">The gateway's; null: any that is free.</param>
public sealed record NewTcpRoute(string Stack, string Service, int Port, int? ListenPort);

public abstract record AddTcpRouteResult
{
    public sealed record Added(TcpRouteView Route) : AddTcpRouteResult;

    public sealed record Invalid(string Field, string Problem) : AddTcpRouteResult;

    /// <summary>The port leads somewhere already, in this tenant or another, or a program that is none of ours listens there.</summary>
    public sealed record Taken(string Problem) : AddTcpRouteResult;
}

/// <summary>Leads a port of the gateway's own to a service's port. Replicas that run already are let in by the healing loop.</summary>
public sealed class AddTcpRoute(Changes changes, PortalDbFactory databases, StackServiceQueries services, IOptions<GatewayOptions> options, TimeProvider clock)
{
    private const string Place = "routes_listen_port_key";

    /// <exception cref="DeniedException">The actor may not manage the tenant's routes.</exception>
    public async Task<AddTcpRouteResult> ExecuteAsync(Actor actor, Guid tenant, NewTcpRoute wanted, CancellationToken cancellationToken)
    {
        var permit = actor.Demand(Permission.RouteManage, tenant);
        if (options.Value.TcpRange is not { } range)
        {
            return new AddTcpRouteResult.Invalid("listenPort", "This gateway offers no ports for TCP: its administrator says which with Portal:Gateway:TcpPorts.");
        }

        if (wanted.ListenPort is { } asked && !range.Holds(asked))
        {
            return new AddTcpRouteResult.Invalid("listenPort", $"The gateway's ports for TCP are {range}.");
        }

        if (RouteRules.TargetProblem(wanted.Service, wanted.Port) is var (field, problem))
        {
            return new AddTcpRouteResult.Invalid(field, problem);
        }

        if (RouteTarget.Problem(await services.ListAsync(tenant, cancellationToken), wanted.Stack, wanted.Service, wanted.Port) is var (target, why))
        {
            return new AddTcpRouteResult.Invalid(target, why);
        }

        var taken = await TakenAsync(cancellationToken);
        if (wanted.ListenPort is { } one && taken.Contains(one))
        {
            return new AddTcpRouteResult.Taken($"Port {one} leads somewhere already.");
        }

        if ((wanted.ListenPort is { } only ? [only] : Enumerable.Range(range.First, range.Last - range.First + 1).Where(port => !taken.Contains(port))).Where(IsFree).Select(port => (int?)port).FirstOrDefault() is not { } free)
        {
            return new AddTcpRouteResult.Taken(wanted.ListenPort is { } held ? $"Another program listens on port {held} of the gateway's host." : $"None of the gateway's ports for TCP is free: {range}.");
        }

        try
        {
            return await changes.RunAsync(permit, db => AddAsync(db, tenant, wanted, free, cancellationToken), cancellationToken);
        }
        catch (ConflictException error) when (error.Constraint == Place)
        {
            return new AddTcpRouteResult.Taken($"Port {free} leads somewhere already.");
        }
    }

    private async Task<HashSet<int>> TakenAsync(CancellationToken cancellationToken)
    {
        // Ports are of all tenants, and a tenant's own scope cannot see another's.
        await using var db = databases.Platform();
        return [.. await db.Routes.AsNoTracking().Where(route => route.ListenPort != null).Select(route => route.ListenPort!.Value).ToListAsync(cancellationToken)];
    }

    /// <summary>A port that HAProxy cannot have would keep it from every later change, of every tenant. One that runs elsewhere says so itself.</summary>
    private bool IsFree(int port)
    {
        if (options.Value.External)
        {
            return true;
        }

        foreach (var address in options.Value.Binds.Select(bind => bind.Address).Distinct())
        {
            try
            {
                using var probe = new TcpListener(address, port);
                probe.Start();
            }
            catch (SocketException)
            {
                return false;
            }
        }

        return true;
    }

    private async Task<Changed<AddTcpRouteResult>> AddAsync(PortalDb db, Guid tenant, NewTcpRoute wanted, int listen, CancellationToken cancellationToken)
    {
        var stack = await db.Stacks.Where(row => row.Name == wanted.Stack && row.RemovedAt == null).Select(row => (Guid?)row.Id).SingleOrDefaultAsync(cancellationToken);
        if (stack is null)
        {
            return Changed.Nothing<AddTcpRouteResult>(new AddTcpRouteResult.Invalid("stack", $"The tenant has no stack '{wanted.Stack}'."));
        }

        var now = clock.GetUtcNow();
        var route = new Route
        {
            Id = Guid.CreateVersion7(now),
            TenantId = tenant,
            StackId = stack.Value,
            Service = wanted.Service,
            Port = wanted.Port,
            HostName = "",
            Path = "",
            ListenPort = listen,
            CreatedAt = now,
        };
        db.Routes.Add(route);
        return (new AddTcpRouteResult.Added(new TcpRouteView(route.Id, wanted.Stack, route.Service, route.Port, listen)), new AuditLine("route.added", "route", $"port {listen}")
        {
            After = new { wanted.Stack, route.Service, route.Port, route.ListenPort },
            Correlation = route.Id,
            Notes = [new ChangeNote(tenant, "route", route.Id)],
        });
    }
}
