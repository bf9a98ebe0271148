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

/// <summary>What of the tenant's is in use: secrets and registries, by the revisions that its environments are wanted to run.</summary>
public sealed class StackUses(PortalDbFactory databases)
{
    /// <summary>By stack.</summary>
    public async Task<IReadOnlyList<StackUse>> ListAsync(Guid tenant, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        var rows = await (
            from placement in db.Placements.AsNoTracking()
            join revision in db.Revisions on placement.RevisionId equals revision.Id
            join stack in db.Stacks on placement.StackId equals stack.Id
            join place in db.Environments on placement.EnvironmentId equals place.Id
            where stack.RemovedAt == null
            orderby stack.Name
            select new { stack.Name, place.Colour, revision.SecretVersions, revision.Images }).ToListAsync(cancellationToken);
        return [.. rows.Select(row => new StackUse(row.Name, row.Colour, row.SecretVersions, [.. row.Images.Values.Select(image => HostOf(image.Reference)).OfType<string>()]))];
    }

    private static string? HostOf(string reference) => ImageReference.TryParse(reference, out var image) ? RegistryHost.Of(image) : null;
}
