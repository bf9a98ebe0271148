using Portal.Access;
using Portal.Tenants;

namespace Portal.Stacks;

/// <summary>What of a tenant's secrets depends on the stacks that use them.</summary>
internal static class SecretUseEndpoints
{
    public static void Map(IEndpointRouteBuilder api) =>
            api.MapDelete("/tenants/{tenant}/secrets/{name}", RemoveSecretAsync).WithName("RemoveSecret").WithSummary("Removes a secret that no stack uses").WithTags("Secrets");

    private static async Task<IResult> RemoveSecretAsync(string tenant, string name, HttpContext http, TenantQueries tenants, RemoveSecret remove, CancellationToken cancellationToken)
    {
        if (await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is not { } view)
        {
            return Problems.NotFound("tenant");
        }

        return await remove.ExecuteAsync(http.Actor(), view.Id, name, cancellationToken) switch
        {
            RemoveSecretResult.Removed => Results.NoContent(),
            RemoveSecretResult.NotFound => Problems.NotFound("secret"),
            RemoveSecretResult.InUse used => Problems.Conflict(used.Sentence),
            var other => throw new InvalidOperationException($"An outcome without an answer: {other}."),
        };
    }
}
