using System.Collections.Immutable;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Portal.Compose;
using Portal.Docker;
using Portal.Redaction;
using Portal.Registries;
using Portal.Store;

namespace Portal.Stacks;

/// <param name="Images">Service → reference to run instead of the last revision's.</param>
/// <param name="Replicas">Service → how many of it, instead of the last revision's.</param>
/// <param name="Force">Replace every container, also where nothing differs.</param>
public sealed record DraftRequest(ImmutableSortedDictionary<string, string> Images, ImmutableSortedDictionary<string, int> Replicas, bool Force);

/// <summary>Settles what a stack would run now: text, answers, secrets, and every tag resolved to the digest that its registry gives.</summary>
public sealed class DraftRevision(
    PortalDbFactory databases, SecretBox box, DefinitionReader definitions, EarlierChoices choices, TenantRegistries registries, DigestResolver digests, StackSecrets secrets, Redactor redactor)
{
    public async Task<DraftResult> ExecuteAsync(Stack stack, DraftRequest request, EngineClient engine, CancellationToken cancellationToken)
    {
        var result = await SettleAsync(stack, request, engine, cancellationToken);
        // Reasons quote the text and what registries say; whoever is told may not know the answers.
        var set = redactor.For(stack.TenantId);
        return result switch
        {
            DraftResult.Unusable unusable => new DraftResult.Unusable([.. unusable.Findings.Select(finding => finding with { Reason = set.Clean(finding.Reason) })]),
            DraftResult.NoImage image => new DraftResult.NoImage(image.Service, set.Clean(image.Reference), set.Clean(image.Problem)),
            _ => result,
        };
    }

    private async Task<DraftResult> SettleAsync(Stack stack, DraftRequest request, EngineClient engine, CancellationToken cancellationToken)
    {
        var definition = box.OpenDefinition(stack);
        var read = definitions.Read(definition);
        secrets.Learn(stack, definition, read);
        if (read.Verdict != Verdict.Accepted || read.Stack is not { } compose)
        {
            return new DraftResult.Unusable(read.Findings);
        }

        if (request.Images.Keys.Concat(request.Replicas.Keys).FirstOrDefault(name => compose.Services.All(service => service.Name != name)) is { } unknown)
        {
            return new DraftResult.UnknownService(unknown);
        }

        if (request.Replicas.Select(asked => ScaleRules.Problem(compose.Services.First(service => service.Name == asked.Key), asked.Value)).FirstOrDefault(problem => problem is not null) is { } noScale)
        {
            return noScale;
        }

        await using var db = databases.Tenant(stack.TenantId);
        var latest = await db.Revisions.AsNoTracking().Where(revision => revision.StackId == stack.Id).OrderByDescending(revision => revision.Number).FirstOrDefaultAsync(cancellationToken);
        var versions = await SecretVersionsAsync(db, compose, cancellationToken);
        if (versions.Missing is { } missing)
        {
            return new DraftResult.UnknownSecret(missing);
        }

        var kept = choices.Of(latest, compose);
        var keys = await registries.KeysAsync(stack.TenantId, cancellationToken);
        var images = ImmutableSortedDictionary.CreateBuilder<string, ImageChoice>(StringComparer.Ordinal);
        foreach (var service in compose.Services)
        {
            var reference = RevisionWriter.ReferenceOf(service, request.Images, kept);
            // It is kept and shown in many places. What stands in the text as it is was no secret before.
            if (redactor.For(stack.TenantId).In(reference).Any(found => !stack.Compose.Contains(found, StringComparison.Ordinal)))
            {
                return new DraftResult.NoImage(service.Name, reference, "A secret's value must not be part of an image's name.");
            }

            var resolved = await digests.ResolveAsync(engine, stack.TenantId, reference, service.PullPolicy, keys, cancellationToken);
            if (resolved.Problem is { } problem)
            {
                return new DraftResult.NoImage(service.Name, reference, problem);
            }

            images[service.Name] = new ImageChoice(reference, resolved.Digest);
        }

        var nonce = request.Force ? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)) : null;
        return new DraftResult.Ready(new RevisionDraft(definition, compose, request.Images, images.ToImmutable(), request.Replicas, versions.Versions, nonce));
    }

    private static async Task<(ImmutableSortedDictionary<string, int> Versions, string? Missing)> SecretVersionsAsync(PortalDb db, ComposeStack compose, CancellationToken cancellationToken)
    {
        var names = compose.Secrets.Select(secret => secret.TenantSecret).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        if (names.Count == 0)
        {
            return (ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal), null);
        }

        var known = await db.Secrets.AsNoTracking().Where(secret => names.Contains(secret.Name) && secret.RemovedAt == null).ToDictionaryAsync(secret => secret.Name, secret => secret.Version, cancellationToken);
        return (known.ToImmutableSortedDictionary(StringComparer.Ordinal), names.FirstOrDefault(name => !known.ContainsKey(name)));
    }
}
