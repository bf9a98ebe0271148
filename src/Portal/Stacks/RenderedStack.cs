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
    public int ReplicasOf(ServiceSpec service) => Replicas.TryGetValue(service.Name, out var set) ? set : service.Replicas;

    /// <summary>Equal for two containers of the service that need not be replaced by each other. 16 hex digits.</summary>
    public string FingerprintOf(ServiceSpec service)
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
    private IEnumerable<string> TenantSecrets(ServiceSpec service) =>
        from mount in service.Secrets
        join secret in Compose.Secrets on mount.Source equals secret.Name
        where secret.TenantSecret is not null
        select secret.TenantSecret;

    /// <summary>Of the whole: two revisions with the same one would run the same thing.</summary>
    public string Fingerprint() => Hash(string.Join('\n', Compose.Services
        .OrderBy(service => service.Name, StringComparer.Ordinal)
        .Select(service => $"{service.Name} {FingerprintOf(service)} {ReplicasOf(service)}")));

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
