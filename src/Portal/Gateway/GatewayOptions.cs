using System.Net;
using Microsoft.Extensions.Options;

namespace Portal.Gateway;

/// <summary>Section <c>Portal:Gateway</c>.</summary>
public sealed class GatewayOptions
{
    public const string Section = "Portal:Gateway";

    /// <summary>Addresses with ports that the gateway takes requests at, separated by commas. Loopback until you say otherwise.</summary>
    public string Listen { get; set; } = "127.0.0.1:8000";

    /// <summary><c>http</c>, or <c>https</c> where something in front of the gateway speaks TLS: for links that people follow.</summary>
    public string PublicScheme { get; set; } = "http";

    /// <summary>The port in links that people follow; that of the first address where nothing is said.</summary>
    public int? PublicPort { get; set; }

    /// <summary>The HAProxy program.</summary>
    public string Executable { get; set; } = "haproxy";

    /// <summary>HAProxy is started by somebody else, on the files in <c>gateway</c> below the data directory: a container beside the portal's.</summary>
    public bool External { get; set; }

    public IPEndPoint[] Binds => [.. Listen.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(IPEndPoint.Parse)];
}

internal sealed class GatewayOptionsValidator : IValidateOptions<GatewayOptions>
{
    public ValidateOptionsResult Validate(string? name, GatewayOptions options)
    {
        var addresses = options.Listen.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var wrong = addresses.Where(address => !IPEndPoint.TryParse(address, out var parsed) || parsed.Port == 0).Select(address => $"Portal:Gateway:Listen has '{address}', which is not an IP address with a port, such as 0.0.0.0:80.").ToList();
        if (options.PublicScheme is not ("http" or "https"))
        {
            return ValidateOptionsResult.Fail($"Portal:Gateway:PublicScheme is '{options.PublicScheme}'; it must be http or https.");
        }

        return addresses.Length == 0 ? ValidateOptionsResult.Fail("Portal:Gateway:Listen names no address.")
            : wrong.Count > 0 ? ValidateOptionsResult.Fail(wrong)
            : ValidateOptionsResult.Success;
    }
}
