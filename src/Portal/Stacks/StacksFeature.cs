using System.Collections.Immutable;
using Portal.Access;
using Portal.Tenants;

namespace Portal.Stacks;

/// <summary>Either <paramref name="Template"/> with answers, or <paramref name="Compose"/>.</summary>
public sealed record StackBody(string? Name, string? Template, string? Version, Dictionary<string, string>? Answers, string? Compose, string? RancherCompose)
{
    /// <summary>Files that the text names, such as those of env_file, by name; never answered again.</summary>
    public Dictionary<string, string>? Files { get; init; }
}

public static class StacksFeature
{
    public static void AddStacks(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<StackSecrets>();
        services.AddSingleton<DefinitionReader>();
        services.AddSingleton<RevisionReader>();
        services.AddSingleton<RevisionWriter>();
        services.AddSingleton<DigestResolver>();
        services.AddSingleton<DraftRevision>();
        services.AddSingleton<CreateStack>();
        services.AddSingleton<StackQueries>();
        services.AddSingleton<StackServiceQueries>();
        services.AddSingleton<StackUses>();
        services.AddSingleton<RemoveSecret>();
        services.AddSingleton<AddRoute>();
        services.AddSingleton<RemoveRoute>();
    }

    public static void MapStacks(this IEndpointRouteBuilder api)
    {
        api.MapGet("/tenants/{tenant}/stacks", ListAsync).WithName("ListStacks").WithSummary("A tenant's stacks, and which revision runs where").WithTags("Stacks");
        api.MapPost("/tenants/{tenant}/stacks", CreateAsync).WithName("CreateStack").WithSummary("Makes a stack from a template with answers, or from Compose text").WithTags("Stacks");
        api.MapGet("/tenants/{tenant}/stacks/{stack}", GetAsync).WithName("GetStack").WithSummary("One stack with its revisions").WithTags("Stacks");
        api.MapDelete("/tenants/{tenant}/secrets/{name}", RemoveSecretAsync).WithName("RemoveSecret").WithSummary("Removes a secret that no stack uses").WithTags("Secrets");
        RouteEndpoints.Map(api);
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

    private static async Task<IResult> CreateAsync(string tenant, StackBody body, HttpContext http, TenantQueries tenants, CreateStack create, CancellationToken cancellationToken)
    {
        if (await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is not { } view)
        {
            return Problems.NotFound("tenant");
        }

        var answers = (body.Answers ?? []).ToImmutableSortedDictionary(StringComparer.Ordinal);
        var wanted = new NewStack(body.Name ?? "", body.Template, body.Version, body.Compose, body.RancherCompose, answers) { Files = (body.Files ?? []).ToImmutableSortedDictionary(StringComparer.Ordinal) };
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

    private static async Task<IResult> RemoveSecretAsync(string tenant, string name, HttpContext http, TenantQueries tenants, RemoveSecret remove, CancellationToken cancellationToken)
    {
        if (await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is not { } view)
        {
            return Problems.NotFound("tenant");
        }

        return await remove.ExecuteAsync(http.Actor(), view.Id, name, cancellationToken) switch
        {
            RemoveSecretResult.Removed => Results.NoContent(),
            RemoveSecretResult.NotFound => Problems.NotFound("secret"),
            RemoveSecretResult.InUse used => Problems.Conflict(used.Sentence),
            var other => throw new InvalidOperationException($"An outcome without an answer: {other}."),
        };
    }

    /// <param name="outdated">Of any stack.</param>
    private static object Answer(StackView stack, IReadOnlyList<OutdatedSecret> outdated) => new
    {
        stack.Id,
        stack.Name,
        stack.Template,
        stack.TemplateVersion,
        stack.CreatedAt,
        stack.CreatedBy,
        runs = stack.Runs.ToDictionary(run => run.Key.Text(), run => run.Value),
        needsRedeploy = outdated.Where(one => one.Stack == stack.Name).Select(one => new { environment = one.Side.Text(), one.Secret, one.Runs, one.Newest, one.Services }),
    };
}
