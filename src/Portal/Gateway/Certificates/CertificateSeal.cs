using Portal.Redaction;
using Portal.Store;

namespace Portal.Gateway.Certificates;

/// <summary>Seals certificates with their keys, and opens them for the gateway and for nobody else.</summary>
public sealed class CertificateSeal(SecretBox box, Redactor redactor)
{
    private const string Purpose = "certificate";

    internal byte[] Seal(Guid? tenant, string pem)
    {
        Learn(tenant, pem);
        return box.Seal(pem, Purpose);
    }

    internal string Open(Guid? tenant, byte[] pemSealed)
    {
        var pem = box.Open(pemSealed, Purpose);
        Learn(tenant, pem);
        return pem;
    }

    /// <summary>From now on no text holds a line of the key.</summary>
    internal void Learn(Guid? tenant, string? pem) => redactor.Learn(tenant, CertificateReader.SecretLines(pem));

    /// <summary>For whoever tells the redactor of all there is.</summary>
    internal void Learn(Certificate row) => Open(row.TenantId, row.PemSealed);
}
