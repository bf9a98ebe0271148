using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Store;

namespace Portal.Deployments.Migrating;

/// <summary>A deployment of the stack that needed a word, with what it runs and what was said.</summary>
internal sealed record EarlierMigration(Guid RevisionId, ImmutableSortedDictionary<string, ImageChoice> Images, CompatibleWord? Word);

/// <summary>
/// Which deployments of one stack need somebody's word, and which word holds for them already. What has run is no new migration, nor is
/// what carries the images that a word was given for.
/// </summary>
/// <param name="shares">The two sides share something.</param>
/// <param name="earlier">Newest first.</param>
/// <param name="ran">Fingerprints of what has been deployed well.</param>
internal sealed class MigrationWords(bool shares, IEnumerable<EarlierMigration> earlier, IReadOnlySet<string> ran)
{
    private const int Most = 200;
    private readonly List<EarlierMigration> earlier = [.. earlier];

    public bool Shares => shares;

    /// <param name="flagged">Whoever asks says that it is a migration.</param>
    public (bool Needed, CompatibleWord? Word) Of(Revision revision, bool flagged)
    {
        if (!shares)
        {
            return (false, null);
        }

        var own = earlier.FindAll(one => one.RevisionId == revision.Id);
        var given = own.Select(one => one.Word).FirstOrDefault(word => word is not null);
        return flagged ? (true, given)
            : ran.Contains(revision.Fingerprint) ? (false, null)
            : own.Count > 0 ? (true, given)
            : earlier.Find(one => one.Images.SequenceEqual(revision.Images)) is { } newest ? (true, newest.Word)
            : (false, null);
    }

    public void Add(Revision revision, CompatibleWord? word) => earlier.Insert(0, new EarlierMigration(revision.Id, revision.Images, word));

    /// <summary>As the transaction that holds the stack's lock sees it.</summary>
    public static async Task<MigrationWords> ReadAsync(PortalDb db, Guid stack, bool shares, CancellationToken cancellationToken)
    {
        if (!shares)
        {
            return new MigrationWords(false, [], ImmutableHashSet<string>.Empty);
        }

        var rows = await (
            from deployment in db.Deployments.AsNoTracking().Where(row => row.StackId == stack && row.WordNeeded).OrderByDescending(row => row.RequestedAt).Take(Most)
            join revision in db.Revisions.AsNoTracking() on deployment.RevisionId equals revision.Id
            orderby deployment.RequestedAt descending
            select new { deployment.RevisionId, revision.Images, deployment.WordReason, deployment.WordBy, deployment.WordAt }).ToListAsync(cancellationToken);
        if (rows.Count == 0)
        {
            return new MigrationWords(true, [], ImmutableHashSet<string>.Empty);
        }

        var ran = await (
            from deployment in db.Deployments.AsNoTracking()
            where deployment.StackId == stack && deployment.State == DeploymentState.Succeeded
            join revision in db.Revisions.AsNoTracking() on deployment.RevisionId equals revision.Id
            select revision.Fingerprint).Distinct().ToListAsync(cancellationToken);
        return new MigrationWords(
            true,
            rows.Select(row => new EarlierMigration(row.RevisionId, row.Images, row.WordAt is { } at ? new CompatibleWord(row.WordReason!, row.WordBy!, at) : null)),
            ran.ToHashSet(StringComparer.Ordinal));
    }
}
