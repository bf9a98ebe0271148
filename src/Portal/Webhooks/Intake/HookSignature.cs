using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Portal.Webhooks.Intake;

/// <summary>What a caller shows as proof. Never stored.</summary>
/// <param name="Signature"><c>X-Hub-Signature-256</c>: <c>sha256=</c> and the HMAC in hex.</param>
/// <param name="Timestamp"><c>X-Timestamp</c>: Unix seconds, or ISO 8601 with offset.</param>
/// <param name="Bearer">The token of <c>Authorization: Bearer</c>.</param>
/// <param name="OldSignature">Only the SHA-1 signature was sent, which is not accepted.</param>
public sealed record HookProof(string? Signature, string? Timestamp, string? Bearer, bool OldSignature = false)
{
    public override string ToString() => "HookProof { *** }";
}

/// <param name="Text">For people; says nothing of the secret.</param>
/// <param name="SignedDigest">SHA-256 of timestamp and body where a timestamp was signed: the same twice is a replay.</param>
public sealed record ProofCheck(bool Verified, string Text, string? SignedDigest = null);

/// <summary>
/// Checks a call's proof over its raw bytes. The signed text is the body, or, where <c>X-Timestamp</c> is sent,
/// the timestamp as sent, a full stop, and the body; the timestamp must then be close to the portal's clock.
/// A signature that is sent decides alone: a right bearer token does not heal a wrong signature.
/// </summary>
public static class HookSignature
{
    private const string Scheme = "sha256=";

    public static ProofCheck Check(string secret, HookProof proof, ReadOnlySpan<byte> body, DateTimeOffset now, TimeSpan tolerance)
    {
        // All the work is done whatever was sent, so that how long it takes tells nothing.
        var key = Encoding.UTF8.GetBytes(secret);
        var expected = Sign(key, proof.Timestamp, body);
        var signatureRight = CryptographicOperations.FixedTimeEquals(expected, Decode(proof.Signature));
        var bearerRight = CryptographicOperations.FixedTimeEquals(SHA256.HashData(key), SHA256.HashData(Encoding.UTF8.GetBytes(proof.Bearer ?? "")));
        return proof switch
        {
            { Signature: not null } when !signatureRight => new ProofCheck(false, "X-Hub-Signature-256 does not fit the body and this webhook's secret."),
            { Signature: not null, Timestamp: null } => new ProofCheck(true, "X-Hub-Signature-256 is right for the body."),
            { Signature: not null, Timestamp: { } time } => CheckTime(time, body, now, tolerance),
            { Bearer: not null } when bearerRight => new ProofCheck(true, "The bearer token is right."),
            { Bearer: not null } => new ProofCheck(false, "The bearer token is not this webhook's secret."),
            { OldSignature: true } => new ProofCheck(false, "Only X-Hub-Signature was sent, which uses SHA-1: send X-Hub-Signature-256."),
            _ => new ProofCheck(false, "Neither X-Hub-Signature-256 nor a bearer token was sent."),
        };
    }

    private static ProofCheck CheckTime(string time, ReadOnlySpan<byte> body, DateTimeOffset now, TimeSpan tolerance)
    {
        if (!TryReadTime(time, out var sent))
        {
            return new ProofCheck(false, "X-Timestamp is neither Unix seconds nor ISO 8601 with an offset.");
        }

        return (now - sent).Duration() > tolerance
            ? new ProofCheck(false, $"X-Timestamp is {(now - sent).Duration().TotalSeconds:0} seconds from the portal's clock; at most {tolerance.TotalSeconds:0} are accepted.")
            : new ProofCheck(true, "X-Hub-Signature-256 is right for the timestamp and the body.", Convert.ToHexStringLower(SHA256.HashData(SignedText(time, body))));
    }

    /// <summary>What a caller has to send as <c>X-Hub-Signature-256</c>.</summary>
    public static string Of(string secret, string? timestamp, ReadOnlySpan<byte> body) =>
        Scheme + Convert.ToHexStringLower(Sign(Encoding.UTF8.GetBytes(secret), timestamp, body));

    private static byte[] Sign(byte[] key, string? timestamp, ReadOnlySpan<byte> body) =>
        timestamp is null ? HMACSHA256.HashData(key, body) : HMACSHA256.HashData(key, SignedText(timestamp, body));

    private static byte[] SignedText(string timestamp, ReadOnlySpan<byte> body) => [.. Encoding.UTF8.GetBytes(timestamp), (byte)'.', .. body];

    private static byte[] Decode(string? signature)
    {
        var bytes = new byte[SHA256.HashSizeInBytes];
        return signature is { Length: 71 }
            && signature.StartsWith(Scheme, StringComparison.Ordinal)
            && Convert.FromHexString(signature.AsSpan(Scheme.Length), bytes, out _, out _) == System.Buffers.OperationStatus.Done
            ? bytes
            : [];
    }

    private static bool TryReadTime(string text, out DateTimeOffset time)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds())
        {
            time = DateTimeOffset.FromUnixTimeSeconds(seconds);
            return true;
        }

        return DateTimeOffset.TryParseExact(
            text, ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"], CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out time);
    }
}
