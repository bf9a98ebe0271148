using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Store;

namespace Portal.Deployments.Images;

/// <param name="Succeeded">It has run somewhere.</param>
/// <param name="InUse">One side runs it or is to run it, or a deployment that is not over has to do with it.</param>
public sealed record KeptRevision(Guid Stack, int Number, ImmutableArray<string> Digests, bool Succeeded, bool InUse);

/// <summary>Digests that must stay on the hosts.</summary>
public static class NeededImages
{
    /// <summary>What is in use; and of each stack what its newest revisions run, and its newest that have run. Pure.</summary>
    public static ImmutableHashSet<string> Of(IEnumerable<KeptRevision> revisions, int keep) =>
    [
        .. from stack in revisions.GroupBy(revision => revision.Stack)
           let newest = stack.OrderByDescending(revision => revision.Number).ToList()
           from revision in newest.Take(keep).Concat(newest.Where(revision => revision.Succeeded).Take(keep)).Concat(newest.Where(revision => revision.InUse))
           from digest in revision.Digests
           select digest,
    ];

    /// <summary>Of all tenants.</summary>
    public static async Task<ImmutableHashSet<string>> ReadAsync(PortalDb db, int keep, CancellationToken cancellationToken)
    {
        // A placement is what a side is wanted to run: live, standby, and the former live side while the way back is open.
        var used = (await db.Placements.Select(row => row.RevisionId)
            .Concat(db.Deployments.Where(row => row.State == DeploymentState.Queued || row.State == DeploymentState.Running).Select(row => row.RevisionId))
            .Concat(db.Deployments.Where(row => (row.State == DeploymentState.Queued || row.State == DeploymentState.Running) && row.FormerRevisionId != null).Select(row => row.FormerRevisionId!.Value))
            .ToListAsync(cancellationToken)).ToHashSet();
        var succeeded = (await db.Deployments.Where(row => row.State == DeploymentState.Succeeded).Select(row => row.RevisionId).Distinct().ToListAsync(cancellationToken)).ToHashSet();
        var revisions = await (
            from revision in db.Revisions.AsNoTracking()
            join stack in db.Stacks on revision.StackId equals stack.Id
            where stack.RemovedAt == null
            select new { revision.Id, revision.StackId, revision.Number, revision.Images }).ToListAsync(cancellationToken);
        return Of(
            revisions.Select(revision => new KeptRevision(
                revision.StackId, revision.Number, [.. revision.Images.Values.Select(image => image.Digest).OfType<string>()], succeeded.Contains(revision.Id), used.Contains(revision.Id))),
            keep);
    }
}
