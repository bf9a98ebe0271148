using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Compose;
using Portal.Redaction;
using Portal.Stacks;
using Portal.Store;

namespace Portal.Webhooks.Intake;

/// <summary>The images that a stack names: by its newest revision, or by its text where that is newer or nothing ran yet.</summary>
public sealed class StackImages(PortalDbFactory databases, SecretBox box, Redactor redactor)
{
    /// <returns>Service → reference, but for those that a secret is part of: they cannot be deployed, and are not to be shown. Null where the stack's text cannot be used.</returns>
    public async Task<IReadOnlyDictionary<string, string>?> ReadAsync(Guid tenant, Guid stackId, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        var newest = await db.Revisions.AsNoTracking()
            .Where(revision => revision.StackId == stackId)
            .OrderByDescending(revision => revision.Number)
            .Select(revision => new { revision.Images, Current = db.Stacks.Any(stack => stack.Id == stackId && stack.Compose == revision.Compose) })
            .FirstOrDefaultAsync(cancellationToken);
        if (newest is { Current: true })
        {
            return newest.Images.ToImmutableSortedDictionary(image => image.Key, image => image.Value.Reference, StringComparer.Ordinal);
        }

        var stack = await db.Stacks.AsNoTracking().SingleAsync(stack => stack.Id == stackId, cancellationToken);
        var read = box.OpenDefinition(stack).Read(StackPolicy.Default);
        return read.Verdict == Verdict.Accepted && read.Stack is { } compose
            ? compose.Services.Where(service => !redactor.For(tenant).In(service.Image).Any(found => !stack.Compose.Contains(found, StringComparison.Ordinal))).ToImmutableSortedDictionary(service => service.Name, service => service.Image, StringComparer.Ordinal)
            : null;
    }
}
