using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Compose;
using Portal.Store;

namespace Portal.Stacks;

/// <summary>Either a template of the catalog with answers, or Compose text written by hand.</summary>
public sealed record NewStack(string Name, string? Template, string? Version, string? Compose, string? Rancher, ImmutableSortedDictionary<string, string> Answers)
{
    /// <summary>Where its definition was read back from; null: nowhere.</summary>
    public string? AdoptedFrom { get; init; }

    /// <summary>It runs once for the tenant, beside the pair. For good.</summary>
    public bool Outside { get; init; }

    /// <summary>Files that the text names, by the name as written there; those of a template come from its folder where they are not here.</summary>
    public ImmutableSortedDictionary<string, string> Files { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>What both sides work on; as <see cref="SharedThings"/> reads it.</summary>
    public ImmutableArray<SharedThing> Shared { get; init; } = [];
}

public abstract record CreateStackResult
{
    public sealed record Created(Guid StackId, ImmutableArray<Finding> Ignored) : CreateStackResult;

    public sealed record Invalid(string Field, string Problem) : CreateStackResult;

    /// <summary>Findings of the Compose text, each with its line.</summary>
    public sealed record Refused(ImmutableArray<Finding> Findings) : CreateStackResult;

    public sealed record NameTaken : CreateStackResult;

    public sealed record RouteTaken(string HostName, string Path) : CreateStackResult;
}

/// <summary>Takes a stack in: read, held against the policy, with the routes that it asks for. Nothing runs yet.</summary>
public sealed partial class CreateStack(Changes changes, StackTexts texts, StackSecrets secrets, SecretBox box, TimeProvider clock)
{
    public async Task<CreateStackResult> ExecuteAsync(Actor actor, Guid tenant, NewStack wanted, CancellationToken cancellationToken)
    {
        var permit = actor.Demand(Permission.StackEdit, tenant);
        if (wanted.Outside)
        {
            // Its names are everybody's in the tenant from then on, and live's containers are connected to where they will be.
            actor.Demand(Permission.DeployLive, tenant);
        }

        if (!NamePattern().IsMatch(wanted.Name))
        {
            return new CreateStackResult.Invalid("name", "Lower-case letters, digits and hyphens, at most 32, no hyphen at either end.");
        }

        if (StackFiles.Problem(wanted.Files) is var (file, complaint))
        {
            return new CreateStackResult.Invalid(file, complaint);
        }

        var (definition, version, problem) = Define(wanted);
        if (definition is null)
        {
            return problem!;
        }

        var read = definition.Read(StackPolicy.Default);
        if (StackFiles.Unasked(wanted.Files, read) is { } unasked)
        {
            return new CreateStackResult.Invalid($"files.{unasked}", "The Compose text names no such file under env_file, label_file or a config.");
        }

        definition = definition with { Files = StackFiles.Asked(definition.Files, read) };
        if (read.Stack is not { } compose || read.Verdict != Verdict.Accepted)
        {
            return new CreateStackResult.Refused(read.Findings);
        }

        var (routes, routeProblems) = StackRoutes.Read(compose);
        if (routeProblems.Count > 0)
        {
            return new CreateStackResult.Refused([.. routeProblems]);
        }

        try
        {
            return await changes.RunAsync(permit, db => AddAsync(db, permit, tenant, wanted, definition, version, routes, read, cancellationToken), cancellationToken);
        }
        catch (ConflictException error) when (error.Constraint == "stacks_name")
        {
            return new CreateStackResult.NameTaken();
        }
    }

    private (StackDefinition? Definition, string? Version, CreateStackResult? Problem) Define(NewStack wanted)
    {
        if (wanted.Template is null)
        {
            return string.IsNullOrWhiteSpace(wanted.Compose)
                ? (null, null, new CreateStackResult.Invalid("compose", "Give either a template of the catalog or Compose text."))
                : (new StackDefinition(wanted.Compose, wanted.Rancher, wanted.Answers) { Files = wanted.Files }, null, null);
        }

        return texts.Of(wanted.Template, wanted.Version, wanted.Answers, wanted.Files) switch
        {
            StackTextsResult.Ready ready => (ready.Definition, ready.Version, null),
            StackTextsResult.Invalid invalid => (null, null, new CreateStackResult.Invalid(invalid.Field, invalid.Problem)),
            StackTextsResult.Refused refused => (null, null, new CreateStackResult.Refused(refused.Findings)),
            var other => throw new InvalidOperationException($"An outcome without an answer: {other}."),
        };
    }

    private async Task<Changed<CreateStackResult>> AddAsync(
        PortalDb db, Permit permit, Guid tenant, NewStack wanted, StackDefinition definition, string? version, IReadOnlyList<WantedRoute> routes, ComposeResult read, CancellationToken cancellationToken)
    {
        if (await db.Stacks.AnyAsync(stack => stack.Name == wanted.Name && stack.RemovedAt == null, cancellationToken))
        {
            return Changed.Nothing<CreateStackResult>(new CreateStackResult.NameTaken());
        }

        if (await db.TakenAsync(routes, besides: null, cancellationToken) is { } elsewhere)
        {
            return Changed.Nothing<CreateStackResult>(new CreateStackResult.RouteTaken(elsewhere.HostName, elsewhere.Path));
        }

        if (await OutsideRules.ProblemAsync(db, box, tenant, wanted.Outside, besides: null, read.Stack!, cancellationToken) is { } misplaced)
        {
            return Changed.Nothing<CreateStackResult>(new CreateStackResult.Invalid(wanted.Outside ? OutsideRules.Field : "compose", misplaced));
        }

        var now = clock.GetUtcNow();
        var stack = new Stack
        {
            Id = Guid.CreateVersion7(now),
            TenantId = tenant,
            Name = wanted.Name,
            Outside = wanted.Outside,
            Template = wanted.Template,
            TemplateVersion = version,
            Compose = definition.Compose,
            Rancher = definition.Rancher,
            AnswersSealed = box.SealAnswers(definition.Answers),
            FilesSealed = box.SealFiles(definition.Files),
            Shared = wanted.Shared,
            CreatedAt = now,
            CreatedBy = permit.Actor.Name,
        };
        secrets.Learn(stack, definition, read);
        db.Stacks.Add(stack);
        db.Routes.AddRange(routes.Select(route => route.For(stack, now)));
        return (new CreateStackResult.Created(stack.Id, [.. read.Findings.Where(finding => finding.Outcome == FindingOutcome.Ignored)]), new AuditLine(wanted.AdoptedFrom is null ? "stack.created" : "stack.adopted", "stack", stack.Name)
        {
            // Answers may be passwords, and files hold some: their names are enough.
            After = new { stack.Name, stack.Template, stack.TemplateVersion, wanted.AdoptedFrom, outside = stack.Outside ? true : (bool?)null, answered = definition.Answers.Keys, files = definition.Files.IsEmpty ? null : definition.Files.Keys, shared = wanted.Shared.IsEmpty ? null : SharedThings.Answer(wanted.Shared), routes = routes.Select(route => route.HostName + route.Path) },
            Correlation = stack.Id,
            Notes = [new ChangeNote(tenant, "stack", stack.Id), new ChangeNote(tenant, "route", stack.Id)],
        });
    }

    [GeneratedRegex("^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$")]
    private static partial Regex NamePattern();
}
