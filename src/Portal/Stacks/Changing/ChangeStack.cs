using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Compose;
using Portal.Store;

namespace Portal.Stacks.Changing;

public abstract record ChangeStackResult
{
    public sealed record Done(bool Changed, ImmutableArray<Finding> Ignored) : ChangeStackResult;

    public sealed record NoSuchStack : ChangeStackResult;

    public sealed record Invalid(string Field, string Problem) : ChangeStackResult;

    public sealed record Refused(ImmutableArray<Finding> Findings) : ChangeStackResult;

    public sealed record RouteTaken(string HostName, string Path) : ChangeStackResult;
}

/// <summary>
/// Changes what a stack is made of. What runs stays as it is until somebody deploys; only the routes that the text brings along follow at once.
/// </summary>
public sealed class ChangeStack(Changes changes, StackTexts texts, StackSecrets secrets, SecretBox box, TimeProvider clock)
{
    public Task<ChangeStackResult> ExecuteAsync(Actor actor, Guid tenant, string name, StackPatch patch, CancellationToken cancellationToken)
    {
        var permit = actor.Demand(Permission.StackEdit, tenant);
        if (StackFiles.Problem(Given(patch)) is var (file, complaint))
        {
            return Task.FromResult<ChangeStackResult>(new ChangeStackResult.Invalid(file, complaint));
        }

        if (patch.Healing.Given)
        {
            // It keeps live running: who may not touch live may not stop that either.
            actor.Demand(Permission.DeployLive, tenant);
        }

        if (patch.MovesOn is { Given: true, Value: not null })
        {
            // From then on whoever may deploy to standby, or has a webhook's secret, has the tenant switched.
            actor.Demand(Permission.Switch, tenant);
        }

        return changes.RunAsync(permit, db => ChangeAsync(db, actor, tenant, name, patch, cancellationToken), cancellationToken);
    }

    private async Task<Changed<ChangeStackResult>> ChangeAsync(PortalDb db, Actor actor, Guid tenant, string name, StackPatch patch, CancellationToken cancellationToken)
    {
        // Of two patches of different fields at the same instant, both hold.
        if (await db.Stacks.FromSql($"select * from stacks where name = {name} and tenant_id = {tenant} and removed_at is null for update").SingleOrDefaultAsync(cancellationToken) is not { } stack)
        {
            return Changed.Nothing<ChangeStackResult>(new ChangeStackResult.NoSuchStack());
        }

        if (stack.Outside && patch.MovesOn is { Given: true, Value: not null })
        {
            return Changed.Nothing<ChangeStackResult>(new ChangeStackResult.Invalid("movesOn", "The stack is outside the pair: its deployments are live at once, and no switch follows them."));
        }

        if (patch.Shared.Given && !SharedThings.Keeps(stack.Shared, patch.Shared.Value))
        {
            // Whoever may not give a migration the word that it needs may not have it need none either.
            actor.Demand(Permission.MigrationVouch, tenant);
        }

        var before = box.OpenDefinition(stack);
        var (definition, version, problem) = patch.TouchesDefinition ? Merge(stack, before, patch) : (before, stack.TemplateVersion, null);
        if (definition is null)
        {
            return Changed.Nothing(problem!);
        }

        var read = definition.Read(StackPolicy.Default);
        secrets.Learn(stack, definition, read);
        if (StackFiles.Unasked(Given(patch), read) is { } unasked)
        {
            return Changed.Nothing<ChangeStackResult>(new ChangeStackResult.Invalid($"files.{unasked}", "The Compose text names no such file under env_file, label_file or a config."));
        }

        definition = definition with { Files = StackFiles.Asked(definition.Files, read) };
        if (patch.TouchesDefinition && (read.Stack is null || read.Verdict != Verdict.Accepted))
        {
            return Changed.Nothing<ChangeStackResult>(new ChangeStackResult.Refused(read.Findings));
        }

        if (patch.TouchesDefinition && await OutsideRules.ProblemAsync(db, box, tenant, stack.Outside, stack.Id, read.Stack!, cancellationToken) is { } misplaced)
        {
            return Changed.Nothing<ChangeStackResult>(new ChangeStackResult.Invalid("compose", misplaced));
        }

        var after = new { template = patch.Template.Or(stack.Template), version, healing = patch.Healing.Given ? patch.Healing.Value ?? true : stack.Healing, movesOn = patch.MovesOn.Or(stack.SwitchAfter), shared = patch.Shared.Or(stack.Shared) };
        if (Same(before, definition) && (after.template, after.version, after.healing, after.movesOn) == (stack.Template, stack.TemplateVersion, stack.Healing, stack.SwitchAfter) && after.shared.SequenceEqual(stack.Shared))
        {
            return Changed.Nothing<ChangeStackResult>(new ChangeStackResult.Done(false, Ignored(read)));
        }

        if (patch.TouchesDefinition && await FollowAsync(db, stack, before, read.Stack!, cancellationToken) is { } wrong)
        {
            return Changed.Nothing(wrong);
        }

        var line = Line(stack, before, definition, after.template, after.version, after.healing, after.movesOn, after.shared, tenant);
        (stack.Compose, stack.Rancher, stack.AnswersSealed, stack.FilesSealed) = (definition.Compose, definition.Rancher, box.SealAnswers(definition.Answers), box.SealFiles(definition.Files));
        (stack.Template, stack.TemplateVersion, stack.Healing, stack.SwitchAfter, stack.Shared) = (after.template, after.version, after.healing, after.movesOn, after.shared);
        return Changed.Of<ChangeStackResult>(new ChangeStackResult.Done(true, Ignored(read)), line);
    }

