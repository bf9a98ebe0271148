using System.Collections.Immutable;
using Portal.Compose;

namespace Portal.Stacks;

/// <summary>What was chosen of a stack apart from its text, and still holds.</summary>
/// <param name="References">Service → image reference.</param>
/// <param name="Replicas">Service → how many of it.</param>
public sealed record Choices(ImmutableSortedDictionary<string, string> References, ImmutableSortedDictionary<string, int> Replicas)
{
    public static readonly Choices None = new(ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal), ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal));
}

/// <summary>
/// Reads what earlier deployments chose: an image that a webhook brought, a number of replicas. It holds as long as the text does not say
/// something new of that very thing; so a change of one variable takes no service's image back.
/// </summary>
public sealed class EarlierChoices(RevisionReader revisions)
{
    public Choices Of(Revision? latest, ComposeStack now)
    {
        if (latest is null || Read(latest) is not { } then)
        {
            return Choices.None;
        }

        var same = now.Services
            .Join(then.Services, service => service.Name, service => service.Name, (service, former) => (service, former))
            .ToList();
        return new Choices(
            same.Where(pair => pair.service.Image == pair.former.Image && latest.Images.ContainsKey(pair.service.Name))
                .ToImmutableSortedDictionary(pair => pair.service.Name, pair => latest.Images[pair.service.Name].Reference, StringComparer.Ordinal),
            same.Where(pair => pair.service.Replicas == pair.former.Replicas && latest.Replicas.ContainsKey(pair.service.Name))
                .ToImmutableSortedDictionary(pair => pair.service.Name, pair => latest.Replicas[pair.service.Name], StringComparer.Ordinal));
    }

    private ComposeStack? Read(Revision latest)
    {
        try
        {
            return revisions.Read(latest).Compose;
        }
        catch (InvalidDataException)
        {
            // The portal has become stricter since: what was chosen of a text that nobody can read any more holds no longer.
            return null;
        }
    }
}
