using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Clusters;
using Portal.Docker;
using Portal.Registries;
using Portal.Registries.Images;
using Portal.Registries.Lookup;
using Portal.Store;

namespace Portal.Stacks;

/// <summary>Which of a stack's revisions could run again: their images are on the hosts or still at their registry, and their secrets' versions are kept.</summary>
public sealed class RevisionsThere(PortalDbFactory databases, Engines engines, ImageBook book, TenantRegistries registries, RegistryLookup lookup, TimeProvider clock)
{
    private const int AtOnce = 8;
    private const int Newest = 100;
    private const string TooSlow = "could not be asked for in time";
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>Number → null where it could run again, else why not. Asks hosts and registries, and takes ten seconds at most.</summary>
    public async Task<ImmutableSortedDictionary<int, string?>> FindAsync(Guid tenant, Guid stack, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        var revisions = await db.Revisions.AsNoTracking().Where(row => row.StackId == stack).OrderByDescending(row => row.Number).Take(Newest)
            .Select(row => new { row.Number, row.Images, row.SecretVersions }).ToListAsync(cancellationToken);
        var secrets = (await (
            from version in db.SecretVersions
            join secret in db.Secrets on version.SecretId equals secret.Id
            select new { secret.Name, version.Version }).ToListAsync(cancellationToken)).Select(row => (row.Name, row.Version)).ToHashSet();
        var images = await LookAsync(tenant, [.. revisions.SelectMany(revision => revision.Images.Values).Distinct()], cancellationToken);
        return revisions.ToImmutableSortedDictionary(revision => revision.Number, revision => string.Join(" ", revision.Images
            .Where(image => images[image.Value] is not null)
            .Select(image => $"The image of {image.Key}, {image.Value.Reference}, {images[image.Value]}.")
            .Concat(revision.SecretVersions.Where(secret => !secrets.Contains((secret.Key, secret.Value))).Select(secret => $"Version {secret.Value} of the secret {secret.Key} is not kept any more.")))
            is { Length: > 0 } problem ? problem : null);
    }

    private async Task<IReadOnlyDictionary<ImageChoice, string?>> LookAsync(Guid tenant, IReadOnlyList<ImageChoice> images, CancellationToken cancellationToken)
    {
        var found = new ConcurrentDictionary<ImageChoice, string?>(images.Select(image => KeyValuePair.Create(image, (string?)TooSlow)));
        using var limit = new CancellationTokenSource(Longest, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var keys = await registries.KeysAsync(tenant, either.Token);
            EngineHost[] sides = [await engines.OfSideAsync(tenant, Colour.Blue, either.Token), await engines.OfSideAsync(tenant, Colour.Green, either.Token)];
            await Parallel.ForEachAsync(images, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = either.Token }, async (image, token) =>
                found[image] = await ProblemAsync([.. sides.DistinctBy(side => side.Host.Id)], tenant, image, keys, token));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return found;
        }
        catch (EngineException error)
        {
            return images.ToDictionary(image => image, _ => (string?)$"could not be looked for: {error.Message}");
        }

        return found;
    }

    private async Task<string?> ProblemAsync(IReadOnlyList<EngineHost> sides, Guid tenant, ImageChoice choice, RegistryKeys keys, CancellationToken cancellationToken)
    {
        if (!ImageReference.TryParse(choice.Reference, out var image))
        {
            return "is no image reference";
        }

        var named = choice.Digest is { } digest ? image.WithDigest(digest) : image.Tag is null ? image.WithTag("latest") : image;
        var there = true;
        foreach (var side in sides)
        {
            there &= (choice.Digest is null || await book.HadAsync(tenant, side.Host.Id, named, cancellationToken)) && await side.Client.Images.FindAsync(named.ToString(), cancellationToken) is not null;
        }

        if (there)
        {
            return null;
        }

        if (choice.Digest is null)
        {
            return "is not on the host any more, and was never anywhere else";
        }

        try
        {
            await lookup.DigestAsync(new ImageQuestion(sides[0].Client, named, keys.For(image)), cancellationToken);
            return null;
        }
        catch (Exception error) when (error is RegistryException or EngineException)
        {
            return $"is neither on the host nor to be had: {error.Message.TrimEnd('.')}";
        }
    }
}
