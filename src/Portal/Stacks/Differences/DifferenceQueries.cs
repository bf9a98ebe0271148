using Microsoft.EntityFrameworkCore;
using Portal.Store;

namespace Portal.Stacks.Differences;

/// <summary>What changes from one revision of a stack to another, or to one that a deployment would make.</summary>
public sealed class DifferenceQueries(PortalDbFactory databases, RevisionReader reader, RevisionWriter writer, SecretBox box)
{
    /// <param name="before">Null: compared with nothing.</param>
    /// <returns>Null where the stack has no revision of one of the numbers.</returns>
    public async Task<RevisionDifference?> CompareAsync(Guid tenant, string stack, int? before, int after, CancellationToken cancellationToken)
    {
        var revisions = await RevisionsAsync(tenant, stack, [before, after], cancellationToken);
        return revisions.GetValueOrDefault(after) is not { } now || (before is { } number && !revisions.ContainsKey(number))
            ? null
            : Differ.Between(before is { } former ? SnapshotOf(revisions[former]) : null, SnapshotOf(now));
    }

    /// <summary>With a revision that is still to be made.</summary>
    /// <param name="before">Null: compared with nothing.</param>
    public async Task<RevisionDifference> CompareAsync(Guid tenant, string stack, int? before, RevisionDraft draft, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        var latest = await (
            from revision in db.Revisions.AsNoTracking()
            join named in db.Stacks on revision.StackId equals named.Id
            where named.Name == stack && named.RemovedAt == null
            orderby revision.Number descending
            select revision).FirstOrDefaultAsync(cancellationToken);
        var rendered = writer.Settle(draft, latest);
        var former = (await RevisionsAsync(tenant, stack, [before], cancellationToken)).Values.SingleOrDefault();
        return Differ.Between(
            former is null ? null : SnapshotOf(former),
            new Snapshot(draft.Definition, rendered.Images, rendered.SecretVersions, rendered, null));
    }

    private async Task<Dictionary<int, Revision>> RevisionsAsync(Guid tenant, string stack, IEnumerable<int?> numbers, CancellationToken cancellationToken)
    {
        var asked = numbers.OfType<int>().ToList();
        await using var db = databases.Tenant(tenant);
        return await (
            from revision in db.Revisions.AsNoTracking()
            join named in db.Stacks on revision.StackId equals named.Id
            where named.Name == stack && named.RemovedAt == null && asked.Contains(revision.Number)
            select revision).ToDictionaryAsync(revision => revision.Number, cancellationToken);
    }

    private Snapshot SnapshotOf(Revision revision)
    {
        var definition = box.OpenDefinition(revision);
        try
        {
            return new Snapshot(definition, revision.Images, revision.SecretVersions, reader.Read(revision), null);
        }
        catch (InvalidDataException error)
        {
            return new Snapshot(definition, revision.Images, revision.SecretVersions, null, error.Message);
        }
    }
}
