using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Store;

namespace Portal.Stacks;

public sealed record StackView(Guid Id, string Name, string? Template, string? TemplateVersion, DateTimeOffset CreatedAt, string CreatedBy, ImmutableDictionary<Colour, int> Runs);

public sealed record RevisionView(Guid Id, int Number, ImmutableSortedDictionary<string, ImageChoice> Images, DateTimeOffset CreatedAt, string CreatedBy);

/// <summary>What a revision runs differently from another, without any answer's value: any of them may be a password.</summary>
/// <param name="Images">By service; null before: new, null after: gone.</param>
/// <param name="Answers">Names of questions that were answered differently.</param>
/// <param name="Secrets">Name, version before and after.</param>
/// <param name="ComposeBefore">Null where there was none.</param>
public sealed record RevisionDifference(
    ImmutableArray<(string Service, ImageChoice? Before, ImageChoice? After)> Images,
    ImmutableArray<string> Answers,
    ImmutableArray<(string Name, int? Before, int? After)> Secrets,
    string? ComposeBefore,
    string ComposeAfter)
{
    /// <summary>Names of files that differ.</summary>
    public ImmutableArray<string> Files { get; init; } = [];

    public bool Nothing => Files.IsEmpty && Images.IsEmpty && Answers.IsEmpty && Secrets.IsEmpty && ComposeBefore == ComposeAfter;
}

public sealed record RouteView(Guid Id, string Stack, string Service, int Port, string HostName, string Path);

public sealed class StackQueries(PortalDbFactory databases, SecretBox box)
{
    public async Task<IReadOnlyList<StackView>> ListAsync(Guid tenant, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        var stacks = await db.Stacks.AsNoTracking().Where(stack => stack.RemovedAt == null).OrderBy(stack => stack.Name).ToListAsync(cancellationToken);
        var runs = await RunsAsync(db, cancellationToken);
        return [.. stacks.Select(stack => View(stack, runs))];
    }

    public async Task<StackView?> FindAsync(Guid tenant, string name, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        var stack = await db.Stacks.AsNoTracking().SingleOrDefaultAsync(stack => stack.Name == name && stack.RemovedAt == null, cancellationToken);
        return stack is null ? null : View(stack, await RunsAsync(db, cancellationToken));
    }

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<RevisionView>> RevisionsAsync(Guid tenant, Guid stack, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        return await db.Revisions.AsNoTracking().Where(revision => revision.StackId == stack).OrderByDescending(revision => revision.Number)
            .Select(revision => new RevisionView(revision.Id, revision.Number, revision.Images, revision.CreatedAt, revision.CreatedBy)).Take(100).ToListAsync(cancellationToken);
    }

    /// <param name="before">Null: compared with nothing.</param>
    /// <returns>Null where the stack has no revision of one of the numbers.</returns>
    public async Task<RevisionDifference?> CompareAsync(Guid tenant, string stack, int? before, int after, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        var rows = await (
            from revision in db.Revisions.AsNoTracking()
            join named in db.Stacks on revision.StackId equals named.Id
            where named.Name == stack && named.RemovedAt == null && (revision.Number == before || revision.Number == after)
            select revision).ToDictionaryAsync(revision => revision.Number, cancellationToken);
        if (!rows.TryGetValue(after, out var now) || (before is { } number && !rows.ContainsKey(number)))
        {
            return null;
        }

        var former = before is null ? null : rows[before.Value];
        var (answersNow, answersFormer) = (box.OpenAnswers(now.AnswersSealed), former is null ? null : box.OpenAnswers(former.AnswersSealed));
        var (filesNow, filesFormer) = (box.OpenFiles(now.FilesSealed), box.OpenFiles(former?.FilesSealed));
        return new RevisionDifference(
            [.. Names(former?.Images.Keys, now.Images.Keys).Select(name => (name, former?.Images.GetValueOrDefault(name), now.Images.GetValueOrDefault(name))).Where(image => image.Item2 != image.Item3)],
            answersFormer is null ? [] : [.. Names(answersFormer.Keys, answersNow.Keys).Where(name => answersFormer.GetValueOrDefault(name) != answersNow.GetValueOrDefault(name))],
            [.. Names(former?.SecretVersions.Keys, now.SecretVersions.Keys).Select(name => (name, Version(former, name), Version(now, name))).Where(secret => secret.Item2 != secret.Item3)],
            former?.Compose,
            now.Compose)
        {
            Files = [.. Names(filesFormer.Keys, filesNow.Keys).Where(name => filesFormer.GetValueOrDefault(name) != filesNow.GetValueOrDefault(name))],
        };

        static IEnumerable<string> Names(IEnumerable<string>? one, IEnumerable<string> other) => (one ?? []).Union(other, StringComparer.Ordinal).Order(StringComparer.Ordinal);

        static int? Version(Revision? revision, string name) => revision?.SecretVersions.TryGetValue(name, out var version) == true ? version : null;
    }

    public async Task<string> ComposeAsync(Guid tenant, Guid stack, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        return await db.Stacks.Where(row => row.Id == stack).Select(row => row.Compose).SingleAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<RouteView>> RoutesAsync(Guid tenant, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        return await (
            from route in db.Routes.AsNoTracking()
            join stack in db.Stacks on route.StackId equals stack.Id
            orderby route.HostName, route.Path
            select new RouteView(route.Id, stack.Name, route.Service, route.Port, route.HostName, route.Path)).ToListAsync(cancellationToken);
    }

    private static async Task<ILookup<Guid, (Colour Colour, int Number)>> RunsAsync(PortalDb db, CancellationToken cancellationToken)
    {
        var rows = await (
            from placement in db.Placements.AsNoTracking()
            join environment in db.Environments on placement.EnvironmentId equals environment.Id
            join revision in db.Revisions on placement.RevisionId equals revision.Id
            select new { placement.StackId, environment.Colour, revision.Number }).ToListAsync(cancellationToken);
        return rows.ToLookup(row => row.StackId, row => (row.Colour, row.Number));
    }

    private static StackView View(Stack stack, ILookup<Guid, (Colour Colour, int Number)> runs) => new(
        stack.Id, stack.Name, stack.Template, stack.TemplateVersion, stack.CreatedAt, stack.CreatedBy,
        runs[stack.Id].ToImmutableDictionary(run => run.Colour, run => run.Number));
}
