using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Portal.Tests.Lab;

/// <summary>A certificate as somebody would bring it: PEM with its chain, and its key.</summary>
internal sealed record LabCertificate(string Chain, string Key, string Fingerprint)
{
    public string Pem => Chain + Key;

    /// <summary>Signed by itself unless somebody else signs it; for three months unless said otherwise.</summary>
    public static LabCertificate Make(string[] names, LabAuthority? by = null, AsymmetricAlgorithm? key = null, DateTimeOffset? from = null, DateTimeOffset? until = null, HashAlgorithmName? hash = null)
    {
        using var own = key is null ? ECDsa.Create(ECCurve.NamedCurves.nistP256) : null;
        var request = Request(names is [var first, ..] ? first : "nobody", key ?? own!, hash ?? HashAlgorithmName.SHA256);
        if (names.Length > 0)
        {
            var alternatives = new SubjectAlternativeNameBuilder();
            foreach (var name in names)
            {
                alternatives.AddDnsName(name);
            }

            request.CertificateExtensions.Add(alternatives.Build());
        }

        var (notBefore, notAfter) = (from ?? DateTimeOffset.UtcNow.AddDays(-1), until ?? DateTimeOffset.UtcNow.AddDays(90));
        using var made = by is null ? request.CreateSelfSigned(notBefore, notAfter) : by.Sign(request, notBefore, notAfter);
        return new LabCertificate(made.ExportCertificatePem() + "\n" + by?.Chain, (key ?? own!).ExportPkcs8PrivateKeyPem() + "\n", Convert.ToHexStringLower(SHA256.HashData(made.RawData)));
    }

    internal static CertificateRequest Request(string name, AsymmetricAlgorithm key, HashAlgorithmName hash) => key is RSA rsa
        ? new CertificateRequest($"CN={name}", rsa, hash, RSASignaturePadding.Pkcs1)
        : new CertificateRequest($"CN={name}", (ECDsa)key, hash);
}

/// <summary>Whoever signs certificates; under another one where that is given.</summary>
internal sealed class LabAuthority : IDisposable
{
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 certificate;

    public LabAuthority(string name, LabAuthority? by = null)
    {
        var request = LabCertificate.Request(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        var (from, until) = (DateTimeOffset.UtcNow.AddYears(-1), DateTimeOffset.UtcNow.AddYears(5));
        certificate = by is null ? request.CreateSelfSigned(from, until) : by.Sign(request, from, until);
        Chain = certificate.ExportCertificatePem() + "\n" + by?.Chain;
    }

    /// <summary>From this one up to the root.</summary>
    public string Chain { get; }

    internal X509Certificate2 Sign(CertificateRequest request, DateTimeOffset from, DateTimeOffset until) =>
        request.Create(certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(key), from, until, RandomNumberGenerator.GetBytes(8));

    public void Dispose()
    {
        key.Dispose();
        certificate.Dispose();
    }
}

/// <summary>Speaks HTTPS to a gateway at a loopback port, by any host name, and says whose certificate it met.</summary>
internal sealed class TlsVisitor : IDisposable
{
    private readonly HttpClient client;
    private int connections;

    public TlsVisitor(int port, Version? version = null)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            ConnectCallback = async (_, cancellation) =>
            {
                Interlocked.Increment(ref connections);
                var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellation);
                return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
            },
        };
        // One who resumes a session is told nothing of certificates, and would report the former one.
        handler.SslOptions.AllowTlsResume = false;
        handler.SslOptions.RemoteCertificateValidationCallback = (_, met, _, _) =>
        {
            Fingerprint = Convert.ToHexStringLower(SHA256.HashData(met!.GetRawCertData()));
            return Fingerprint.Length > 0;
        };
        client = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(20), DefaultRequestVersion = version ?? HttpVersion.Version11, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
    }

    /// <summary>Of the certificate that was met last.</summary>
    public string? Fingerprint { get; private set; }

    public int Connections => connections;

    public HttpMessageInvoker Invoker => client;

    public async Task<(int Status, string Body, Version Version)> GetAsync(string host, string path = "/", params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"https://{host}{path}") { Version = client.DefaultRequestVersion, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await client.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer.Version);
    }

    /// <summary>The fingerprint of the certificate for a name, met on a connection of its own; null where there is none.</summary>
    public static async Task<string?> MeetAsync(int port, string host)
    {
        using var visitor = new TlsVisitor(port);
        try
        {
            await visitor.GetAsync(host);
            return visitor.Fingerprint;
        }
        catch (HttpRequestException error) when (error.InnerException is System.Security.Authentication.AuthenticationException)
        {
            return null;
        }
    }

    public void Dispose() => client.Dispose();
}
