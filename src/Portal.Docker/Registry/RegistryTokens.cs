using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Portal.Docker;

internal sealed class WireToken
{
    [JsonPropertyName("token")]
    public string? Token { get; init; }
    [JsonPropertyName("access_token")]
    public string? AccessToken { get; init; }
    [JsonPropertyName("expires_in")]
    public int? ExpiresIn { get; init; }
}

/// <summary>Answers a registry's challenge: with the credentials themselves, or with a token that they buy.</summary>
internal sealed class RegistryTokens(RegistryTransport transport, TimeProvider time)
{
    private const int LongestAnswer = 256 * 1024;
    // What the token specification says where the answer does not.
    private const int DefaultSeconds = 60;
    private static readonly string[] Json = ["application/json"];
    // A token that expires on its way is of no use.
    private static readonly TimeSpan Spare = TimeSpan.FromSeconds(5);

    public async Task<(AuthenticationHeaderValue Value, DateTimeOffset Until)> AnswerAsync(
        RegistryChallenge? challenge, RegistryOrigin origin, string scope, RegistryCredentials? credentials, CancellationToken cancel) => challenge switch
    {
        RegistryChallenge.Bearer bearer => await FetchAsync(bearer, origin, scope, credentials, cancel).ConfigureAwait(false),
        RegistryChallenge.Basic when credentials is not null => (Basic(credentials), DateTimeOffset.MaxValue),
        _ => throw RegistryFaults.Unauthorised(origin.Host, credentials, 401),
    };

    private static AuthenticationHeaderValue Basic(RegistryCredentials credentials) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credentials.UserName}:{credentials.Password}")));

    private async Task<(AuthenticationHeaderValue Value, DateTimeOffset Until)> FetchAsync(
        RegistryChallenge.Bearer bearer, RegistryOrigin origin, string scope, RegistryCredentials? credentials, CancellationToken cancel)
    {
        if (!origin.Allows(bearer.Realm))
        {
            throw RegistryFaults.Garbled(origin.Host, "it wants credentials sent in plain text");
        }

        using var response = await transport.SendAsync(HttpMethod.Get, origin, Address(bearer, scope), Json, credentials is null ? null : Basic(credentials), cancel).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            throw RegistryFaults.FromStatus(response, origin.Host, "place for tokens where it says", credentials, time);
        }

        var body = await RegistryTransport.ReadAsync(response, origin.Host, LongestAnswer, cancel).ConfigureAwait(false);
        var wire = Read(body);
        var token = string.IsNullOrEmpty(wire?.Token) ? wire?.AccessToken : wire.Token;
        if (string.IsNullOrEmpty(token) || token.Any(letter => letter is <= ' ' or > '~'))
        {
            throw RegistryFaults.Garbled(origin.Host, "it gives no token where it says that one is to be had");
        }

        var seconds = wire!.ExpiresIn is { } given and > 0 ? given : DefaultSeconds;
        return (new AuthenticationHeaderValue("Bearer", token), time.GetUtcNow().AddSeconds(seconds) - Spare);
    }

    private static Uri Address(RegistryChallenge.Bearer bearer, string scope)
    {
        var query = new Query().Add("service", bearer.Service).Add("scope", bearer.Scope is { Length: > 0 } asked ? asked : scope is { Length: > 0 } ? scope : null).ToString();
        return new UriBuilder(bearer.Realm) { Query = $"{bearer.Realm.Query.TrimStart('?')}&{query.TrimStart('?')}".Trim('&') }.Uri;
    }

    private static WireToken? Read(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, EngineJson.Default.WireToken);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
