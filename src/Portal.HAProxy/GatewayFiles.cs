using System.Collections.Immutable;

namespace Portal.HAProxy;

/// <summary>The texts a gateway starts from.</summary>
/// <param name="Config">haproxy.cfg.</param>
/// <param name="Routes">routes.map: host and path → route key.</param>
/// <param name="Live">live.map: group → live side.</param>
/// <param name="Fingerprint">Of all that only a reload can change. HAProxy carries it as its description, so that it can be asked.</param>
public sealed record GatewayFiles(string Config, string Routes, string Live, string Fingerprint)
{
    public const string ConfigName = "haproxy.cfg";
    public const string RoutesName = "routes.map";
    public const string LiveName = "live.map";
    public const string CertificateListName = "certificates.list";
    public const string CertificateFolder = "certificates";

    /// <summary>certificates.list: each certificate's file, and the names that it is served for. Null where the gateway takes no HTTPS.</summary>
    public string? CertificateList { get; init; }

    /// <summary>File name → PEM with its key.</summary>
    public ImmutableSortedDictionary<string, string> Certificates { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    public ImmutableArray<(string Name, string Text)> InWritingOrder =>
    [
        .. Certificates.Select(file => (file.Key, file.Value)),
        .. CertificateList is { } list ? [(CertificateListName, list)] : Array.Empty<(string, string)>(),
        (HeldRequests.FileName, HeldRequests.Program), (RoutesName, Routes), (LiveName, Live), (ConfigName, Config),
    ];
}
