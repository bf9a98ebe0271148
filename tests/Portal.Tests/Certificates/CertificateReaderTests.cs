using System.Security.Cryptography;
using Portal.Gateway.Certificates;
using Portal.Tests.Lab;

namespace Portal.Tests.Certificates;

public sealed class CertificateReaderTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    [Fact]
    public void A_chain_in_order_is_read_with_its_key_whichever_field_holds_it()
    {
        using var root = new LabAuthority("Lab Root");
        using var between = new LabAuthority("Lab Intermediate", root);
        var made = LabCertificate.Make(["shop.example", "*.Shop.example"], between);

        var (read, _, problem) = CertificateReader.Read($"Bag Attributes\n  friendlyName: x\n{made.Chain}", made.Key, Now);
        var (together, _, _) = CertificateReader.Read(made.Chain.Replace("\n", "\r\n", StringComparison.Ordinal) + made.Key, null, Now);

        Assert.True(read is not null, problem);
        Assert.Equal(["shop.example", "*.shop.example"], read.Names.AsEnumerable());
        Assert.Equal(("Lab Intermediate", made.Fingerprint, "EC P-256"), (read.Issuer, read.Fingerprint, read.KeyKind));
        Assert.Equal(made.Chain + made.Key, read.Pem);
        Assert.Equal(read.Pem, together?.Pem);
        Assert.DoesNotContain(made.Key.Split('\n')[1], read.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_of_both_kinds_in_every_usual_writing_are_taken()
    {
        using var rsa = RSA.Create(2048);
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var (first, second) = (LabCertificate.Make(["a.example"], key: rsa), LabCertificate.Make(["a.example"], key: ec));
        Assert.Equal("RSA 2048", CertificateReader.Read(first.Chain, rsa.ExportRSAPrivateKeyPem(), Now).Certificate?.KeyKind);
        Assert.Equal("EC P-384", CertificateReader.Read(second.Chain, ec.ExportECPrivateKeyPem(), Now).Certificate?.KeyKind);
        Assert.Equal(CertificateReader.Read(first.Chain, rsa.ExportRSAPrivateKeyPem(), Now).Certificate?.Pem, CertificateReader.Read(first.Chain, first.Key, Now).Certificate?.Pem);
    }

    [Fact]
    public void What_may_not_be_served_is_refused_by_its_field_with_the_reason_and_without_the_key()
    {
        using var root = new LabAuthority("Lab Root");
        using var stranger = new LabAuthority("Lab Root");
        using var weak = RSA.Create(1024);
        using var odd = ECDsa.Create(ECCurve.CreateFromFriendlyName("secp256k1"));
        var (good, other, weakly, oddly) = (LabCertificate.Make(["a.example"], root), LabCertificate.Make(["a.example"]), LabCertificate.Make(["a.example"], key: weak), LabCertificate.Make(["a.example"], key: odd));
        var leaf = good.Chain[..(good.Chain.IndexOf("-----END", StringComparison.Ordinal) + 26)];
        var many = LabCertificate.Make([.. Enumerable.Range(0, 900).Select(i => $"host-{i}.a.example")], root);
        using var locked = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        foreach (var (chain, key, field, words) in new (string?, string?, string, string)[]
        {
            (null, null, "certificate", "No certificate in PEM"), ("rubbish", "rubbish", "certificate", "No certificate in PEM"), (new string('x', 1 << 20), good.Key, "certificate", "at most 64 KiB"), (good.Chain, new string('x', 1 << 20), "key", "at most 64 KiB"),
            ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", good.Key, "certificate", "is no certificate"), (good.Chain, "", "key", "No private key"), (good.Chain, good.Key + other.Key, "key", "More than one"),
            (good.Chain, other.Key, "key", "not the certificate's key"), (good.Chain, weak.ExportPkcs8PrivateKeyPem(), "key", "not the certificate's key"), (good.Chain, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "key", "not the certificate's key"),
            (good.Chain, locked.ExportEncryptedPkcs8PrivateKeyPem("x", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)), "key", "passphrase"),
            (weakly.Chain, weakly.Key, "key", "1024 bits"), (oddly.Chain, oddly.Key, "key", "curve"),
            (root.Chain + leaf, good.Key, "key", "later certificate of the chain"), (leaf + stranger.Chain, good.Key, "certificate", "Number 2 of the chain has not signed"), (leaf + other.Chain, good.Key, "certificate", "has not signed"),
            (Made(until: Now.AddMinutes(-1)).Chain, null, "key", "No private key"), (Made(until: Now.AddMinutes(-1)).Pem, null, "certificate", "It expired on"), (Made(from: Now.AddDays(1)).Pem, null, "certificate", "not good before"),
            (LabCertificate.Make([]).Pem, null, "certificate", "names no host name"), (LabCertificate.Make(["*"]).Pem, null, "certificate", "names no host name"), (many.Chain, many.Key, "certificate", "15000 is the most"),
        })
        {
            var (read, wrong, problem) = CertificateReader.Read(chain, key, Now);
            Assert.True(read is null && wrong == field && problem.Contains(words, StringComparison.Ordinal), $"expected {field}: {words}, and it is {wrong}: {problem}");
            Assert.DoesNotContain(good.Key.Split('\n')[1], problem, StringComparison.Ordinal);
        }

        static LabCertificate Made(DateTimeOffset? from = null, DateTimeOffset? until = null) => LabCertificate.Make(["a.example"], from: from ?? Now.AddDays(-9), until: until);
    }
}
