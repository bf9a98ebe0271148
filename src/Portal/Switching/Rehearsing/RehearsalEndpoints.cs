using Portal.Access;
using Portal.Tenants;

namespace Portal.Switching.Rehearsing;

internal static class RehearsalEndpoints
{
    private const int Most = 50;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/tenants/{tenant}/rehearsals", RehearseAsync).WithName("RehearseSwitch").WithSummary("Runs every check of a switch and moves nothing").WithTags("Switches");
        api.MapGet("/tenants/{tenant}/rehearsals", ListAsync).WithName("ListRehearsals").WithSummary("A tenant's rehearsals, newest first").WithTags("Switches");
        api.MapGet("/tenants/{tenant}/rehearsals/{id:guid}", GetAsync).WithName("GetRehearsal").WithSummary("One rehearsal: every check with its result, and what of standby it ran against").WithTags("Switches");
    }

    private static async Task<IResult> RehearseAsync(string tenant, HttpContext http, TenantQueries tenants, RehearseSwitch rehearse, CancellationToken cancellationToken)
    {
        if (await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is not { } view)
        {
            return Problems.NotFound("tenant");
        }

        var made = await rehearse.ExecuteAsync(http.Actor(), view, cancellationToken);
        return Results.Created($"/api/v1/tenants/{tenant}/rehearsals/{made.Id}", Answer(made));
    }

    private static async Task<IResult> ListAsync(string tenant, HttpContext http, TenantQueries tenants, RehearsalQueries rehearsals, CancellationToken cancellationToken) =>
        await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is { } view
            ? Results.Ok((await rehearsals.ListAsync(view.Id, Most, cancellationToken)).Select(Answer))
            : Problems.NotFound("tenant");

    private static async Task<IResult> GetAsync(string tenant, Guid id, HttpContext http, TenantQueries tenants, RehearsalQueries rehearsals, CancellationToken cancellationToken) =>
        await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is { } view && await rehearsals.FindAsync(view.Id, id, cancellationToken) is { } rehearsal
            ? Results.Ok(Answer(rehearsal))
            : Problems.NotFound("rehearsal");

    private static object Answer(RehearsalView rehearsal) => new
    {
        rehearsal.Id,
        from = rehearsal.Report.From.Text(),
        to = rehearsal.Report.To.Text(),
        rehearsal.Passed,
        rehearsal.At,
        rehearsal.Actor,
        rehearsal.Report.Checks,
        rehearsal.Report.Differences,
        rehearsal.Standby,
    };
}
