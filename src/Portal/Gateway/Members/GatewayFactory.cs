using Portal.HAProxy;

namespace Portal.Gateway.Members;

/// <summary>The gateways as the settings have them: this portal's own first.</summary>
internal static class GatewayFactory
{
    /// <summary>One command to a gateway among several: whoever needs longer does not take part.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static HAProxyProcess Own(string dataDirectory, GatewayOptions options) =>
        new(Path.Combine(dataDirectory, "gateway"), options.Executable, external: options.External, patience: options.Others.Count > 0 ? Patience : null);

    public static GatewayFleet Fleet(HAProxyProcess own, GatewayOptions options, TimeProvider clock) => new(
        [
            new(options.Name, own, Listen(own, options, options.Listen, options.ListenHttps, options.Health), only: options.Others.Count == 0, clock),
            .. options.Others.Select(other => Member(other, options, clock)),
        ], clock);

    private static GatewayMember Member(OtherGateway other, GatewayOptions options, TimeProvider clock)
    {
        var process = HAProxyProcess.Elsewhere(other.Folder, other.Admin, other.AdminAsItSeesIt, other.Master, options.Executable, Patience);
        return new(other.Name, process, Listen(process, options, Or(other.Listen, options.Listen), Or(other.ListenHttps, options.ListenHttps), other.Health), only: false, clock);
    }

    private static GatewayListen Listen(HAProxyProcess process, GatewayOptions options, string http, string https, string health) =>
        new([.. GatewayOptions.EndPoints(http)], process.AdminSocket, process.MasterSocket)
        {
            TlsBinds = [.. GatewayOptions.EndPoints(https)],
            PublicTlsPort = options.PublicHttpsPort ?? 0,
            Health = GatewayOptions.EndPoints(health).FirstOrDefault(),
        };

    private static string Or(string text, string otherwise) => text.Length > 0 ? text : otherwise;
}
