using System.Collections.Immutable;
using Portal.Access;
using Portal.Stacks.Readiness;
using Portal.Tenants;

namespace Portal.Stacks;

/// <summary>Either <paramref name="Template"/> with answers, or <paramref name="Compose"/>.</summary>
public sealed record StackBody(string? Name, string? Template, string? Version, Dictionary<string, string>? Answers, string? Compose, string? RancherCompose);

public static class StacksFeature
{
    public static void AddStacks(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<DefinitionReader>();
        services.AddSingleton<RevisionReader>();
        services.AddSingleton<RevisionWriter>();
        services.AddSingleton<DigestResolver>();
        services.AddSingleton<DraftRevision>();
        services.AddSingleton<CreateStack>();
        services.AddSingleton<StackQueries>();
        services.AddSingleton<StackServiceQueries>();
        services.AddSingleton<StackUses>();
        services.AddSingleton<RevisionsThere>();
        services.AddSingleton<ImageFinder>();
        services.AddSingleton<ReadinessQueries>();
        services.AddSingleton<ChooseReadinessRules>();
        services.AddSingleton<AddRoute>();
        services.AddSingleton<RemoveRoute>();
    }

    public static void MapStacks(this IEndpointRouteBuilder api)
    {
        api.MapGet("/tenants/{tenant}/stacks", ListAsync).WithName("ListStacks").WithSummary("A tenant's stacks, and which revision runs where").WithTags("Stacks");
        api.MapPost("/tenants/{tenant}/stacks", CreateAsync).WithName("CreateStack").WithSummary("Makes a stack from a template with answers, or from Compose text").WithTags("Stacks");
        api.MapGet("/tenants/{tenant}/stacks/{stack}", GetAsync).WithName("GetStack").WithSummary("One stack with its revisions").WithTags("Stacks");
        api.MapGet("/tenants/{tenant}/stacks/{stack}/revisions", RevisionsAsync).WithName("ListRevisions").WithSummary("A stack's revisions, and which of them could run again").WithTags("Stacks");
        ReadinessEndpoints.Map(api);
        RouteEndpoints.Map(api);
    }

    private static async Task<IResult> ListAsync(string tenant, HttpContext http, TenantQueries tenants, StackQueries stacks, CancellationToken cancellationToken) =>
        await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is { } view
            ? Results.Ok((await stacks.ListAsync(view.Id, cancellationToken)).Select(Answer))
            : Problems.NotFound("tenant");

    private static async Task<IResult> GetAsync(string tenant, string stack, HttpContext http, TenantQueries tenants, StackQueries stacks, CancellationToken cancellationToken)
    {
        if (await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is not { } view || await stacks.FindAsync(view.Id, stack, cancellationToken) is not { } found)
        {
            return Problems.NotFound("stack");
        }

        var revisions = await stacks.RevisionsAsync(view.Id, found.Id, cancellationToken);
        return Results.Ok(new { stack = Answer(found), revisions = revisions.Select(revision => new { revision.Number, revision.Images, revision.CreatedAt, revision.CreatedBy }) });
    }

    private static async Task<IResult> RevisionsAsync(string tenant, string stack, HttpContext http, TenantQueries tenants, StackQueries stacks, RevisionsThere there, CancellationToken cancellationToken)
    {
        if (await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is not { } view || await stacks.FindAsync(view.Id, stack, cancellationToken) is not { } found)
        {
            return Problems.NotFound("stack");
        }

        var revisions = await stacks.RevisionsAsync(view.Id, found.Id, cancellationToken);
        var problems = await there.FindAsync(view.Id, found.Id, cancellationToken);
        return Results.Ok(revisions.Select(revision => new
        {
            revision.Number,
            revision.Images,
            revision.CreatedAt,
            revision.CreatedBy,
            // One that was made while we looked has just been resolved.
            available = problems.GetValueOrDefault(revision.Number) is null,
            problem = problems.GetValueOrDefault(revision.Number),
        }));
    }

    private static async Task<IResult> CreateAsync(string tenant, StackBody body, HttpContext http, TenantQueries tenants, CreateStack create, CancellationToken cancellationToken)
    {
        if (await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is not { } view)
        {
            return Problems.NotFound("tenant");
        }

        var answers = (body.Answers ?? []).ToImmutableSortedDictionary(StringComparer.Ordinal);
        var wanted = new NewStack(body.Name ?? "", body.Template, body.Version, body.Compose, body.RancherCompose, answers);
        return await create.ExecuteAsync(http.Actor(), view.Id, wanted, cancellationToken) switch
        {
            CreateStackResult.Created created => Results.Created($"/api/v1/tenants/{tenant}/stacks/{wanted.Name}", new
            {
                id = created.StackId,
                wanted.Name,
                ignored = created.Ignored.Select(finding => new { finding.Line, field = finding.Key, finding.Reason }),
            }),
            CreateStackResult.Invalid invalid => Problems.Invalid(invalid.Field, invalid.Problem),
            CreateStackResult.Refused refused => DraftProblems.Of(refused.Findings),
            CreateStackResult.NameTaken => Problems.Conflict($"The tenant has a stack '{wanted.Name}' already."),
            CreateStackResult.RouteTaken taken => Problems.Conflict($"The route {taken.HostName}{taken.Path} is taken."),
            var other => throw new InvalidOperationException($"An outcome without an answer: {other}."),
        };
    }

    private static object Answer(StackView stack) => new
    {
        stack.Id,
        stack.Name,
        stack.Template,
        stack.TemplateVersion,
        stack.CreatedAt,
        stack.CreatedBy,
        runs = stack.Runs.ToDictionary(run => run.Key.Text(), run => run.Value),
    };
}
