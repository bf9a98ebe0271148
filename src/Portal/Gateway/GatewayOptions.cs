using System.Net;
using Microsoft.Extensions.Options;
using Portal.Gateway.Ports;

namespace Portal.Gateway;

/// <summary>Section <c>Portal:Gateway</c>.</summary>
public sealed class GatewayOptions
{
    public const string Section = "Portal:Gateway";

    /// <summary>Addresses with ports that the gateway takes requests at, separated by commas. Loopback until you say otherwise.</summary>
    public string Listen { get; set; } = "127.0.0.1:8000";

    /// <summary>The same for HTTPS; none: the gateway takes HTTP alone.</summary>
    public string ListenHttps { get; set; } = "";

    /// <summary>The port that people reach HTTPS at; that of the first address where nothing is said.</summary>
    public int? PublicHttpsPort { get; set; }

    /// <summary>Ports that tenants may have for TCP, first to last: <c>20000-20099</c>. None until you say so. Keep them free of everything else.</summary>
    public string TcpPorts { get; set; } = "";

    /// <summary><c>http</c>, or <c>https</c> where something in front of the gateway speaks TLS: for links that people follow.</summary>
    public string PublicScheme { get; set; } = "http";

    /// <summary>The port in links that people follow; that of the first address where nothing is said.</summary>
    public int? PublicPort { get; set; }

    /// <summary>The HAProxy program.</summary>
    public string Executable { get; set; } = "haproxy";

    /// <summary>HAProxy is started by somebody else, on the files in <c>gateway</c> below the data directory: a container beside the portal's.</summary>
    public bool External { get; set; }

    /// <summary>What it is called where there are several.</summary>
    public string Name { get; set; } = "gateway";

    /// <summary>Address and port where it says whether it may take traffic; none: it says so nowhere. Needed where there are several.</summary>
    public string Health { get; set; } = "";

    /// <summary>Further gateways, each started by its own machine.</summary>
    public IList<OtherGateway> Others { get; } = [];

    public IPEndPoint[] Binds => EndPoints(Listen);

    public IPEndPoint[] HttpsBinds => EndPoints(ListenHttps);

    public bool TakesHttps => HttpsBinds.Length > 0;

    /// <summary>Null: TCP is not offered.</summary>
    public PortRange? TcpRange => TcpPorts.Length == 0 ? null : PortRange.TryParse(TcpPorts);

    internal static IPEndPoint[] EndPoints(string text) => [.. Addresses(text).Select(IPEndPoint.Parse)];

    internal static string[] Addresses(string text) => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}

internal sealed class GatewayOptionsValidator : IValidateOptions<GatewayOptions>
{
    public ValidateOptionsResult Validate(string? name, GatewayOptions options)
    {
        List<string> wrong = [.. Wrong("Portal:Gateway:Listen", options.Listen, "0.0.0.0:80"), .. Wrong("Portal:Gateway:ListenHttps", options.ListenHttps, "0.0.0.0:443")];
        if (GatewayOptions.Addresses(options.Listen).Length == 0)
        {
            wrong.Add("Portal:Gateway:Listen names no address.");
        }

        if (wrong.Count == 0 && options.Binds.Intersect(options.HttpsBinds).FirstOrDefault() is { } both)
        {
            wrong.Add($"Portal:Gateway:Listen and Portal:Gateway:ListenHttps both have '{both}': an address takes either HTTP or HTTPS.");
        }

        if (options.TcpPorts.Length > 0 && PortRange.TryParse(options.TcpPorts) is null)
        {
            wrong.Add($"Portal:Gateway:TcpPorts is '{options.TcpPorts}'; it must be two ports, such as 20000-20099.");
        }

        wrong.AddRange(GatewayRules.Problems(options));
        if (wrong.Count == 0 && OwnPorts(options).FirstOrDefault(port => options.TcpRange?.Holds(port) == true) is > 0 and var own)
        {
            wrong.Add($"Portal:Gateway:TcpPorts holds {own}, at which a gateway has something of its own.");
        }

        if (options.PublicHttpsPort is < 1 or > IPEndPoint.MaxPort)
        {
            wrong.Add($"Portal:Gateway:PublicHttpsPort is {options.PublicHttpsPort}; it must be 1 to {IPEndPoint.MaxPort}.");
        }

        if (options.PublicScheme is not ("http" or "https"))
        {
            wrong.Add($"Portal:Gateway:PublicScheme is '{options.PublicScheme}'; it must be http or https.");
        }

        return wrong.Count > 0 ? ValidateOptionsResult.Fail(wrong) : ValidateOptionsResult.Success;
    }

    private static IEnumerable<int> OwnPorts(GatewayOptions options) =>
        new[] { options.Listen, options.ListenHttps, options.Health }.Concat(options.Others.SelectMany(other => new[] { other.Listen, other.ListenHttps, other.Health }))
            .SelectMany(GatewayOptions.EndPoints).Select(address => address.Port);

    internal static IEnumerable<string> Wrong(string setting, string addresses, string example) =>
        GatewayOptions.Addresses(addresses).Where(address => !IPEndPoint.TryParse(address, out var parsed) || parsed.Port == 0).Select(address => $"{setting} has '{address}', which is not an IP address with a port, such as {example}.");
}
