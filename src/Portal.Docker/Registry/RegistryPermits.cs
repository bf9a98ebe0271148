using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace Portal.Docker;

/// <summary>Whose right to what at which registry.</summary>
/// <param name="Account">A hash of user name and password; empty for nobody.</param>
/// <param name="Scope">What a token would be for; empty for the registry itself.</param>
internal sealed record RegistryPermitKey(RegistryOrigin Origin, string Account, string Scope)
{
    public static RegistryPermitKey Of(RegistryOrigin origin, RegistryCredentials? credentials, string scope) => new(
        origin,
        credentials is null ? "" : Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{credentials.UserName}\n{credentials.Password}"))),
        scope);
}

/// <summary>The Authorization that worked, kept until it expires, so that not every question begins with a refusal.</summary>
internal sealed class RegistryPermits(TimeProvider time)
{
    private const int Most = 2000;

    private readonly ConcurrentDictionary<RegistryPermitKey, (AuthenticationHeaderValue Value, DateTimeOffset Until)> permits = [];

    public AuthenticationHeaderValue? Find(RegistryPermitKey key) =>
        permits.TryGetValue(key, out var found) && found.Until > time.GetUtcNow() ? found.Value : null;

    public void Keep(RegistryPermitKey key, AuthenticationHeaderValue value, DateTimeOffset until)
    {
        if (permits.Count >= Most)
        {
            permits.Clear();
        }

        permits[key] = (value, until);
    }

    public void Forget(RegistryPermitKey key) => permits.TryRemove(key, out _);
}