    private (StackDefinition? Definition, string? Version, ChangeStackResult? Problem) Merge(Stack stack, StackDefinition before, StackPatch patch)
    {
        var template = patch.Template.Or(stack.Template);
        if (template is null)
        {
            return patch.Version is { Given: true, Value: not null } ? Wrong("version", "Only a template of the catalog has versions.")
                : patch.Compose is { Given: true, Value: null } ? Wrong("compose", "A stack is nothing without its Compose text.")
                : (new StackDefinition(patch.Compose.Or(before.Compose)!, patch.Rancher.Or(before.Rancher), Merged(before.Answers, patch.Answers, patch.WithoutAnswers)) { Files = Merged(before.Files, patch.Files, patch.WithoutFiles) }, null, null);
        }

        if (patch.Compose.Given || patch.Rancher.Given)
        {
            return Wrong(patch.Compose.Given ? "compose" : "rancherCompose", $"The stack comes from the catalog's {template}. Give template: null as well, to part it from there.");
        }

        var version = patch.Version.Given ? patch.Version.Value : template == stack.Template ? stack.TemplateVersion : null;
        var kept = texts.Asked(template, version, before.Answers);
        return texts.Of(template, version, Merged(kept, patch.Answers, patch.WithoutAnswers), Merged(texts.Overrides(stack.Template, stack.TemplateVersion, before.Files), patch.Files, patch.WithoutFiles)) switch
        {
            StackTextsResult.Ready ready => (ready.Definition, ready.Version, null),
            StackTextsResult.Invalid invalid => Wrong(invalid.Field, invalid.Problem),
            StackTextsResult.Refused refused => (null, null, new ChangeStackResult.Refused(refused.Findings)),
            var other => throw new InvalidOperationException($"An outcome without an answer: {other}."),
        };

        static (StackDefinition?, string?, ChangeStackResult?) Wrong(string field, string problem) => (null, null, new ChangeStackResult.Invalid(field, problem));
    }

    private static ImmutableSortedDictionary<string, string> Merged(ImmutableSortedDictionary<string, string> before, ImmutableSortedDictionary<string, string?> patch, bool without) =>
        (without ? before.Clear() : before)
            .RemoveRange(patch.Keys)
            .AddRange(patch.Where(entry => entry.Value is not null).Select(entry => KeyValuePair.Create(entry.Key, entry.Value!)));

    private static ImmutableSortedDictionary<string, string> Given(StackPatch patch) => Merged(ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal), patch.Files, without: false);

    /// <summary>Routes that only the former text asked for go, new ones come. What was added by hand stays.</summary>
    private async Task<ChangeStackResult?> FollowAsync(PortalDb db, Stack stack, StackDefinition before, ComposeStack after, CancellationToken cancellationToken)
    {
        var (wanted, problems) = StackRoutes.Read(after);
        if (problems.Count > 0)
        {
            return new ChangeStackResult.Refused([.. problems]);
        }

        var former = before.Read(StackPolicy.Default).Stack is { } read ? StackRoutes.Read(read).Routes : [];
        var there = await db.Routes.Where(route => route.StackId == stack.Id).ToListAsync(cancellationToken);
        db.Routes.RemoveRange(there.Where(route => former.Any(one => Is(route, one)) && !wanted.Any(one => Is(route, one))));
        var fresh = wanted.Where(one => !there.Exists(route => Is(route, one))).ToList();
        if (await db.TakenAsync(fresh, besides: stack.Id, cancellationToken) is { } elsewhere)
        {
            return new ChangeStackResult.RouteTaken(elsewhere.HostName, elsewhere.Path);
        }

        db.Routes.AddRange(fresh.Select(route => route.For(stack, clock.GetUtcNow())));
        return null;

        static bool Is(Route route, WantedRoute wanted) => (route.HostName, route.Path, route.Service, route.Port) == (wanted.HostName, wanted.Path, wanted.Service, wanted.Port);
    }

    /// <summary>Answers may be passwords, and so may what stands in a text or a file: their names, and that the text is another.</summary>
    private static AuditLine Line(Stack stack, StackDefinition before, StackDefinition after, string? template, string? version, bool healing, TimeSpan? movesOn, ImmutableArray<SharedThing> shared, Guid tenant) => new("stack.changed", "stack", stack.Name)
    {
        Before = new { stack.Template, stack.TemplateVersion, stack.Healing, movesOn = MovingOn.Text(stack.SwitchAfter), shared = SharedThings.Answer(stack.Shared), compose = Digest(before.Compose), rancher = Digest(before.Rancher), answered = before.Answers.Keys, files = before.Files.Keys },
        After = new
        {
            template,
            templateVersion = version,
            healing,
            movesOn = MovingOn.Text(movesOn),
            shared = SharedThings.Answer(shared),
            compose = Digest(after.Compose),
            rancher = Digest(after.Rancher),
            answered = after.Answers.Keys,
            files = after.Files.Keys,
            filesAnew = after.Files.Where(file => before.Files.GetValueOrDefault(file.Key) != file.Value).Select(file => file.Key),
            answeredAnew = after.Answers.Where(answer => before.Answers.GetValueOrDefault(answer.Key) != answer.Value).Select(answer => answer.Key),
        },
        Correlation = stack.Id,
        Notes = [new ChangeNote(tenant, "stack", stack.Id), new ChangeNote(tenant, "route", stack.Id)],
    };

    private static bool Same(StackDefinition one, StackDefinition other) =>
        one.Compose == other.Compose && one.Rancher == other.Rancher && one.Answers.SequenceEqual(other.Answers) && one.Files.SequenceEqual(other.Files);

    private static ImmutableArray<Finding> Ignored(ComposeResult read) => [.. read.Findings.Where(finding => finding.Outcome == FindingOutcome.Ignored)];

    private static string? Digest(string? text) => text is null ? null : "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..12];
}
