using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Portal.Compose;

namespace Portal.Stacks;

/// <summary>A revision as it will run: the Compose model with every image settled.</summary>
/// <param name="Replicas">Service → how many of it, where that was set apart from the text.</param>
public sealed record RenderedStack(
    ComposeStack Compose,
    ImmutableSortedDictionary<string, ImageChoice> Images,
    ImmutableSortedDictionary<string, int> SecretVersions,
    string Nonce,
    ImmutableSortedDictionary<string, int> Replicas)
{
    /// <summary>The revision's; 0 where none has been given yet.</summary>
    public int Number { get; init; }

    /// <summary>At most so many of each service, whatever is said elsewhere; null: as many as there are. No part of what it is.</summary>
    public int? Most { get; init; }

    /// <summary>
    /// Equal for two containers of the service that need not be replaced by each other. 16 hex digits. A service and its sidekicks have one
    /// together, and what runs once for a revision has another in each.
    /// </summary>
    public string FingerprintOf(ServiceSpec service)
    {
        var primary = service.PrimaryOf is { } name ? Compose.Services.First(candidate => candidate.Name == name) : service;
        var unit = Compose.Services.Where(candidate => candidate == primary || candidate.PrimaryOf == primary.Name).ToList();
        var once = primary.IsOneShot && Number > 0;
        return unit is [var alone] && !once
            ? FingerprintAlone(alone)
            : Hash(string.Join('\n', unit.Select(member => $"{member.Name} {FingerprintAlone(member)}").Append(once ? $"revision {Number}" : "")))[..16];
    }

    /// <summary>How many containers there are of a service: a sidekick has as many as its primary.</summary>
    public int ReplicasOf(ServiceSpec service)
    {
        var full = FullOf(service);
        return Most is { } most && !service.IsOneShot ? Math.Min(most, full) : full;
    }

    /// <summary>As many as there are of it where nothing is scaled down.</summary>
    public int FullOf(ServiceSpec service)
    {
        var primary = service.PrimaryOf is { } name ? Compose.Services.First(candidate => candidate.Name == name) : service;
        return Replicas.TryGetValue(primary.Name, out var set) ? set : primary.Replicas;
    }

    private string FingerprintAlone(ServiceSpec service)
    {
        var image = Images[service.Name];
        var text = new StringBuilder(service.Fingerprint()).Append('\n').Append(image.Digest ?? image.Reference).Append('\n').Append(Nonce);
        foreach (var name in TenantSecrets(service).Order(StringComparer.Ordinal))
        {
            text.Append('\n').Append(name).Append('=').Append(SecretVersions.GetValueOrDefault(name));
        }

        return Hash(text.ToString())[..16];
    }

    /// <summary>The tenant's secrets that the service reads, by the tenant's names.</summary>
    public IEnumerable<string> TenantSecrets(ServiceSpec service) =>
        from source in service.Secrets.Select(file => file.Source).Concat(service.SecretVariables.Select(variable => variable.Source)).Distinct(StringComparer.Ordinal)
        join secret in Compose.Secrets on source equals secret.Name
        where secret.TenantSecret is not null
        select secret.TenantSecret;

    /// <summary>Of the whole, whatever its number: two revisions with the same one would run the same thing.</summary>
    public string Fingerprint()
    {
        var unnumbered = this with { Number = 0, Most = null };
        return Hash(string.Join('\n', Compose.Services
            .OrderBy(service => service.Name, StringComparer.Ordinal)
            .Select(service => $"{service.Name} {unnumbered.FingerprintOf(service)} {FullOf(service)}")));
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
