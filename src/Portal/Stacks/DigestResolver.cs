using Portal.Compose;
using Portal.Docker;
using Portal.Registries;
using Portal.Registries.Images;
using Portal.Registries.Lookup;

namespace Portal.Stacks;

/// <param name="Digest">Null without a problem: the image exists on the host alone and the stack allows that.</param>
public sealed record ResolvedDigest(string? Digest, string? Problem);

/// <summary>What a service's image is now, under the stack's own rule of when to pull.</summary>
public sealed class DigestResolver(RegistryLookup lookup, SharedImages shared)
{
    public async Task<ResolvedDigest> ResolveAsync(EngineClient engine, Guid tenant, string reference, PullPolicy policy, RegistryKeys keys, CancellationToken cancellationToken)
    {
        if (!ImageReference.TryParse(reference, out var image))
        {
            return new ResolvedDigest(null, "This is not an image reference.");
        }

        if (image.Digest is not null)
        {
            // Nothing is pulled then, and so no registry says whether this tenant may have it.
            return policy.Mode == PullMode.Never
                ? await LocalAsync(engine, tenant, image, keys, onlyHere: false, "The image is not on the host, and pull_policy is never.", cancellationToken)
                : new ResolvedDigest(image.Digest, null);
        }

        // Without a tag an engine would pull every tag there is.
        image = image.Tag is null ? image.WithTag("latest") : image;
        if (policy.Mode == PullMode.Never)
        {
            return await LocalAsync(engine, tenant, image, keys, onlyHere: false, "The image is not on the host, and pull_policy is never.", cancellationToken);
        }

        try
        {
            return new ResolvedDigest(await lookup.DigestAsync(new ImageQuestion(engine, image, keys.For(image)), cancellationToken), null);
        }
        catch (Exception error) when (policy.Mode == PullMode.Missing && error is (EngineException or RegistryException))
        {
            // One that was made here and never had a registry; an old copy of one that has is not what was asked for.
            return await LocalAsync(engine, tenant, image, keys, onlyHere: true, error.Message, cancellationToken);
        }
        catch (Exception error) when (error is EngineException or RegistryException)
        {
            return new ResolvedDigest(null, error.Message);
        }
    }

    private async Task<ResolvedDigest> LocalAsync(
        EngineClient engine, Guid tenant, ImageReference image, RegistryKeys keys, bool onlyHere, string problem, CancellationToken cancellationToken)
    {
        if (await engine.Images.FindAsync(image.ToString(), cancellationToken) is not { } found || (onlyHere && found.RepoDigests.Count > 0))
        {
            return new ResolvedDigest(null, problem);
        }

        return new ResolvedDigest(image.Digest, await shared.ProblemAsync(engine, tenant, found, keys, cancellationToken));
    }
}
