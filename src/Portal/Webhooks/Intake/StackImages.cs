using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Compose;
using Portal.Redaction;
using Portal.Stacks;
using Portal.Store;

namespace Portal.Webhooks.Intake;

/// <summary>The images that a stack names: those that its next deployment would run if nobody chose others.</summary>
public sealed class StackImages(PortalDbFactory databases, SecretBox box, DefinitionReader definitions, EarlierChoices choices, Redactor redactor)
{
    private static readonly ImmutableDictionary<string, string> Nothing = ImmutableDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <returns>Service → reference, but for those that a secret is part of: they cannot be deployed, and are not to be shown. Null where the stack's text cannot be used.</returns>
    public async Task<IReadOnlyDictionary<string, string>?> ReadAsync(Guid tenant, Guid stackId, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        var found = await db.Stacks.AsNoTracking()
            .Where(stack => stack.Id == stackId)
            .Select(stack => new { Stack = stack, Latest = db.Revisions.Where(revision => revision.StackId == stackId).OrderByDescending(revision => revision.Number).FirstOrDefault() })
            .SingleAsync(cancellationToken);
        if (definitions.Read(box.OpenDefinition(found.Stack)) is not { Verdict: Verdict.Accepted, Stack: { } compose })
        {
            return null;
        }

        var kept = choices.Of(found.Latest, compose);
        return compose.Services
            .Select(service => (service.Name, Reference: RevisionWriter.ReferenceOf(service, Nothing, kept)))
            .Where(service => !redactor.For(tenant).In(service.Reference).Any(secret => !found.Stack.Compose.Contains(secret, StringComparison.Ordinal)))
            .ToImmutableSortedDictionary(service => service.Name, service => service.Reference, StringComparer.Ordinal);
    }
}
