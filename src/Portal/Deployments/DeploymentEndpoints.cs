using System.Collections.Immutable;
using Portal.Access;
using Portal.Deployments.Migrating;
using Portal.Deployments.Scaling;
using Portal.Stacks;
using Portal.Stacks.Differences;
using Portal.Tenants;

namespace Portal.Deployments;

/// <param name="Target"><c>standby</c> (default), <c>live</c>, <c>both</c>, <c>blue</c> or <c>green</c>.</param>
/// <param name="Images">Service → image reference.</param>
/// <param name="Revision">An earlier revision to run again.</param>
/// <param name="Replicas">Service → how many of it; the others stay as they are.</param>
/// <param name="Migration">It changes what both sides share, and needs an operator's word where they share something.</param>
/// <param name="Compatible">That word, of an operator who asks: why the side that runs the former version goes on working.</param>
public sealed record DeploymentBody(string? Target, Dictionary<string, string>? Images, int? Revision, bool? Force, Dictionary<string, int>? Replicas, bool? Migration, string? Compatible);

/// <param name="Reason">Why the side that runs the former version goes on working.</param>
public sealed record WordBody(string? Reason);

internal static class DeploymentEndpoints
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/tenants/{tenant}/stacks/{stack}/deployments", RequestAsync).WithName("RequestDeployment").WithSummary("Asks for a deployment to standby, live, both, or a colour").WithTags("Deployments");
        ScaleEndpoints.Map(api);
        api.MapPost("/tenants/{tenant}/stacks/{stack}/deployments/preview", PreviewAsync).WithName("PreviewDeployment").WithSummary("What such a deployment would change: images, variables, mounts and all else, secrets masked. Nothing is done").WithTags("Deployments");
        api.MapGet("/tenants/{tenant}/deployments", ListAsync).WithName("ListDeployments").WithSummary("A tenant's deployments, newest first").WithTags("Deployments");
        api.MapGet("/deployments/{id:guid}", GetAsync).WithName("GetDeployment").WithSummary("One deployment; with wait, once it has ended").WithTags("Deployments");
        api.MapGet("/deployments/{id:guid}/log", LogAsync).WithName("GetDeploymentLog").WithSummary("A deployment's log after a line").WithTags("Deployments");
        api.MapPost("/deployments/{id:guid}/compatible", VouchAsync).WithName("VouchForMigration").WithSummary("An operator's word that a migration which waits for it is backward compatible: it goes on").WithTags("Deployments");
        api.MapPost("/deployments/{id:guid}/cancel", CancelAsync).WithName("CancelDeployment").WithSummary("Asks a deployment to stop: what ran before runs on").WithTags("Deployments");
    }

    private static async Task<IResult> RequestAsync(string tenant, string stack, DeploymentBody body, HttpContext http, TenantQueries tenants, RequestDeployment request, CancellationToken cancellationToken)
    {
        var actor = http.Actor();
        if (await tenants.FindAsync(actor, tenant, cancellationToken) is not { } view)
        {
            return Problems.NotFound("tenant");
        }

        var (wanted, problem) = Read(body);
        if (wanted is null)
        {
            return problem!;
        }

        var result = await request.ExecuteAsync(actor, view.Id, stack, wanted, cancellationToken);
        return result switch
        {
            RequestDeploymentResult.Accepted accepted => Results.Accepted($"/api/v1/deployments/{accepted.Deployments[^1]}", new
            {
                id = accepted.Deployments[^1],
                deployments = accepted.Deployments,
                revision = accepted.Revision,
                accepted.Unchanged,
                accepted.WaitsForWord,
                statusUrl = $"/api/v1/deployments/{accepted.Deployments[^1]}",
            }),
            _ => Refusal(result),
        };
    }

    private static async Task<IResult> PreviewAsync(string tenant, string stack, DeploymentBody body, HttpContext http, TenantQueries tenants, PreviewDeployment preview, CancellationToken cancellationToken)
    {
        if (await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is not { } view)
        {
            return Problems.NotFound("tenant");
        }

        var (wanted, problem) = Read(body);
        if (wanted is null)
        {
            return problem!;
        }

        return await preview.ExecuteAsync(http.Actor(), view.Id, stack, wanted, cancellationToken) switch
        {
            PreviewDeploymentResult.Shown shown => Results.Ok(new
            {
                blocked = shown.Blocked?.Obstacles,
                sides = shown.Sides.Select(side => new { environment = side.Side.Text(shown.Outside), revision = side.Before, difference = DifferenceAnswer.Of(side.Difference) }),
            }),
            PreviewDeploymentResult.Refused refused => Refusal(refused.Why),
            var other => throw new InvalidOperationException($"An outcome without an answer: {other}."),
        };
    }

    private static (DeploymentRequest? Request, IResult? Problem) Read(DeploymentBody body)
    {
        if (!DeployTargets.TryParse(body.Target, out var target))
        {
            return (null, Problems.Invalid("target", "standby, live, both, blue or green."));
        }

        if (body is { Revision: not null, Images.Count: > 0 } or { Revision: not null, Replicas.Count: > 0 })
        {
            return (null, Problems.Invalid(body.Images is { Count: > 0 } ? "images" : "replicas", "A revision brings its own images and replicas: give one or the other."));
        }

        return (new DeploymentRequest(target, (body.Images ?? []).ToImmutableSortedDictionary(StringComparer.Ordinal), body.Revision, body.Force ?? false)
        {
            Replicas = (body.Replicas ?? []).ToImmutableSortedDictionary(StringComparer.Ordinal),
            Migration = body.Migration ?? false,
            Compatible = body.Compatible,
        }, null);
    }

    private static IResult Refusal(RequestDeploymentResult result) => result switch
    {
        RequestDeploymentResult.NoSuchStack => Problems.NotFound("stack"),
        RequestDeploymentResult.NoSuchRevision missing => Problems.Invalid("revision", $"The stack has no revision {missing.Number}."),
        RequestDeploymentResult.BadWord bad => Problems.Invalid("compatible", bad.Problem),
        RequestDeploymentResult.Held held => Problems.Conflict(held.Why.Sentence),
        RequestDeploymentResult.EngineUnavailable down => Problems.Unavailable(down.Problem),
        RequestDeploymentResult.Refused refused => DraftProblems.Of(refused.Why),
        _ => throw new InvalidOperationException($"An outcome without an answer: {result}."),
    };

    private static async Task<IResult> ListAsync(string tenant, string? stack, HttpContext http, TenantQueries tenants, DeploymentQueries deployments, CancellationToken cancellationToken) =>
        await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is { } view
            ? Results.Ok((await deployments.ListAsync(view.Id, stack, 100, cancellationToken)).Select(Answer))
            : Problems.NotFound("tenant");

    private static async Task<IResult> GetAsync(Guid id, int? wait, HttpContext http, DeploymentQueries deployments, CancellationToken cancellationToken)
    {
        var longest = TimeSpan.FromSeconds(Math.Clamp(wait ?? 0, 0, (int)LongestWait.TotalSeconds));
        var actor = http.Actor();
        var view = longest > TimeSpan.Zero
            ? await deployments.WaitAsync(actor, id, longest, cancellationToken)
            : await deployments.FindAsync(actor, id, cancellationToken);
        return view is null ? Problems.NotFound("deployment") : Results.Ok(Answer(view));
    }

    private static async Task<IResult> LogAsync(Guid id, long? after, HttpContext http, DeploymentQueries deployments, CancellationToken cancellationToken)
    {
        var view = await deployments.FindAsync(http.Actor(), id, cancellationToken);
        return view is null
            ? Problems.NotFound("deployment")
            : Results.Ok((await deployments.LogAsync(view.TenantId, id, after ?? 0, 1000, cancellationToken)).Select(line => new { line.Id, line.At, kind = Text(line.Kind), line.Step, line.Text, line.Fraction }));
    }

    private static async Task<IResult> VouchAsync(Guid id, WordBody? body, HttpContext http, DeploymentQueries deployments, GiveWord give, CancellationToken cancellationToken)
    {
        var actor = http.Actor();
        if (await deployments.FindAsync(actor, id, cancellationToken) is not { } view)
        {
            return Problems.NotFound("deployment");
        }

        return await give.ExecuteAsync(actor, view.TenantId, id, body?.Reason, cancellationToken) switch
        {
            GiveWordResult.Given => Results.Ok(Answer((await deployments.FindAsync(actor, id, cancellationToken))!)),
            GiveWordResult.NoSuchDeployment => Problems.NotFound("deployment"),
            GiveWordResult.Invalid invalid => Problems.Invalid("reason", invalid.Problem),
            var other => Problems.Conflict(GiveWordRefusals.Sentence(other)),
        };
    }

    private static async Task<IResult> CancelAsync(Guid id, HttpContext http, DeploymentQueries deployments, CancelDeployment cancel, CancellationToken cancellationToken)
    {
        var actor = http.Actor();
        if (await deployments.FindAsync(actor, id, cancellationToken) is not { } view)
        {
            return Problems.NotFound("deployment");
        }

        return await cancel.ExecuteAsync(actor, view.TenantId, id, cancellationToken) switch
        {
            CancelOutcome.Requested => Results.Accepted($"/api/v1/deployments/{id}", new { id }),
            CancelOutcome.EndedAlready => Problems.Conflict("The deployment has ended, or is going back already."),
            CancelOutcome.NoSuchDeployment => Problems.NotFound("deployment"),
        };
    }

    /// <summary>The same shape wherever a deployment is answered; webhooks use it too.</summary>
    public static object Answer(DeploymentView view) => new
    {
        view.Id,
        view.Tenant,
        view.Stack,
        view.Revision,
        view.FormerRevision,
        environment = view.Environment.Text(view.Outside),
        view.Live,
        state = Text(view.State),
        reason = view.Reason == DeploymentReason.None ? null : Text(view.Reason),
        view.ReasonText,
        trigger = Text(view.Trigger),
        view.Actor,
        view.SupersededBy,
        scaledTo = view.Scale,
        migration = view.Migration ? new { view.WordNeeded, waits = view.WaitsForWord, compatible = view.Word } : null,
        view.RequestedAt,
        view.StartedAt,
        view.EndedAt,
        view.Deadline,
        seconds = (view.EndedAt - view.StartedAt)?.TotalSeconds,
    };

    private static string Text<T>(T value)
        where T : struct, Enum => Store.SnakeCase.Of(value.ToString());
}
