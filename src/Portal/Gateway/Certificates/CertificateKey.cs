using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Portal.Gateway.Certificates;

/// <summary>A certificate's private key: whether it is that one's, and strong enough. Pure.</summary>
internal static class CertificateKey
{
    private const int SmallestRsa = 2048;
    private const int LargestRsa = 8192;
    private const string Stranger = "It is not the certificate's key, or cannot be read.";

    /// <summary>By their OIDs: what every browser takes.</summary>
    private static readonly Dictionary<string, string> Curves = new(StringComparer.Ordinal) { ["1.2.840.10045.3.1.7"] = "P-256", ["1.3.132.0.34"] = "P-384", ["1.3.132.0.35"] = "P-521" };

    /// <returns>The key as PKCS #8 and what it is in words; or what is wrong with it.</returns>
    public static (string? Pem, string Kind, string Problem) Match(X509Certificate2 certificate, string label, string pem)
    {
        if (label == "ENCRYPTED PRIVATE KEY" || pem.Contains("ENCRYPTED", StringComparison.Ordinal))
        {
            return (null, "", "The key is protected by a passphrase; take that off first. It is encrypted again when it is kept.");
        }

        using var rsa = certificate.GetRSAPublicKey();
        using var ec = certificate.GetECDsaPublicKey();
        try
        {
            return rsa is not null ? Rsa(rsa, pem) : ec is not null ? Ec(ec, pem) : (null, "", "Neither an RSA nor an EC certificate.");
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            // The framework's words may quote what it was given.
            return (null, "", Stranger);
        }
    }

    private static (string?, string, string) Rsa(RSA known, string pem)
    {
        using var key = RSA.Create();
        key.ImportFromPem(pem);
        return !Same(key.ExportSubjectPublicKeyInfo(), known.ExportSubjectPublicKeyInfo()) ? (null, "", Stranger)
            : key.KeySize is < SmallestRsa or > LargestRsa ? (null, "", $"An RSA key of {key.KeySize} bits; {SmallestRsa} to {LargestRsa} are taken.")
            : (key.ExportPkcs8PrivateKeyPem(), $"RSA {key.KeySize}", "");
    }

    private static (string?, string, string) Ec(ECDsa known, string pem)
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(pem);
        return !Same(key.ExportSubjectPublicKeyInfo(), known.ExportSubjectPublicKeyInfo()) ? (null, "", Stranger)
            : !Curves.TryGetValue(key.ExportParameters(includePrivateParameters: false).Curve.Oid.Value ?? "", out var curve) ? (null, "", $"An EC key on a curve that browsers do not take; {string.Join(", ", Curves.Values)} are taken.")
            : (key.ExportPkcs8PrivateKeyPem(), $"EC {curve}", "");
    }

    private static bool Same(byte[] one, byte[] other) => one.AsSpan().SequenceEqual(other);
}
