using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Portal.Access.Sessions;

/// <summary>API tokens: random, recognisable by their prefix, kept only as a hash.</summary>
internal static class SessionTokens
{
    public const string Prefix = "portal_";
    private const int Bytes = 32;

    public static string Make() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    // A plain hash suffices: 256 random bits cannot be guessed, so nothing is gained by making the hash slow.
    public static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
