using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Compose;
using Portal.Store;

namespace Portal.Stacks;

/// <summary>Everything of a revision but its number, settled before the transaction: registries are slow and databases are not to wait for them.</summary>
public sealed record RevisionDraft(StackDefinition Definition, RenderedStack Rendered);

public abstract record DraftResult
{
    public sealed record Ready(RevisionDraft Draft) : DraftResult;

    /// <summary>The definition is unusable: each finding with its line.</summary>
    public sealed record Unusable(ImmutableArray<Finding> Findings) : DraftResult;

    /// <summary>An image's digest could not be found out.</summary>
    public sealed record NoImage(string Service, string Reference, string Problem) : DraftResult;

    public sealed record UnknownService(string Service) : DraftResult;

    public sealed record UnknownSecret(string Name) : DraftResult;
}

/// <summary>Writes revisions, once each.</summary>
public sealed class RevisionWriter(SecretBox box, TimeProvider clock)
{
    /// <summary>Serialises what is numbered and queued for one stack, until the transaction ends.</summary>
    public Task LockAsync(PortalDb db, Stack stack, CancellationToken cancellationToken) =>
        db.Database.ExecuteAsync($"select 1 from stacks where id = {stack.Id} for update", cancellationToken);

    /// <summary>The stack's latest revision where it would run the same, or a new one with the next number.</summary>
    /// <param name="db">In the transaction that also writes the deployment, after <see cref="LockAsync"/>; the unique index on the number is the backstop.</param>
    public async Task<(Revision Revision, bool Fresh)> WriteAsync(PortalDb db, Stack stack, RevisionDraft draft, string author, CancellationToken cancellationToken)
    {
        var fingerprint = draft.Rendered.Fingerprint();
        var latest = await db.Revisions.AsNoTracking().Where(revision => revision.StackId == stack.Id).OrderByDescending(revision => revision.Number).FirstOrDefaultAsync(cancellationToken);
        if (latest is not null && latest.Fingerprint == fingerprint && latest.Compose == draft.Definition.Compose && latest.Images.SequenceEqual(draft.Rendered.Images))
        {
            return (latest, false);
        }

        var now = clock.GetUtcNow();
        var revision = new Revision
        {
            Id = Guid.CreateVersion7(now),
            TenantId = stack.TenantId,
            StackId = stack.Id,
            Number = (latest?.Number ?? 0) + 1,
            Compose = draft.Definition.Compose,
            Rancher = draft.Definition.Rancher,
            AnswersSealed = box.SealAnswers(draft.Definition.Answers),
            Images = draft.Rendered.Images,
            SecretVersions = draft.Rendered.SecretVersions,
            Nonce = draft.Rendered.Nonce,
            Fingerprint = fingerprint,
            CreatedAt = now,
            CreatedBy = author,
        };
        db.Revisions.Add(revision);
        return (revision, true);
    }
}
