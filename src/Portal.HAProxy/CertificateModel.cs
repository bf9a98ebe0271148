using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Portal.HAProxy;

/// <summary>
/// A certificate, and the names that it is served for: these, whatever else it names. Its file is named by what is in it, so that a file
/// never changes: another certificate, or other names, is another file, which comes before the former one goes.
/// </summary>
public sealed class CertificateModel
{
    /// <summary>HAProxy takes a certificate at run time in one buffer.</summary>
    public const int LongestPem = 15_000;

    /// <summary>So that a line of the list fits into that buffer as well.</summary>
    public const int MostNames = 25;

    private const string Extension = ".pem";

    /// <param name="names">1 to <see cref="MostNames"/> host names in lower case; <c>*.</c> before one stands for any first label.</param>
    /// <param name="pem">The chain, leaf first, and its key; at most <see cref="LongestPem"/> bytes.</param>
    /// <exception cref="ArgumentException">Names what HAProxy could misread.</exception>
    public CertificateModel(IEnumerable<string> names, string pem)
    {
        Names = [.. names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (Names.Length is 0 or > MostNames)
            throw new ArgumentException($"A certificate is served for 1 to {MostNames} names.", nameof(names));
        foreach (var name in Names)
            Identifiers.Require("a name of a certificate", name, IsName);
        if (!IsPem(pem))
            throw new ArgumentException($"A certificate is PEM without empty lines, of at most {LongestPem} bytes.", nameof(pem));
        Pem = pem;
        Id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{string.Join(' ', Names)}\n{pem}")))[..32];
    }

    public ImmutableArray<string> Names { get; }

    internal string Id { get; }

    /// <summary>As the list and the runtime commands have it: relative to the gateway's directory.</summary>
    internal string FileName => $"{GatewayFiles.CertificateFolder}/{Id}{Extension}";

    internal string Pem { get; }

    /// <summary>What it is served for, previews included: they are the same service, by a name that few certificates have.</summary>
    internal string Filter => string.Join(' ', Names.SelectMany(name => name.StartsWith("*.", StringComparison.Ordinal) ? [name] : new[] { name, Sides.PreviewPrefix + name }));

    /// <summary>A host name, or one with <c>*.</c> for its first label.</summary>
    public static bool IsName(string text) => Identifiers.IsHost(text.StartsWith("*.", StringComparison.Ordinal) ? text[2..] : text);

    /// <summary>Never the key.</summary>
    public override string ToString() => string.Join(' ', Names);

    // An empty line ends what a runtime command takes in.
    private static bool IsPem(string text) =>
        text.Length <= LongestPem && Ascii.IsValid(text) && text.StartsWith("-----BEGIN ", StringComparison.Ordinal) && text.TrimEnd('\n').Split('\n')[^1].StartsWith("-----END ", StringComparison.Ordinal) && text.EndsWith("-----\n", StringComparison.Ordinal)
        && !text.Contains("\n\n", StringComparison.Ordinal) && !text.Contains('\r', StringComparison.Ordinal);
}
