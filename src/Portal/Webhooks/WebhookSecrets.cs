using System.Buffers.Text;
using System.Security.Cryptography;
using Portal.Redaction;
using Portal.Store;

namespace Portal.Webhooks;

/// <summary>Secrets of webhooks: made here, sealed at rest, opened only to check a call.</summary>
public sealed class WebhookSecrets(SecretBox box, Redactor redactor)
{
    private const string Purpose = "webhook";
    private const int Bytes = 32;

    /// <summary>Stands in where no webhook is found, so that looking for ids takes as long as guessing secrets.</summary>
    private readonly byte[] decoy = box.Seal(Make(), Purpose);

    /// <summary>32 random bytes as base64url text; the text itself is the key of the signature.</summary>
    public static string Make() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    public byte[] Seal(Guid tenant, string secret)
    {
        redactor.Learn(tenant, secret);
        return box.Seal(secret, Purpose);
    }

    /// <summary>The webhook's secret, or, without a webhook, one that nobody knows.</summary>
    public string Open(byte[]? secretSealed) => box.Open(secretSealed ?? decoy, Purpose);
}
