using Portal.Access;
using Portal.Tenants;

namespace Portal.Switching.Planned;

internal static class PlannedSwitchEndpoints
{
    private const int Most = 50;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/tenants/{tenant}/planned-switches", ListAsync).WithName("ListPlannedSwitches").WithSummary("Switches that come by themselves after a deployment: when they are due, and how the last ones ended").WithTags("Switches");
        api.MapGet("/tenants/{tenant}/planned-switches/{id:guid}", GetAsync).WithName("GetPlannedSwitch").WithSummary("One planned switch").WithTags("Switches");
        api.MapPost("/tenants/{tenant}/planned-switches/{id:guid}/stop", StopAsync).WithName("StopPlannedSwitch").WithSummary("It does not come; what was deployed to standby stays there").WithTags("Switches");
    }

    private static async Task<IResult> ListAsync(string tenant, HttpContext http, TenantQueries tenants, PlannedSwitchQueries planned, CancellationToken cancellationToken) =>
        await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is { } view
            ? Results.Ok((await planned.ListAsync(view.Id, Most, cancellationToken)).Select(Answer))
            : Problems.NotFound("tenant");

    private static async Task<IResult> GetAsync(string tenant, Guid id, HttpContext http, TenantQueries tenants, PlannedSwitchQueries planned, CancellationToken cancellationToken) =>
        await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is { } view && await planned.FindAsync(view.Id, id, cancellationToken) is { } plan
            ? Results.Ok(Answer(plan))
            : Problems.NotFound("planned switch");

    private static async Task<IResult> StopAsync(string tenant, Guid id, HttpContext http, TenantQueries tenants, PlannedSwitchQueries planned, StopPlannedSwitch stop, CancellationToken cancellationToken)
    {
        if (await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is not { } view)
        {
            return Problems.NotFound("tenant");
        }

        return await stop.ExecuteAsync(http.Actor(), view.Id, id, cancellationToken) switch
        {
            StopPlannedSwitchOutcome.Stopped => Results.Ok(Answer((await planned.FindAsync(view.Id, id, cancellationToken))!)),
            StopPlannedSwitchOutcome.NotFound => Problems.NotFound("planned switch"),
            StopPlannedSwitchOutcome.TooLate => Problems.Conflict("It has ended already, or the switch is under way."),
        };
    }

    private static object Answer(PlannedSwitchView plan) => new
    {
        plan.Id,
        plan.Stack,
        plan.Revision,
        to = plan.To.Text(),
        movesOn = MovingOn.Text(plan.After),
        plan.Webhook,
        plan.AskedBy,
        plan.DeploymentId,
        deploymentState = Store.SnakeCase.Of(plan.DeploymentState.ToString()),
        plan.RequestedAt,
        plan.DueAt,
        plan.AskedUntil,
        state = Store.SnakeCase.Of(plan.State.ToString()),
        plan.Reason,
        plan.SwitchId,
        plan.EndedAt,
    };
}
