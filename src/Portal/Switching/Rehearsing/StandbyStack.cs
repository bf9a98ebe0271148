using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Store;

namespace Portal.Switching.Rehearsing;

/// <summary>A stack as a rehearsal met it on standby.</summary>
/// <param name="Fingerprint">Of all that was rendered.</param>
/// <param name="Images">Service → reference with digest.</param>
/// <param name="SecretVersions">Secret → version.</param>
public sealed record StandbyStack(string Stack, int Revision, string Fingerprint, ImmutableSortedDictionary<string, string> Images, ImmutableSortedDictionary<string, int> SecretVersions)
{
    /// <summary>What differs from what was tested, a sentence for each stack; empty: what was tested is what is there.</summary>
    public static ImmutableArray<string> Differences(IReadOnlyCollection<StandbyStack> tested, IReadOnlyCollection<StandbyStack> there) =>
    [
        .. from name in tested.Concat(there).Select(stack => stack.Stack).Distinct().Order(StringComparer.Ordinal)
           let before = tested.FirstOrDefault(stack => stack.Stack == name)
           let now = there.FirstOrDefault(stack => stack.Stack == name)
           where before?.Fingerprint != now?.Fingerprint
           select before is null ? $"{name} r{now!.Revision} has come since"
               : now is null ? $"{name} r{before.Revision} was tested, and it is there no more"
               : $"{name} runs r{now.Revision}, and r{before.Revision} was tested{Details(before, now)}",
    ];

    /// <summary>Whether a preflight met just these.</summary>
    public static bool AreThose(IEnumerable<StandbyStack> stacks, PreflightReport report) =>
        stacks.Select(stack => (stack.Stack, stack.Fingerprint)).SequenceEqual(report.Standby.Select(stack => (stack.Stack, stack.Fingerprint)));

    private static string Details(StandbyStack before, StandbyStack now)
    {
        List<string> details =
        [
            .. from service in now.Images.Keys.Union(before.Images.Keys).Order(StringComparer.Ordinal)
               let images = (Was: before.Images.GetValueOrDefault(service), Is: now.Images.GetValueOrDefault(service))
               where images.Was != images.Is
               select $"{service} has {images.Is ?? "no image"} and had {images.Was ?? "none"}",
            .. from secret in now.SecretVersions.Keys.Union(before.SecretVersions.Keys).Order(StringComparer.Ordinal)
               let versions = (Was: before.SecretVersions.GetValueOrDefault(secret), Is: now.SecretVersions.GetValueOrDefault(secret))
               where versions.Was != versions.Is
               select $"secret {secret} has version {versions.Is} and had {versions.Was}",
        ];
        return $" ({(details.Count > 0 ? string.Join("; ", details) : "its specification differs")})";
    }
}

public sealed class StandbyQueries(PortalDbFactory databases)
{
    /// <summary>What the colour is wanted to run, stack by stack.</summary>
    public async Task<ImmutableArray<StandbyStack>> OfAsync(Guid tenant, Colour colour, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        var rows = await (
            from placement in db.Placements.AsNoTracking()
            join environment in db.Environments on placement.EnvironmentId equals environment.Id
            join stack in db.Stacks on placement.StackId equals stack.Id
            join revision in db.Revisions on placement.RevisionId equals revision.Id
            where environment.Colour == colour && stack.RemovedAt == null && !stack.Outside
            orderby stack.Name
            select new { stack.Name, revision.Number, revision.Fingerprint, revision.Images, revision.SecretVersions }).ToListAsync(cancellationToken);
        return
        [
            .. rows.Select(row => new StandbyStack(
                row.Name, row.Number, row.Fingerprint,
                row.Images.ToImmutableSortedDictionary(image => image.Key, image => image.Value.Digest is { } digest ? $"{image.Value.Reference}@{digest}" : image.Value.Reference, StringComparer.Ordinal),
                row.SecretVersions)),
        ];
    }
}
