using Portal.Access;
using Portal.Stacks;
using Portal.Tenants;

namespace Portal.Gateway.Ports;

/// <param name="Port">The container's.</param>
/// <param name="ListenPort">The gateway's, of those that it offers for TCP; left out: any that is free.</param>
public sealed record TcpRouteBody(string? Stack, string? Service, int? Port, int? ListenPort);

internal static class TcpRouteEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/tenants/{tenant}/tcp-routes", ListAsync).WithName("ListTcpRoutes").WithSummary("Ports of the gateway's own, and the services they lead to").WithTags("Routes");
        api.MapPost("/tenants/{tenant}/tcp-routes", AddAsync).WithName("AddTcpRoute").WithSummary("Leads a port of the gateway's own to a service's port, on the side that is live").WithTags("Routes");
        api.MapDelete("/tenants/{tenant}/tcp-routes/{id:guid}", RemoveAsync).WithName("RemoveTcpRoute").WithSummary("Takes a port off the gateway").WithTags("Routes");
    }

    private static async Task<IResult> ListAsync(string tenant, HttpContext http, TenantQueries tenants, TcpRouteQueries routes, CancellationToken cancellationToken) =>
        await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is { } view
            ? Results.Ok(await routes.ListAsync(view.Id, cancellationToken))
            : Problems.NotFound("tenant");

    private static async Task<IResult> AddAsync(string tenant, TcpRouteBody body, HttpContext http, TenantQueries tenants, AddTcpRoute add, CancellationToken cancellationToken)
    {
        if (await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is not { } view)
        {
            return Problems.NotFound("tenant");
        }

        return await add.ExecuteAsync(http.Actor(), view.Id, new NewTcpRoute(body.Stack ?? "", body.Service ?? "", body.Port ?? 0, body.ListenPort), cancellationToken) switch
        {
            AddTcpRouteResult.Added added => Results.Created($"/api/v1/tenants/{tenant}/tcp-routes/{added.Route.Id}", added.Route),
            AddTcpRouteResult.Invalid invalid => Problems.Invalid(invalid.Field, invalid.Problem),
            AddTcpRouteResult.Taken taken => Problems.Conflict(taken.Problem),
            var other => throw new InvalidOperationException($"An outcome without an answer: {other}."),
        };
    }

    private static async Task<IResult> RemoveAsync(string tenant, Guid id, HttpContext http, TenantQueries tenants, RemoveRoute remove, CancellationToken cancellationToken) =>
        await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is { } view && await remove.ExecuteAsync(http.Actor(), view.Id, id, cancellationToken)
            ? Results.NoContent()
            : Problems.NotFound("route");
}
