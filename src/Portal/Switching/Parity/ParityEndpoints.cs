using Portal.Access;
using Portal.Store;
using Portal.Tenants;

namespace Portal.Switching.Parity;

/// <param name="From"><c>live</c>: standby is brought to what live runs. <c>standby</c>: live is brought to what standby runs.</param>
public sealed record ParityBody(string? From);

internal static class ParityEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/tenants/{tenant}/parity", GetAsync).WithName("GetParity").WithSummary("How alike the two sides are, service by service, secrets masked").WithTags("Pair");
        api.MapPost("/tenants/{tenant}/parity", AlignAsync).WithName("AlignSides").WithSummary("Brings one side to what the other runs, by an ordinary deployment for each stack that differs").WithTags("Pair");
    }

    private static async Task<IResult> GetAsync(string tenant, HttpContext http, TenantQueries tenants, ParityQueries parity, CancellationToken cancellationToken) =>
        await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is { } view
            ? Results.Ok(Answer(await parity.CompareAsync(view.Id, cancellationToken)))
            : Problems.NotFound("tenant");

    private static async Task<IResult> AlignAsync(string tenant, ParityBody body, HttpContext http, TenantQueries tenants, AlignSides align, CancellationToken cancellationToken)
    {
        if (await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is not { } view)
        {
            return Problems.NotFound("tenant");
        }

        if (body.From is not ("live" or "standby"))
        {
            return Problems.Invalid("from", "live or standby: the side whose revisions the other is to run.");
        }

        var target = body.From == "live" ? DeployTarget.Standby : DeployTarget.Live;
        var stacks = await align.ExecuteAsync(http.Actor(), view, target, DeploymentTrigger.Api, cancellationToken);
        var status = stacks.Any(stack => stack.Outcome == AlignOutcome.Deploying) ? StatusCodes.Status202Accepted
            : stacks.Any(stack => stack.Outcome == AlignOutcome.Refused) ? StatusCodes.Status409Conflict
            : StatusCodes.Status200OK;
        return Results.Json(new
        {
            body.From,
            to = target.Text(),
            stacks = stacks.Select(stack => new { stack.Stack, outcome = Text(stack.Outcome), stack.Revision, stack.Before, deploymentId = stack.Deployment, stack.Reason }),
        }, statusCode: status);
    }

    private static object Answer(PairComparison pair) => new
    {
        live = pair.LiveColour.Text(),
        standby = pair.LiveColour.Other().Text(),
        pair.Percent,
        pair.Compared,
        pair.Equal,
        clusters = new { live = pair.Live.Name, standby = pair.Standby.Name, facts = pair.Clusters.Select(Answer) },
        stacks = pair.Stacks.Select(stack => new
        {
            stack.Stack,
            stack.Live,
            stack.Standby,
            stack.Alike,
            stack.Unreadable,
            shared = Stacks.SharedThings.Answer(stack.Shared),
            services = stack.Services.Select(service => new { service.Service, service.OnLive, service.OnStandby, service.Alike, facts = service.Facts.Select(Answer) }),
        }),
    };

    private static object Answer(PairFact fact) => new { fact = Text(fact.Kind), fact.Live, fact.Standby, fact.Equal, fact.Details };

    private static string Text<T>(T value)
        where T : struct, Enum => SnakeCase.Of(value.ToString());
}
