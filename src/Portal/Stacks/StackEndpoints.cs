using System.Collections.Immutable;
using System.Text.Json;
using Portal.Access;
using Portal.Stacks.Changing;
using Portal.Stacks.Differences;
using Portal.Tenants;

namespace Portal.Stacks;

/// <summary>Either <paramref name="Template"/> with answers, or <paramref name="Compose"/>.</summary>
public sealed record StackBody(string? Name, string? Template, string? Version, Dictionary<string, string>? Answers, string? Compose, string? RancherCompose)
{
    /// <summary>Files that the text names, such as those of env_file, by name; never answered again.</summary>
    public Dictionary<string, string>? Files { get; init; }

    /// <summary>It runs once for the tenant, beside the pair, and both sides reach it by name. For good.</summary>
    public bool? Outside { get; init; }

    /// <summary>What both sides work on.</summary>
    public List<SharedBody?>? Shared { get; init; }
}

internal static class StackEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/tenants/{tenant}/stacks", ListAsync).WithName("ListStacks").WithSummary("A tenant's stacks, and which revision runs where").WithTags("Stacks");
        api.MapPost("/tenants/{tenant}/stacks", CreateAsync).WithName("CreateStack").WithSummary("Makes a stack from a template with answers, or from Compose text").WithTags("Stacks");
        api.MapGet("/tenants/{tenant}/stacks/{stack}", GetAsync).WithName("GetStack").WithSummary("One stack with its revisions").WithTags("Stacks");
        api.MapGet("/tenants/{tenant}/stacks/{stack}/revisions", RevisionsAsync).WithName("ListRevisions").WithSummary("A stack's revisions, and which of them could run again").WithTags("Stacks");
        api.MapPatch("/tenants/{tenant}/stacks/{stack}", ChangeAsync).WithName("ChangeStack").WithSummary("Changes a stack by a merge patch: what is absent stays, what is null goes. Nothing is deployed").WithTags("Stacks");
        api.MapGet("/tenants/{tenant}/stacks/{stack}/revisions/{revision:int}/difference", CompareAsync).WithName("CompareRevisions").WithSummary("What a revision runs differently from another, secrets masked").WithTags("Stacks");
    }

    private static async Task<IResult> ListAsync(string tenant, HttpContext http, TenantQueries tenants, StackQueries stacks, StackUses uses, CancellationToken cancellationToken)
    {
        if (await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is not { } view)
        {
            return Problems.NotFound("tenant");
        }

        var outdated = await uses.OutdatedAsync(view.Id, cancellationToken);
        return Results.Ok((await stacks.ListAsync(view.Id, cancellationToken)).Select(stack => Answer(stack, outdated)));
    }

    private static async Task<IResult> GetAsync(string tenant, string stack, HttpContext http, TenantQueries tenants, StackQueries stacks, StackUses uses, CancellationToken cancellationToken)
    {
        if (await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is not { } view || await stacks.FindAsync(view.Id, stack, cancellationToken) is not { } found)
        {
            return Problems.NotFound("stack");
        }

        var revisions = await stacks.RevisionsAsync(view.Id, found.Id, cancellationToken);
        return Results.Ok(new { stack = Answer(found, await uses.OutdatedAsync(view.Id, cancellationToken)), revisions = revisions.Select(revision => new { revision.Number, revision.Images, revision.CreatedAt, revision.CreatedBy }) });
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
        var (shared, field, problem) = SharedThings.Read(body.Shared ?? []);
        if (field is not null)
        {
            return Problems.Invalid(field, problem);
        }

        var wanted = new NewStack(body.Name ?? "", body.Template, body.Version, body.Compose, body.RancherCompose, answers) { Files = (body.Files ?? []).ToImmutableSortedDictionary(StringComparer.Ordinal), Outside = body.Outside ?? false, Shared = shared };
        return await create.ExecuteAsync(http.Actor(), view.Id, wanted, cancellationToken) switch
        {
            CreateStackResult.Created created => Results.Created($"/api/v1/tenants/{tenant}/stacks/{wanted.Name}", new
            {
                id = created.StackId,
                wanted.Name,
                ignored = created.Ignored.Select(Ignored),
            }),
            var other => CreateAnswer.Of(other, wanted.Name),
        };
    }

    private static async Task<IResult> ChangeAsync(string tenant, string stack, JsonElement body, HttpContext http, TenantQueries tenants, StackQueries stacks, StackUses uses, ChangeStack change, CancellationToken cancellationToken)
    {
        if (await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is not { } view)
        {
            return Problems.NotFound("tenant");
        }

        var (patch, field, problem) = StackPatch.Read(body);
        if (patch is null)
        {
            return Problems.Invalid(field, problem);
        }

        return await change.ExecuteAsync(http.Actor(), view.Id, stack, patch, cancellationToken) switch
        {
            ChangeStackResult.Done done => Results.Ok(new { done.Changed, ignored = done.Ignored.Select(Ignored), stack = Answer((await stacks.FindAsync(view.Id, stack, cancellationToken))!, await uses.OutdatedAsync(view.Id, cancellationToken)) }),
            ChangeStackResult.NoSuchStack => Problems.NotFound("stack"),
            ChangeStackResult.Invalid invalid => Problems.Invalid(invalid.Field, invalid.Problem),
            ChangeStackResult.Refused refused => DraftProblems.Of(refused.Findings),
            ChangeStackResult.RouteTaken taken => Problems.Conflict($"The route {taken.HostName}{taken.Path} is taken."),
            var other => throw new InvalidOperationException($"An outcome without an answer: {other}."),
        };
    }

    private static async Task<IResult> CompareAsync(string tenant, string stack, int revision, int? from, HttpContext http, TenantQueries tenants, DifferenceQueries differences, CancellationToken cancellationToken) =>
        await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is { } view && await differences.CompareAsync(view.Id, stack, from, revision, cancellationToken) is { } difference
            ? Results.Ok(DifferenceAnswer.Of(difference))
            : Problems.NotFound("revision");

    private static object Ignored(Compose.Finding finding) => new { finding.Line, field = finding.Key, finding.Reason };

    /// <param name="outdated">Of any stack.</param>
    private static object Answer(StackView stack, IReadOnlyList<OutdatedSecret> outdated) => new
    {
        stack.Id,
        stack.Name,
        stack.Template,
        stack.TemplateVersion,
        stack.Healing,
        stack.Outside,
        movesOn = MovingOn.Text(stack.SwitchAfter),
        shared = SharedThings.Answer(stack.Shared),
        stack.CreatedAt,
        stack.CreatedBy,
        runs = stack.Runs.ToDictionary(run => run.Key.Text(stack.Outside), run => run.Value),
        needsRedeploy = outdated.Where(one => one.Stack == stack.Name).Select(one => new { environment = one.Side.Text(one.Outside), one.Secret, one.Runs, one.Newest, one.Services }),
    };
}
