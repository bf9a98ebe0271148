using Portal.Access;
using Portal.Tenants;

namespace Portal.Switching.Checks;

/// <param name="Host">The host name of one of the tenant's routes; or stack and service instead.</param>
/// <param name="Path">Default <c>/</c>.</param>
/// <param name="Status">Default 200.</param>
/// <param name="Contains">Text that the body must hold.</param>
/// <param name="Matches">A regular expression that the body must match.</param>
public sealed record HttpCheckBody(string? Name, string? Host, string? Stack, string? Service, string? Path, int? Status, string? Contains, string? Matches);

internal static class CheckEndpoints
{
    private const int Ok = 200;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/tenants/{tenant}/checks", ListAsync).WithName("ListChecks").WithSummary("The requests that standby must answer before it may go live").WithTags("Switches");
        api.MapPost("/tenants/{tenant}/checks", AddAsync).WithName("AddCheck").WithSummary("Adds a request that standby must answer, through the gateway, before it may go live").WithTags("Switches");
        api.MapDelete("/tenants/{tenant}/checks/{name}", RemoveAsync).WithName("RemoveCheck").WithSummary("Removes a check").WithTags("Switches");
    }

    private static async Task<IResult> ListAsync(string tenant, HttpContext http, TenantQueries tenants, HttpCheckQueries checks, CancellationToken cancellationToken) =>
        await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is { } view
            ? Results.Ok((await checks.ListAsync(view.Id, cancellationToken)).Select(Answer))
            : Problems.NotFound("tenant");

    private static async Task<IResult> AddAsync(string tenant, HttpCheckBody body, HttpContext http, TenantQueries tenants, AddHttpCheck add, CancellationToken cancellationToken)
    {
        if (await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is not { } view)
        {
            return Problems.NotFound("tenant");
        }

        var wanted = new NewHttpCheck(body.Name ?? "", body.Host, body.Stack, body.Service, body.Path ?? "/", body.Status ?? Ok, body.Contains, body.Matches);
        return await add.ExecuteAsync(http.Actor(), view.Id, wanted, cancellationToken) switch
        {
            AddHttpCheckResult.Added added => Results.Created($"/api/v1/tenants/{tenant}/checks/{added.Check.Name}", Answer(added.Check)),
            AddHttpCheckResult.Invalid invalid => Problems.Invalid(invalid.Field, invalid.Problem),
            AddHttpCheckResult.NameTaken => Problems.Conflict($"There is a check '{wanted.Name}' already."),
            AddHttpCheckResult.TooMany => Problems.Conflict($"A tenant has at most {SwitchRules.MostChecks} checks."),
            var other => throw new InvalidOperationException($"An outcome without an answer: {other}."),
        };
    }

    private static async Task<IResult> RemoveAsync(string tenant, string name, HttpContext http, TenantQueries tenants, RemoveHttpCheck remove, CancellationToken cancellationToken) =>
        await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is { } view && await remove.ExecuteAsync(http.Actor(), view.Id, name, cancellationToken)
            ? Results.NoContent()
            : Problems.NotFound("check");

    private static object Answer(HttpCheck check) => new { check.Name, host = check.HostName, check.Stack, check.Service, check.Path, check.Status, check.Contains, check.Matches, check.CreatedBy, check.CreatedAt };
}
