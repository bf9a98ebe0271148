using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Portal.Lab;

namespace Portal.Tests.Docker;

/// <summary>
/// Gives out the tokens that a real registry checks: signed, for one account, for what it asks. To strangers one that allows nothing, as
/// the large registries do.
/// </summary>
internal sealed class TokenIssuer : IAsyncDisposable
{
    private const string Service = "lab";
    private const string Name = "lab-issuer";

    private readonly RSA key = RSA.Create(2048);
    private readonly X509Certificate2 certificate;
    private readonly string account;
    private FakeRegistry server = null!;

    private TokenIssuer((string UserName, string Password) account)
    {
        this.account = $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{account.UserName}:{account.Password}"))}";
        certificate = new CertificateRequest("CN=lab-issuer", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
    }

    public RegistryTokenOptions Options => new(new Uri($"http://{server.Host}/token"), Service, Name, certificate.ExportCertificatePem());

    /// <summary>How many tokens it has given to the account.</summary>
    public int Given => Volatile.Read(ref given);

    private int given;

    public static async Task<TokenIssuer> StartAsync((string UserName, string Password) account, IPAddress address)
    {
        var issuer = new TokenIssuer(account);
        issuer.server = await FakeRegistry.StartAsync((http, _) => issuer.AnswerAsync(http), address);
        return issuer;
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        certificate.Dispose();
        key.Dispose();
    }

    private Task AnswerAsync(HttpContext http)
    {
        var sent = http.Request.Headers.Authorization.ToString();
        if (sent.Length > 0 && sent != account)
        {
            return FakeRegistry.Status(http, 401);
        }

        var known = sent == account;
        if (known)
        {
            Interlocked.Increment(ref given);
        }

        return http.Response.WriteAsJsonAsync(new { token = Token(known ? http.Request.Query["scope"] : []), expires_in = 60 });
    }

    /// <param name="scopes">Each <c>repository:NAME:ACTIONS</c>.</param>
    private string Token(IEnumerable<string?> scopes)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var access = scopes.OfType<string>().SelectMany(scope => scope.Split(' ')).Select(scope => scope.Split(':'))
            .Where(parts => parts.Length >= 3)
            .Select(parts => new { type = parts[0], name = string.Join(':', parts[1..^1]), actions = parts[^1].Split(',') });
        var head = Part(new { typ = "JWT", alg = "RS256", x5c = new[] { Convert.ToBase64String(certificate.RawData) } });
        var body = Part(new { iss = Name, sub = "ci", aud = Service, exp = now + 60, nbf = now - 10, iat = now, jti = Guid.NewGuid().ToString("N"), access });
        var signature = key.SignData(Encoding.ASCII.GetBytes($"{head}.{body}"), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{head}.{body}.{Base64Url.EncodeToString(signature)}";

        static string Part(object value) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(value));
    }
}
