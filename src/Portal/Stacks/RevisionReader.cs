using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Portal.Compose;
using Portal.Store;

namespace Portal.Stacks;

/// <summary>Reads a stored revision back into the model that runs.</summary>
public sealed class RevisionReader(PortalDbFactory databases, SecretBox box, StackSecrets secrets)
{
    // Revisions never change, so what was read once stays right; the bound keeps a long-lived process small.
    private const int Kept = 256;
    private readonly ConcurrentDictionary<Guid, RenderedStack> read = new();

    /// <exception cref="InvalidDataException">The stored text cannot be read any more: a newer portal has become stricter.</exception>
    public async Task<RenderedStack> ReadAsync(Guid tenant, Guid revisionId, CancellationToken cancellationToken)
    {
        if (read.TryGetValue(revisionId, out var known))
        {
            return known;
        }

        await using var db = databases.Tenant(tenant);
        return Read(await db.Revisions.AsNoTracking().SingleAsync(revision => revision.Id == revisionId, cancellationToken));
    }

    /// <exception cref="InvalidDataException">As above.</exception>
    public RenderedStack Read(Revision revision)
    {
        if (read.TryGetValue(revision.Id, out var known))
        {
            return known;
        }

        var rendered = Render(revision);
        if (read.Count >= Kept)
        {
            read.Clear();
        }

        return read[revision.Id] = rendered;
    }

    private RenderedStack Render(Revision revision)
    {
        var definition = box.OpenDefinition(revision);
        var result = definition.Read(StackPolicy.Default);
        secrets.Learn(revision.TenantId, definition, result, []);
        return result.Stack is { } stack && result.Verdict == Verdict.Accepted
            ? new RenderedStack(stack, revision.Images, revision.SecretVersions, revision.Nonce, revision.Replicas) { Number = revision.Number }
            : throw new InvalidDataException($"Revision {revision.Number} cannot be read: {string.Join("; ", result.Findings.Where(finding => finding.Outcome != FindingOutcome.Ignored).Select(finding => $"line {finding.Line}: {finding.Reason}"))}");
    }
}
