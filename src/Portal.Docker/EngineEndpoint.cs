using System.Diagnostics.CodeAnalysis;

namespace Portal.Docker;

/// <summary>Where an engine listens: <c>unix:///var/run/docker.sock</c> or <c>tcp://host:2375</c>, the latter optionally with TLS.</summary>
public sealed record EngineEndpoint(Uri Address, EngineTls? Tls = null)
{
    public const int DefaultPort = 2375;
    public const int DefaultTlsPort = 2376;

    /// <summary>The socket's path, or null for TCP.</summary>
    public string? SocketPath => IsUnix(Address) ? Uri.UnescapeDataString(Address.AbsolutePath) : null;

    /// <exception cref="FormatException">The address is not a form an engine can have; the message says which part.</exception>
    public static EngineEndpoint Parse(string address, EngineTls? tls = null) =>
        TryParse(address, tls, out var endpoint, out var problem) ? endpoint : throw new FormatException(problem);

    public static bool TryParse(
        string? address, EngineTls? tls, [NotNullWhen(true)] out EngineEndpoint? endpoint, [NotNullWhen(false)] out string? problem)
    {
        endpoint = null;
        if (!Uri.TryCreate(address?.Trim(), UriKind.Absolute, out var uri))
        {
            problem = "The address must look like unix:///var/run/docker.sock or tcp://host:2375.";
            return false;
        }

        problem = ProblemOf(uri, tls);
        if (problem is not null)
        {
            return false;
        }

        endpoint = new EngineEndpoint(uri, tls);
        return true;
    }

    /// <summary>Never shows key material or user information.</summary>
    public override string ToString() => IsUnix(Address)
        ? $"unix://{SocketPath}"
        : $"tcp://{Address.Host}:{Port}{(Tls is null ? "" : $" ({Tls})")}";

    internal int Port => Address.IsDefaultPort || Address.Port < 0 ? Tls is null ? DefaultPort : DefaultTlsPort : Address.Port;

    internal Uri HttpAddress => IsUnix(Address)
        ? new Uri("http://engine")
        : new Uri($"{(Tls is null ? "http" : "https")}://{Address.Host}:{Port}");

    internal static string? ProblemOf(Uri uri, EngineTls? tls)
    {
        if (IsUnix(uri))
        {
            return uri.Host.Length > 0 ? "A socket address has three slashes: unix:///var/run/docker.sock."
                : uri.AbsolutePath.Length < 2 ? "The socket's path is missing."
                : tls is not null ? "TLS is for TCP addresses; a socket needs none."
                : null;
        }

        if (uri.Scheme != "tcp")
        {
            return $"The scheme must be unix or tcp, not {uri.Scheme}.";
        }

        return uri.Host.Length == 0 ? "The host is missing."
            : uri.UserInfo.Length > 0 ? "An address holds no user name or password."
            : uri.AbsolutePath.Length > 1 || uri.Query.Length > 0 || uri.Fragment.Length > 0 ? "A TCP address holds a host and a port, nothing after."
            : tls is not null && (tls.CertificatePem is null) != (tls.KeyPem is null) ? "A client certificate and its key come together."
            : null;
    }

    private static bool IsUnix(Uri uri) => uri.Scheme == "unix";
}
