using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Portal.Docker;

namespace Portal.Lab;

/// <summary>An authority, a server's certificate and a client's, as PEM text.</summary>
public sealed record LabCertificates(
    string CaPem, string ServerCertificatePem, string ServerKeyPem, string ClientCertificatePem, string ClientKeyPem)
{
    /// <summary>What a client needs for mutual TLS.</summary>
    public EngineTls Client => new(CaPem, ClientCertificatePem, ClientKeyPem);

    public override string ToString() => nameof(LabCertificates);

    /// <param name="now">The certificates hold from a day before until a month after.</param>
    public static LabCertificates Create(IReadOnlyList<IPAddress> addresses, IReadOnlyList<string> names, DateTimeOffset now)
    {
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Lab authority", authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        using var authority = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var address in addresses)
        {
            alternatives.AddIpAddress(address);
        }

        foreach (var name in names)
        {
            alternatives.AddDnsName(name);
        }

        var server = Issue(authority, "CN=Lab server", "1.3.6.1.5.5.7.3.1", alternatives.Build(), now);
        var client = Issue(authority, "CN=Lab client", "1.3.6.1.5.5.7.3.2", null, now);
        return new LabCertificates(authority.ExportCertificatePem(), server.Certificate, server.Key, client.Certificate, client.Key);
    }

    private static (string Certificate, string Key) Issue(
        X509Certificate2 authority, string subject, string purpose, X509Extension? alternatives, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], false));
        if (alternatives is not null)
        {
            request.CertificateExtensions.Add(alternatives);
        }

        using var certificate = request.Create(authority, now.AddDays(-1), now.AddDays(29), RandomNumberGenerator.GetBytes(12));
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }
}
