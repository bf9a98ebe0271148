using Portal.Access;
using Portal.Tenants;

namespace Portal.Switching.Asking;

/// <param name="SecondPerson">Whether a switch needs another person's word.</param>
public sealed record SwitchRulesBody(bool? SecondPerson);

public sealed record RefusalBody(string? Reason);

internal static class AskedSwitchEndpoints
{
    private const int Most = 50;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/tenants/{tenant}/switch-rules", RulesAsync).WithName("GetSwitchRules").WithSummary("Whether a switch needs a second person, and what waits for one").WithTags("Switches");
        api.MapPut("/tenants/{tenant}/switch-rules", ChooseAsync).WithName("ChooseSwitchRules").WithSummary("Has switches need a second person's word, or not; owners may").WithTags("Switches");
        api.MapGet("/tenants/{tenant}/asked-switches", ListAsync).WithName("ListAskedSwitches").WithSummary("Switches that were asked for where a second person has a say, newest first").WithTags("Switches");
        api.MapGet("/tenants/{tenant}/asked-switches/{id:guid}", GetAsync).WithName("GetAskedSwitch").WithSummary("One switch that was asked for, and what was said to it").WithTags("Switches");
        api.MapPost("/tenants/{tenant}/asked-switches/{id:guid}/approve", ApproveAsync).WithName("ApproveSwitch").WithSummary("Another person's yes: switches at once, with all checks made anew").WithTags("Switches");
        api.MapPost("/tenants/{tenant}/asked-switches/{id:guid}/refuse", RefuseAsync).WithName("RefuseSwitch").WithSummary("Another person's no; of whoever asked, it takes the request back").WithTags("Switches");
    }

    private static async Task<IResult> RulesAsync(string tenant, HttpContext http, TenantQueries tenants, AskedSwitchQueries asked, CancellationToken cancellationToken)
    {
        if (await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is not { } view)
        {
            return Problems.NotFound("tenant");
        }

        var standing = await asked.StandingAsync(view.Id, cancellationToken);
        return Results.Ok(new { standing.SecondPerson, waiting = standing.Waiting is { } waits ? Answer(waits) : null });
    }

    private static async Task<IResult> ChooseAsync(string tenant, SwitchRulesBody body, HttpContext http, TenantQueries tenants, ChooseSecondPerson choose, CancellationToken cancellationToken) =>
        await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is not { } view ? Problems.NotFound("tenant")
        : body.SecondPerson is not { } wanted ? Problems.Invalid("secondPerson", "true or false.")
        : Results.Ok(new { secondPerson = await choose.ExecuteAsync(http.Actor(), view.Id, wanted, cancellationToken) });

    private static async Task<IResult> ListAsync(string tenant, HttpContext http, TenantQueries tenants, AskedSwitchQueries asked, CancellationToken cancellationToken) =>
        await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is { } view
            ? Results.Ok((await asked.ListAsync(view.Id, Most, cancellationToken)).Select(Answer))
            : Problems.NotFound("tenant");

    private static async Task<IResult> GetAsync(string tenant, Guid id, HttpContext http, TenantQueries tenants, AskedSwitchQueries asked, CancellationToken cancellationToken) =>
        await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is { } view && await asked.FindAsync(view.Id, id, cancellationToken) is { } found
            ? Results.Ok(Answer(found))
            : Problems.NotFound("asked switch");

    private static async Task<IResult> ApproveAsync(string tenant, Guid id, HttpContext http, TenantQueries tenants, ApproveSwitch approve, AskedSwitchQueries asked, CancellationToken cancellationToken) =>
        await tenants.KeyAsync(http.Actor(), tenant, cancellationToken) is { } key
            ? await SaidAsync(tenant, key.Id, id, await approve.ExecuteAsync(http.Actor(), key, id, cancellationToken), asked, cancellationToken)
            : Problems.NotFound("tenant");

    private static async Task<IResult> RefuseAsync(string tenant, Guid id, RefusalBody? body, HttpContext http, TenantQueries tenants, RefuseSwitch refuse, AskedSwitchQueries asked, CancellationToken cancellationToken) =>
        await tenants.KeyAsync(http.Actor(), tenant, cancellationToken) is { } key
            ? await SaidAsync(tenant, key.Id, id, await refuse.ExecuteAsync(http.Actor(), key.Id, id, body?.Reason, cancellationToken), asked, cancellationToken)
            : Problems.NotFound("tenant");

    private static async Task<IResult> SaidAsync(string slug, Guid tenant, Guid id, DecideSwitchResult result, AskedSwitchQueries asked, CancellationToken cancellationToken) => result switch
    {
        DecideSwitchResult.Switched switched => SwitchAnswer.Of(slug, switched.Result),
        DecideSwitchResult.Ended => Results.Ok(Answer((await asked.FindAsync(tenant, id, cancellationToken))!)),
        DecideSwitchResult.NotFound => Problems.NotFound("asked switch"),
        DecideSwitchResult.NeedsAnother => Problems.Conflict("A second person has to approve it: somebody else than who asked."),
        DecideSwitchResult.TooLate late => Problems.Conflict($"It does not wait any more: {Store.SnakeCase.Of(late.State.ToString())}."),
        DecideSwitchResult.Invalid invalid => Problems.Invalid(invalid.Field, invalid.Problem),
        _ => throw new InvalidOperationException($"An outcome without an answer: {result}."),
    };

    private static object Answer(AskedSwitch asked) => new
    {
        asked.Id,
        from = asked.From.Text(),
        to = asked.To.Text(),
        asked.Reason,
        asked.AskedBy,
        asked.AskedAt,
        asked.Until,
        state = Store.SnakeCase.Of(asked.State.ToString()),
        asked.DecidedBy,
        asked.DecidedReason,
        asked.DecidedAt,
        asked.SwitchId,
        plan = asked.PlanId,
    };
}
