using System.Text.Json;
using Portal.Access;
using Portal.Tenants;

namespace Portal.Stacks;

/// <param name="HostName">Public, without port.</param>
/// <param name="Path">Requests at or below it; <c>/</c> where it is left out.</param>
/// <param name="Port">The container's.</param>
public sealed record RouteBody(string? Stack, string? Service, int? Port, string? HostName, string? Path);

internal static class RouteEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/tenants/{tenant}/routes", ListAsync).WithName("ListRoutes").WithSummary("Public host names and paths, and the services they lead to").WithTags("Routes");
        api.MapPost("/tenants/{tenant}/routes", AddAsync).WithName("AddRoute").WithSummary("Leads a host name and path to a service's port").WithTags("Routes");
        api.MapPatch("/tenants/{tenant}/routes/{id:guid}", ChangeAsync).WithName("ChangeRoute").WithSummary("Changes a route's limits, maintenance page or redirect: absent stays, null goes").WithTags("Routes");
        api.MapDelete("/tenants/{tenant}/routes/{id:guid}", RemoveAsync).WithName("RemoveRoute").WithSummary("Takes a host name and path off the gateway").WithTags("Routes");
    }

    private static async Task<IResult> ListAsync(string tenant, HttpContext http, TenantQueries tenants, StackQueries stacks, CancellationToken cancellationToken) =>
        await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is { } view
            ? Results.Ok(await stacks.RoutesAsync(view.Id, cancellationToken))
            : Problems.NotFound("tenant");

    private static async Task<IResult> AddAsync(string tenant, RouteBody body, HttpContext http, TenantQueries tenants, AddRoute add, CancellationToken cancellationToken)
    {
        if (await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is not { } view)
        {
            return Problems.NotFound("tenant");
        }

        var wanted = new NewRoute(body.Stack ?? "", body.Service ?? "", body.Port ?? 0, body.HostName ?? "", body.Path ?? "/");
        return await add.ExecuteAsync(http.Actor(), view.Id, wanted, cancellationToken) switch
        {
            AddRouteResult.Added added => Results.Created($"/api/v1/tenants/{tenant}/routes/{added.Route.Id}", added.Route),
            AddRouteResult.Invalid invalid => Problems.Invalid(invalid.Field, invalid.Problem),
            AddRouteResult.Taken => Problems.Conflict($"The route {wanted.HostName}{wanted.Path} is taken."),
            var other => throw new InvalidOperationException($"An outcome without an answer: {other}."),
        };
    }

    private static async Task<IResult> ChangeAsync(string tenant, Guid id, JsonElement body, HttpContext http, TenantQueries tenants, ChangeRoute change, CancellationToken cancellationToken)
    {
        if (await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is not { } view)
        {
            return Problems.NotFound("tenant");
        }

        return await change.ExecuteAsync(http.Actor(), view.Id, id, before => before.With(body), cancellationToken) switch
        {
            ChangeRouteResult.Changed changed => Results.Ok(changed.Settings),
            ChangeRouteResult.Invalid invalid => Problems.Invalid(invalid.Field, invalid.Problem),
            ChangeRouteResult.NoSuchRoute => Problems.NotFound("route"),
            var other => throw new InvalidOperationException($"An outcome without an answer: {other}."),
        };
    }

    private static async Task<IResult> RemoveAsync(string tenant, Guid id, HttpContext http, TenantQueries tenants, RemoveRoute remove, CancellationToken cancellationToken) =>
        await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is { } view && await remove.ExecuteAsync(http.Actor(), view.Id, id, cancellationToken)
            ? Results.NoContent()
            : Problems.NotFound("route");
}
