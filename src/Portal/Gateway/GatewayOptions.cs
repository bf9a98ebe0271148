using System.Net;
using Microsoft.Extensions.Options;

namespace Portal.Gateway;

/// <summary>Section <c>Portal:Gateway</c>.</summary>
public sealed class GatewayOptions
{
    public const string Section = "Portal:Gateway";

    /// <summary>Addresses with ports that the gateway takes requests at, separated by commas. Loopback until you say otherwise.</summary>
    public string Listen { get; set; } = "127.0.0.1:8000";

    /// <summary>The HAProxy program.</summary>
    public string Executable { get; set; } = "haproxy";

    public IPEndPoint[] Binds => [.. Listen.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(IPEndPoint.Parse)];
}

internal sealed class GatewayOptionsValidator : IValidateOptions<GatewayOptions>
{
    public ValidateOptionsResult Validate(string? name, GatewayOptions options)
    {
        var addresses = options.Listen.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var wrong = addresses.Where(address => !IPEndPoint.TryParse(address, out var parsed) || parsed.Port == 0).Select(address => $"Portal:Gateway:Listen has '{address}', which is not an IP address with a port, such as 0.0.0.0:80.").ToList();
        return addresses.Length == 0 ? ValidateOptionsResult.Fail("Portal:Gateway:Listen names no address.")
            : wrong.Count > 0 ? ValidateOptionsResult.Fail(wrong)
            : ValidateOptionsResult.Success;
    }
}
