using Portal.Access;
using Portal.Tenants;

namespace Portal.Stacks.Readiness;

/// <param name="Blocking">Keys of all rules that keep a stack from live.</param>
public sealed record ReadinessRulesBody(List<string>? Blocking);

internal static class ReadinessEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/tenants/{tenant}/stacks/{stack}/readiness", GetAsync).WithName("GetReadiness").WithSummary("What a stack, or one of its revisions, lacks before it goes live, each with why and the fix").WithTags("Stacks");
        api.MapGet("/tenants/{tenant}/readiness-rules", ListAsync).WithName("ListReadinessRules").WithSummary("The rules of readiness, and which of them keep a stack from live").WithTags("Stacks");
        api.MapPut("/tenants/{tenant}/readiness-rules", ChooseAsync).WithName("ChooseReadinessRules").WithSummary("Says which rules keep a stack from live").WithTags("Stacks");
    }

    private static async Task<IResult> GetAsync(string tenant, string stack, int? revision, HttpContext http, TenantQueries tenants, ReadinessQueries readiness, CancellationToken cancellationToken)
    {
        if (await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is not { } view)
        {
            return Problems.NotFound("tenant");
        }

        return await readiness.FindAsync(view.Id, stack, revision, cancellationToken) is { } report
            ? Results.Ok(new
            {
                ready = report.Findings.IsEmpty && report.Unknown.IsEmpty,
                blocked = !report.Obstacles.IsEmpty,
                findings = report.Findings.Select(finding => new
                {
                    rule = finding.Rule.Key,
                    finding.Service,
                    title = finding.Rule.Title,
                    finding.Seen,
                    why = finding.Rule.Why,
                    finding.Fix,
                    blocks = report.Blocking.Contains(finding.Rule.Key),
                }),
                unknown = report.Unknown.Select(unknown => new { unknown.Service, unknown.Problem }),
            })
            : Problems.NotFound(revision is null ? "stack" : "revision");
    }

    private static async Task<IResult> ListAsync(string tenant, HttpContext http, TenantQueries tenants, ReadinessQueries readiness, CancellationToken cancellationToken)
    {
        if (await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is not { } view)
        {
            return Problems.NotFound("tenant");
        }

        var blocking = await readiness.BlockingAsync(view.Id, cancellationToken);
        return Results.Ok(ReadinessRule.All.Select(rule => new { rule = rule.Key, rule.Title, rule.Why, blocks = blocking.Contains(rule.Key) }));
    }

    private static async Task<IResult> ChooseAsync(string tenant, ReadinessRulesBody body, HttpContext http, TenantQueries tenants, ChooseReadinessRules choose, CancellationToken cancellationToken)
    {
        if (await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is not { } view)
        {
            return Problems.NotFound("tenant");
        }

        if (body.Blocking is null)
        {
            return Problems.Invalid("blocking", "A list of rules; an empty one blocks nothing.");
        }

        return await choose.ExecuteAsync(http.Actor(), view.Id, body.Blocking, cancellationToken) switch
        {
            ChooseReadinessResult.Done done => Results.Ok(new { blocking = done.Rules }),
            ChooseReadinessResult.Unknown unknown => Problems.Invalid("blocking", $"There is no rule '{unknown.Rule}'. There are {string.Join(", ", ReadinessRule.All.Select(rule => rule.Key))}."),
            var other => throw new InvalidOperationException($"An outcome without an answer: {other}."),
        };
    }
}
