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

    public ImmutableArray<(string Name, string Text)> InWritingOrder =>
        [(RoutesName, Routes), (LiveName, Live), (ConfigName, Config)];
}
