using Microsoft.EntityFrameworkCore;
using Portal.Clusters;
using Portal.Docker;
using Portal.Registries;
using Portal.Registries.Lookup;
using Portal.Store;

namespace Portal.Stacks.Readiness;

/// <summary>What an image runs as it was built: known already, or as its registry has it, or as it lies on a host for this tenant.</summary>
public sealed class ImageFinder(PortalDbFactory databases, TenantRegistries registries, RegistryLookup lookup)
{
    /// <param name="ask">Also the registry.</param>
    /// <returns>The facts; or none, and why.</returns>
    public async Task<(ImageFacts? Facts, string Problem)> FactsAsync(EngineHost engine, Guid tenant, ImageChoice choice, bool ask, CancellationToken cancellationToken)
    {
        if (!ImageReference.TryParse(choice.Reference, out var image))
        {
            return (null, "this is not an image reference");
        }

        var digest = choice.Digest ?? image.Digest;
        if (digest is not null && await KnownAsync(tenant, digest, cancellationToken) is { } known)
        {
            return (known, "");
        }

        if (!ask)
        {
            return (null, "nobody has looked at it yet");
        }

        try
        {
            // One that was made on the host is not looked for elsewhere first: a registry that is not there takes its time to say nothing.
            if (digest is null && await HereAsync(engine, image, cancellationToken) is { } here)
            {
                return (here, "");
            }

            var keys = await registries.KeysAsync(tenant, cancellationToken);
            var named = digest is not null ? image.WithDigest(digest) : image.Tag is null ? image.WithTag("latest") : image;
            var question = new ImageQuestion(engine.Client, named, keys.For(image));
            digest ??= await lookup.DigestAsync(question, cancellationToken);
            if (await lookup.ImageAsync(question with { Image = image.WithDigest(digest) }, cancellationToken) is { } found)
            {
                return (await KeepAsync(tenant, digest, found.Config, cancellationToken), "");
            }

            return (null, "its registry is reached by the host alone; it is looked at once it has been pulled");
        }
        catch (Exception error) when (error is RegistryException or EngineException)
        {
            return (null, error.Message);
        }
    }

    /// <summary>Keeps what a pull has brought, so that nobody has to ask for it.</summary>
    public Task LookAsync(Guid tenant, string digest, ImageDetails image, CancellationToken cancellationToken) => KeepAsync(tenant, digest, image.Config, cancellationToken);

    private async Task<ImageFacts?> KnownAsync(Guid tenant, string digest, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        return await db.KnownImages.AsNoTracking().Where(image => image.Digest == digest).Select(image => image.Facts).SingleOrDefaultAsync(cancellationToken);
    }

    /// <summary>One that exists on the host alone: made there, and under nobody's name.</summary>
    private static async Task<ImageFacts?> HereAsync(EngineHost engine, ImageReference image, CancellationToken cancellationToken) =>
        await engine.Client.Images.FindAsync((image.Tag is null ? image.WithTag("latest") : image).ToString(), cancellationToken) is { RepoDigests.Count: 0 } found ? Facts(found.Config) : null;

    private async Task<ImageFacts> KeepAsync(Guid tenant, string digest, ImageConfig config, CancellationToken cancellationToken)
    {
        var facts = Facts(config);
        await using var db = databases.Tenant(tenant);
        // Two who find the same out find the same out.
        await db.Database.ExecuteAsync(
            $"insert into image_facts (tenant_id, digest, facts) values ({tenant}, {digest}, {System.Text.Json.JsonSerializer.Serialize(facts, System.Text.Json.JsonSerializerOptions.Web)}::jsonb) on conflict do nothing", cancellationToken);
        return facts;
    }

    private static ImageFacts Facts(ImageConfig config) => new([.. config.Entrypoint], [.. config.Command], config.User);
}
