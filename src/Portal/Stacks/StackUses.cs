using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Docker;
using Portal.Registries;
using Portal.Store;

namespace Portal.Stacks;

/// <summary>What one side of a stack runs with.</summary>
/// <param name="Secrets">Name → version.</param>
/// <param name="RegistryHosts">As registries are kept.</param>
public sealed record StackUse(string Stack, Colour Side, ImmutableSortedDictionary<string, int> Secrets, ImmutableHashSet<string> RegistryHosts);

/// <summary>A service that runs an older value of a secret than there is: only a deployment changes that.</summary>
/// <param name="Services">Those of the stack that read the secret.</param>
public sealed record OutdatedSecret(string Stack, Colour Side, string Secret, int Runs, int Newest, ImmutableArray<string> Services)
{
    /// <summary>The stack is outside the pair, and its environment no side.</summary>
    public bool Outside { get; init; }
}

/// <summary>What of the tenant's is in use: secrets and registries, by the revisions that its environments are wanted to run.</summary>
public sealed class StackUses(PortalDbFactory databases, RevisionReader revisions)
{
    /// <summary>By stack.</summary>
    public async Task<IReadOnlyList<StackUse>> ListAsync(Guid tenant, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        var rows = await db.Placed().Select(one => new { one.Stack.Name, one.Side, one.Revision.SecretVersions, one.Revision.Images }).ToListAsync(cancellationToken);
        return [.. rows.Select(row => new StackUse(row.Name, row.Side, row.SecretVersions, [.. row.Images.Values.Select(image => HostOf(image.Reference)).OfType<string>()]))];
    }

    /// <summary>Where an older value of a secret runs, by stack, side and secret.</summary>
    public async Task<IReadOnlyList<OutdatedSecret>> OutdatedAsync(Guid tenant, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        var rows = await db.Placed().Select(one => new { one.Stack.Name, one.Side, one.Stack.Outside, Revision = one.Revision.Id, one.Revision.SecretVersions }).ToListAsync(cancellationToken);
        var newest = await db.Secrets.AsNoTracking().Where(secret => secret.RemovedAt == null).ToDictionaryAsync(secret => secret.Name, secret => secret.Version, cancellationToken);
        var found = new List<OutdatedSecret>();
        foreach (var row in rows)
        {
            foreach (var (secret, runs) in row.SecretVersions)
            {
                if (newest.TryGetValue(secret, out var there) && there > runs)
                {
                    found.Add(new OutdatedSecret(row.Name, row.Side, secret, runs, there, await ReadersAsync(tenant, row.Revision, secret, cancellationToken)) { Outside = row.Outside });
                }
            }
        }

        return [.. found.OrderBy(one => one.Stack, StringComparer.Ordinal).ThenBy(one => one.Side).ThenBy(one => one.Secret, StringComparer.Ordinal)];
    }

    private async Task<ImmutableArray<string>> ReadersAsync(Guid tenant, Guid revision, string secret, CancellationToken cancellationToken)
    {
        try
        {
            var rendered = await revisions.ReadAsync(tenant, revision, cancellationToken);
            return [.. rendered.Compose.Services.Where(service => rendered.TenantSecrets(service).Contains(secret, StringComparer.Ordinal)).Select(service => service.Name)];
        }
        catch (InvalidDataException)
        {
            // The portal has become stricter since; that it needs a redeploy is true all the same.
            return [];
        }
    }

    private static string? HostOf(string reference) => ImageReference.TryParse(reference, out var image) ? RegistryHost.Of(image) : null;
}
