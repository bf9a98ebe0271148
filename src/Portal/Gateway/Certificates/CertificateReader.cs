using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Portal.HAProxy;

namespace Portal.Gateway.Certificates;

/// <summary>A certificate that may be served, as it will be kept.</summary>
/// <param name="Pem">The chain, leaf first, and the key: read and written anew, so that nothing else comes along.</param>
internal sealed record ReadCertificate(ImmutableArray<string> Names, string Issuer, string Fingerprint, string KeyKind, DateTimeOffset NotBefore, DateTimeOffset NotAfter, string Pem)
{
    public override string ToString() => $"{string.Join(' ', Names)}, {Fingerprint}";
}

/// <summary>What was brought as PEM, checked before anybody serves it. Pure.</summary>
internal static class CertificateReader
{
    /// <summary>Characters of either text: far more than a chain and a key are.</summary>
    public const int LongestText = 64 * 1024;

    private const int MostCertificates = 8;
    private const string Label = "CERTIFICATE";

    /// <returns>The certificate; or the field that is wrong, and why. Never a word of the key.</returns>
    public static (ReadCertificate? Certificate, string Field, string Problem) Read(string? certificate, string? key, DateTimeOffset now)
    {
        if ((certificate ?? "").Length > LongestText)
        {
            return Wrong($"PEM of at most {LongestText / 1024} KiB.");
        }

        if ((key ?? "").Length > LongestText)
        {
            return (null, "key", $"PEM of at most {LongestText / 1024} KiB.");
        }

        using var chain = new Chain(Blocks(certificate ?? ""));
        if (chain.Problem is { } unreadable)
        {
            return Wrong(unreadable);
        }

        // Many programs write both into one file.
        var keys = Blocks(string.IsNullOrWhiteSpace(key) ? certificate ?? "" : key).Where(block => block.Label.EndsWith("PRIVATE KEY", StringComparison.Ordinal)).ToList();
        var leaf = chain.Certificates[0];
        var (pem, kind, problem) = keys.Count == 1
            ? CertificateKey.Match(leaf, keys[0].Label, keys[0].Pem)
            : (null, "", keys.Count == 0 ? "No private key in PEM: it begins with -----BEGIN PRIVATE KEY-----." : "More than one private key.");
        if (pem is null)
        {
            return (null, "key", chain.Certificates.Skip(1).Any(other => keys.Count == 1 && CertificateKey.Match(other, keys[0].Label, keys[0].Pem).Pem is not null)
                ? "The key belongs to a later certificate of the chain: that one comes first." : problem);
        }

        if (chain.Misfit(now) is { } misfit)
        {
            return Wrong(misfit);
        }

        var names = leaf.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(names => names.EnumerateDnsNames()).Select(name => name.ToLowerInvariant()).Distinct(StringComparer.Ordinal).ToImmutableArray();
        if (!names.Any(CertificateModel.IsName))
        {
            return Wrong("It names no host name (as subject alternative name, which is what browsers look at).");
        }

        var whole = string.Concat(chain.Certificates.Select(one => one.ExportCertificatePem() + "\n")) + pem + "\n";
        return whole.Length > CertificateModel.LongestPem
            ? Wrong($"Chain and key have {whole.Length} bytes; {CertificateModel.LongestPem} is the most. The root's certificate can be left out.")
            : (new ReadCertificate(names, Issuer(leaf), Fingerprint(leaf), kind, leaf.NotBefore.ToUniversalTime(), leaf.NotAfter.ToUniversalTime(), whole), "", "");
    }

    /// <summary>What a key is known by in other texts: its lines, however it was written.</summary>
    public static IEnumerable<string> SecretLines(string? pem) =>
        Blocks(pem ?? "").Where(block => block.Label.EndsWith("PRIVATE KEY", StringComparison.Ordinal))
            .SelectMany(block => block.Pem.Split('\n', StringSplitOptions.TrimEntries).Where(line => line.Length > 0 && line[0] != '-'));

    private static (ReadCertificate?, string, string) Wrong(string problem) => (null, "certificate", problem);

    private static string Issuer(X509Certificate2 leaf) =>
        leaf.IssuerName.RawData.AsSpan().SequenceEqual(leaf.SubjectName.RawData) ? "itself" : leaf.GetNameInfo(X509NameType.SimpleName, forIssuer: true) is { Length: > 0 } name ? name : leaf.Issuer;

    private static string Fingerprint(X509Certificate2 leaf) => Convert.ToHexStringLower(SHA256.HashData(leaf.RawData));

    private static List<(string Label, string Pem, byte[] Der)> Blocks(string text)
    {
        List<(string, string, byte[])> blocks = [];
        for (var rest = text.AsSpan(); PemEncoding.TryFind(rest, out var found); rest = rest[found.Location.End..])
        {
            var der = new byte[found.DecodedDataLength];
            if (Convert.TryFromBase64Chars(rest[found.Base64Data], der, out _))
            {
                blocks.Add((rest[found.Label].ToString(), rest[found.Location].ToString(), der));
            }
        }

        return blocks;
    }

    private sealed class Chain : IDisposable
    {
        public Chain(List<(string Label, string Pem, byte[] Der)> blocks)
        {
            var found = blocks.Where(block => block.Label == Label).ToList();
            if (found.Count is 0 or > MostCertificates)
            {
                Problem = found.Count == 0 ? $"No certificate in PEM: it begins with -----BEGIN {Label}-----." : $"At most {MostCertificates} certificates make a chain.";
                return;
            }

            try
            {
                found.ForEach(block => Certificates.Add(X509CertificateLoader.LoadCertificate(block.Der)));
            }
            catch (CryptographicException)
            {
                Problem = $"What stands between -----BEGIN {Label}----- and its end, number {Certificates.Count + 1}, is no certificate.";
            }
        }

        public List<X509Certificate2> Certificates { get; } = [];

        public string? Problem { get; }

        /// <returns>Null: it may be served now.</returns>
        public string? Misfit(DateTimeOffset now)
        {
            for (var i = 0; i < Certificates.Count; i++)
            {
                var (one, which) = (Certificates[i], i == 0 ? "It" : $"Number {i + 1} of the chain");
                var problem = one.NotAfter.ToUniversalTime() <= now.UtcDateTime ? $"{which} expired on {one.NotAfter.ToUniversalTime():yyyy-MM-dd}."
                    : one.NotBefore.ToUniversalTime() > now.UtcDateTime ? $"{which} is not good before {one.NotBefore.ToUniversalTime():yyyy-MM-dd HH:mm} UTC."
                    : i > 0 && !IsSignedBy(Certificates[i - 1], one) ? $"{which} has not signed the one before it: the leaf comes first, then whoever signed it, and so on."
                    : null;
                if (problem is not null)
                {
                    return problem;
                }
            }

            return null;
        }

        public void Dispose() => Certificates.ForEach(one => one.Dispose());

        private static bool IsSignedBy(X509Certificate2 one, X509Certificate2 by)
        {
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.Add(by);
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            chain.ChainPolicy.DisableCertificateDownloads = true;
            chain.ChainPolicy.VerificationFlags = X509VerificationFlags.AllFlags;
            chain.Build(one);
            return chain.ChainElements.Count > 1 && chain.ChainElements[1].Certificate.RawData.AsSpan().SequenceEqual(by.RawData)
                && !chain.ChainStatus.Any(status => status.Status.HasFlag(X509ChainStatusFlags.NotSignatureValid));
        }
    }
}
