using System.Collections.Immutable;
using Portal.Docker;
using Portal.Registries.Lookup;

namespace Portal.Registries.Images;

/// <summary>Which of the images on a host a tenant may run without pulling it (decision 0013).</summary>
public sealed class SharedImages(ImageBook book, RegistryLookup lookup)
{
    /// <param name="found">As it lies on the host.</param>
    /// <returns>Null: it may. Else why not.</returns>
    public async Task<string?> ProblemAsync(EngineClient engine, Guid tenant, ImageDetails found, RegistryKeys keys, CancellationToken cancellationToken)
    {
        var origins = found.RepoDigests.Select(text => ImageReference.TryParse(text, out var image) ? image : null).OfType<ImageReference>().Where(image => image.Digest is not null).ToList();
        ImmutableArray<string> digests = [.. origins.Select(image => image.Digest!).Distinct(StringComparer.Ordinal)];
        // Made or loaded here, or pulled here by whoever runs the host: everybody's on it.
        if (digests.IsEmpty || await book.HadAnywhereAsync(tenant, digests, cancellationToken) || !await book.IsSomebodysAsync(tenant, digests, cancellationToken))
        {
            return null;
        }

        foreach (var image in origins)
        {
            try
            {
                await lookup.DigestAsync(new ImageQuestion(engine, image, keys.For(image)), cancellationToken);
                return null;
            }
            catch (Exception error) when (error is RegistryException or EngineException)
            {
                continue;
            }
        }

        return "It is on the host for somebody else, and its registry does not let this tenant have it.";
    }
}
