using Portal.Access;

namespace Portal.Tenants.Secrets;

public sealed record SecretBody(string? Value);

internal static class SecretEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/tenants/{tenant}/secrets", ListAsync).WithName("ListSecrets").WithSummary("A tenant's secrets by name and version, never their values").WithTags("Secrets");
        api.MapPut("/tenants/{tenant}/secrets/{name}", SetAsync).WithName("SetSecret").WithSummary("Gives a secret its first or a new value").WithTags("Secrets");
    }

    private static async Task<IResult> ListAsync(string tenant, HttpContext http, TenantQueries tenants, SecretQueries secrets, CancellationToken cancellationToken) =>
        await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is { } view
            ? Results.Ok(await secrets.ListAsync(view.Id, cancellationToken))
            : Problems.NotFound("tenant");

    private static async Task<IResult> SetAsync(string tenant, string name, SecretBody body, HttpContext http, TenantQueries tenants, SetSecret set, CancellationToken cancellationToken)
    {
        if (await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is not { } view)
        {
            return Problems.NotFound("tenant");
        }

        return await set.ExecuteAsync(http.Actor(), view.Id, name, body.Value, cancellationToken) switch
        {
            SetSecretResult.Done done => Results.Ok(new { done.Name, done.Version, done.Warning }),
            SetSecretResult.Invalid invalid => Problems.Invalid(invalid.Field, invalid.Problem),
            var other => throw new InvalidOperationException($"An outcome without an answer: {other}."),
        };
    }
}
