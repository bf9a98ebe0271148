using Microsoft.Extensions.Options;
using Portal.HAProxy;

namespace Portal.Gateway;

/// <summary>Where people reach a route in a browser.</summary>
public sealed class GatewayLinks(IOptions<GatewayOptions> options)
{
    private const int Http = 80;
    private const int Https = 443;

    /// <summary>On whichever side is live.</summary>
    /// <param name="https">The route takes nothing else.</param>
    public string Live(string hostName, string path, bool https = false) => Link(hostName, path, https);

    /// <summary>On the other side, before a switch.</summary>
    public string Standby(string hostName, string path, bool https = false) => Link(Sides.PreviewPrefix + hostName, path, https);

    private string Link(string hostName, string path, bool https)
    {
        var (scheme, port) = https && options.Value.TakesHttps
            ? ("https", options.Value.PublicHttpsPort ?? options.Value.HttpsBinds[0].Port)
            : (options.Value.PublicScheme, options.Value.PublicPort ?? options.Value.Binds[0].Port);
        return $"{scheme}://{hostName}{((scheme, port) is ("http", Http) or ("https", Https) ? "" : $":{port}")}{path}";
    }
}
