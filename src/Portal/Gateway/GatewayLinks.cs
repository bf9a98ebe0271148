using Microsoft.Extensions.Options;
using Portal.HAProxy;

namespace Portal.Gateway;

/// <summary>Where people reach a route in a browser.</summary>
public sealed class GatewayLinks(IOptions<GatewayOptions> options)
{
    private const int Http = 80;
    private const int Https = 443;

    /// <summary>On whichever side is live.</summary>
    public string Live(string hostName, string path) => Link(hostName, path);

    /// <summary>On the other side, before a switch.</summary>
    public string Standby(string hostName, string path) => Link(Sides.PreviewPrefix + hostName, path);

    private string Link(string hostName, string path)
    {
        var scheme = options.Value.PublicScheme;
        var port = options.Value.PublicPort ?? options.Value.Binds[0].Port;
        return $"{scheme}://{hostName}{((scheme, port) is ("http", Http) or ("https", Https) ? "" : $":{port}")}{path}";
    }
}
