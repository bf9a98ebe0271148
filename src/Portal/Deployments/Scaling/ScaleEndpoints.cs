using Portal.Access;
using Portal.Tenants;

namespace Portal.Deployments.Scaling;

internal static class ScaleEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/tenants/{tenant}/standby-size", GetAsync).WithName("GetStandbySize").WithSummary("Whether standby is scaled down: to what, since when, and which stacks").WithTags("Pair");
        api.MapPost("/tenants/{tenant}/standby-size", BringUpAsync).WithName("BringUpStandby").WithSummary("Brings a standby that was scaled down to its full size, by an ordinary deployment of each stack").WithTags("Pair");
    }

    private static async Task<IResult> GetAsync(string tenant, HttpContext http, TenantQueries tenants, ScaledSideQueries scaled, CancellationToken cancellationToken)
    {
        if (await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is not { } view)
        {
            return Problems.NotFound("tenant");
        }

        var side = await scaled.FindAsync(view.Id, cancellationToken);
        return Results.Ok(new
        {
            standby = side.Side.Text(),
            full = side.Stacks.IsEmpty,
            stacks = side.Stacks.Select(stack => new { stack.Stack, stack.Revision, scaledTo = stack.Most, stack.Since }),
        });
    }

    private static async Task<IResult> BringUpAsync(string tenant, HttpContext http, TenantQueries tenants, BringUpStandby bring, CancellationToken cancellationToken)
    {
        if (await tenants.KeyAsync(http.Actor(), tenant, cancellationToken) is not { } key)
        {
            return Problems.NotFound("tenant");
        }

        var stacks = await bring.ExecuteAsync(http.Actor(), key, DeploymentTrigger.Api, cancellationToken);
        var status = stacks.IsEmpty ? StatusCodes.Status200OK : stacks.Any(stack => stack.Deployment is not null) ? StatusCodes.Status202Accepted : StatusCodes.Status409Conflict;
        return Results.Json(new { stacks = stacks.Select(stack => new { stack.Stack, stack.Revision, deploymentId = stack.Deployment, reason = stack.Refused }) }, statusCode: status);
    }
}
