using System.Collections.Immutable;
using Portal.Compose;
using Portal.Store;

namespace Portal.Stacks;

/// <summary>
/// Everything of a revision that takes time to find out, settled before the transaction: registries are slow, and databases are not
/// to wait for them. What depends on the revision before it is settled by <see cref="RevisionWriter.Settle"/>, under the stack's lock.
/// </summary>
/// <param name="Chosen">Service → reference that was asked for.</param>
/// <param name="Resolved">Every service's reference as it seemed before the lock, with its digest.</param>
/// <param name="Replicas">Service → how many of it were asked for.</param>
/// <param name="Nonce">Null: that of the revision before.</param>
public sealed record RevisionDraft(
    StackDefinition Definition,
    ComposeStack Compose,
    ImmutableSortedDictionary<string, string> Chosen,
    ImmutableSortedDictionary<string, ImageChoice> Resolved,
    ImmutableSortedDictionary<string, int> Replicas,
    ImmutableSortedDictionary<string, int> SecretVersions,
    string? Nonce);

public abstract record DraftResult
{
    public sealed record Ready(RevisionDraft Draft) : DraftResult;

    /// <summary>The definition is unusable: each finding with its line.</summary>
    public sealed record Unusable(ImmutableArray<Finding> Findings) : DraftResult;

    /// <summary>An image's digest could not be found out.</summary>
    public sealed record NoImage(string Service, string Reference, string Problem) : DraftResult;

    public sealed record UnknownService(string Service) : DraftResult;

    public sealed record UnknownSecret(string Name) : DraftResult;

    /// <summary>Rules that the tenant has chosen keep it from live.</summary>
    public sealed record NotReady(ImmutableArray<string> Obstacles) : DraftResult
    {
        public string Sentence => $"It may not go live, as this tenant's rules of readiness have it. {string.Join(". ", Obstacles)}.";
    }

    /// <param name="Service">What may not run so often: a sidekick, a service that runs once, or one that holds a port of the host.</param>
    public sealed record NoScale(string Service, string Problem) : DraftResult;
}

/// <summary>Makes revisions, once each.</summary>
public sealed class RevisionWriter(SecretBox box, EarlierChoices choices)
{
    /// <summary>
    /// What runs if <paramref name="latest"/> is the stack's newest revision: of two people who choose two services' images at the same
    /// instant, the second does not take the first's choice back.
    /// </summary>
    public RenderedStack Settle(RevisionDraft draft, Revision? latest)
    {
        var kept = choices.Of(latest, draft.Compose);
        var images = draft.Compose.Services.ToImmutableSortedDictionary(service => service.Name, service => ImageOf(service, draft, kept, latest), StringComparer.Ordinal);
        return new RenderedStack(draft.Compose, images, draft.SecretVersions, draft.Nonce ?? latest?.Nonce ?? "", kept.Replicas.SetItems(draft.Replicas));
    }

    /// <summary>The reference that a service runs: asked for now, or chosen before and the text not changed since, or the text's own.</summary>
    public static string ReferenceOf(ServiceSpec service, IReadOnlyDictionary<string, string> chosen, Choices kept) =>
        chosen.GetValueOrDefault(service.Name) ?? kept.References.GetValueOrDefault(service.Name) ?? service.Image;

    private static ImageChoice ImageOf(ServiceSpec service, RevisionDraft draft, Choices kept, Revision? latest)
    {
        var reference = ReferenceOf(service, draft.Chosen, kept);
        var resolved = draft.Resolved[service.Name];
        // Another reference than before the lock is one that somebody else has chosen, and resolved, in between.
        return resolved.Reference == reference ? resolved : latest!.Images[service.Name];
    }

    /// <summary>The stack's latest revision where it would run the same, or a new one with the next number.</summary>
    public (Revision Revision, bool Fresh) Next(Stack stack, RevisionDraft draft, Revision? latest, string author, DateTimeOffset now)
    {
        var rendered = Settle(draft, latest);
        var fingerprint = rendered.Fingerprint();
        if (latest is not null && latest.Fingerprint == fingerprint && latest.Compose == draft.Definition.Compose && latest.Rancher == draft.Definition.Rancher && latest.Images.SequenceEqual(rendered.Images))
        {
            return (latest, false);
        }

        return (new Revision
        {
            Id = Guid.CreateVersion7(now),
            TenantId = stack.TenantId,
            StackId = stack.Id,
            Number = (latest?.Number ?? 0) + 1,
            Compose = draft.Definition.Compose,
            Rancher = draft.Definition.Rancher,
            AnswersSealed = box.SealAnswers(draft.Definition.Answers),
            FilesSealed = box.SealFiles(draft.Definition.Files),
            Images = rendered.Images,
            Replicas = rendered.Replicas,
            SecretVersions = rendered.SecretVersions,
            Nonce = rendered.Nonce,
            Fingerprint = fingerprint,
            CreatedAt = now,
            CreatedBy = author,
        }, true);
    }
}
