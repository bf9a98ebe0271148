using Portal.Access;
using Portal.Tenants;

namespace Portal.Registries;

/// <param name="Host">As the first part of an image's name: <c>registry.example.org:5000</c>, <c>docker.io</c>.</param>
/// <param name="Force">Save it although the registry could not be asked.</param>
public sealed record RegistryBody(string? Host, string? UserName, string? Password, bool? Force);

/// <summary>What is absent stays as it is.</summary>
public sealed record RegistryPatch(string? UserName, string? Password, bool? Force);

internal static class RegistryEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/tenants/{tenant}/registries", ListAsync).WithName("ListRegistries").WithSummary("A tenant's registries by host and user name, never their passwords").WithTags("Registries");
        api.MapPost("/tenants/{tenant}/registries", AddAsync).WithName("AddRegistry").WithSummary("Takes in the credentials for a registry, once the registry has taken them").WithTags("Registries");
        api.MapPatch("/tenants/{tenant}/registries/{host}", ChangeAsync).WithName("ChangeRegistry").WithSummary("Changes what is given, once the registry has taken it").WithTags("Registries");
        api.MapDelete("/tenants/{tenant}/registries/{host}", RemoveAsync).WithName("RemoveRegistry").WithSummary("Forgets the credentials for a registry").WithTags("Registries");
    }

    private static async Task<IResult> ListAsync(string tenant, HttpContext http, TenantQueries tenants, RegistryQueries registries, CancellationToken cancellationToken) =>
        await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is { } view
            ? Results.Ok(await registries.ListAsync(view.Id, cancellationToken))
            : Problems.NotFound("tenant");

    private static async Task<IResult> AddAsync(string tenant, RegistryBody body, HttpContext http, TenantQueries tenants, AddRegistry add, CancellationToken cancellationToken)
    {
        if (await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is not { } view)
        {
            return Problems.NotFound("tenant");
        }

        return await add.ExecuteAsync(http.Actor(), view.Id, new NewRegistry(body.Host, body.UserName, body.Password, body.Force ?? false), cancellationToken) switch
        {
            AddRegistryResult.Added added => Results.Created($"/api/v1/tenants/{tenant}/registries/{Uri.EscapeDataString(added.Registry.Host)}", added.Registry),
            AddRegistryResult.Invalid invalid => Problems.Invalid(invalid.Field, invalid.Problem),
            AddRegistryResult.Refused refused => Problems.Invalid("password", refused.Problem),
            AddRegistryResult.Untried untried => Untried(untried.Problem),
            AddRegistryResult.HostTaken taken => Problems.Conflict($"The tenant has the registry {taken.Host} already."),
            var other => throw new InvalidOperationException($"An outcome without an answer: {other}."),
        };
    }

    private static async Task<IResult> ChangeAsync(string tenant, string host, RegistryPatch body, HttpContext http, TenantQueries tenants, ChangeRegistry change, CancellationToken cancellationToken)
    {
        if (await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is not { } view)
        {
            return Problems.NotFound("tenant");
        }

        return await change.ExecuteAsync(http.Actor(), view.Id, host, new RegistryChange(body.UserName, body.Password, body.Force ?? false), cancellationToken) switch
        {
            ChangeRegistryResult.Done done => Results.Ok(done.Registry),
            ChangeRegistryResult.NotFound => Problems.NotFound("registry"),
            ChangeRegistryResult.Invalid invalid => Problems.Invalid(invalid.Field, invalid.Problem),
            ChangeRegistryResult.Refused refused => Problems.Invalid("password", refused.Problem),
            ChangeRegistryResult.Untried untried => Untried(untried.Problem),
            var other => throw new InvalidOperationException($"An outcome without an answer: {other}."),
        };
    }

    private static async Task<IResult> RemoveAsync(string tenant, string host, HttpContext http, TenantQueries tenants, RemoveRegistry remove, CancellationToken cancellationToken) =>
        await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is { } view && await remove.ExecuteAsync(http.Actor(), view.Id, host, cancellationToken)
            ? Results.NoContent()
            : Problems.NotFound("registry");

    private static IResult Untried(string problem) => Problems.Invalid("host", $"{problem} With force it is saved untried.");
}
