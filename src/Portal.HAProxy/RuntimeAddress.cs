using System.Net;
using System.Net.Sockets;

namespace Portal.HAProxy;

/// <summary>Where a runtime API answers, as text: a Unix socket's absolute path, or an IP address with a port for a HAProxy on another machine.</summary>
public static class RuntimeAddress
{
    public static bool IsAllowed(string text) => text.StartsWith('/') ? Identifiers.IsSocketPath(text) : TryEndPoint(text) is not null;

    internal static EndPoint EndPointOf(string text) => TryEndPoint(text) is { } endPoint ? endPoint : new UnixDomainSocketEndPoint(text);

    internal static Socket Open(EndPoint address) => address is UnixDomainSocketEndPoint
        ? new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
        : new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    /// <summary>As a configuration has HAProxy listen there.</summary>
    internal static string Bind(string text) => TryEndPoint(text) is { } endPoint
        ? $"ipv{(endPoint.AddressFamily == AddressFamily.InterNetwork ? '4' : '6')}@{endPoint} level admin"
        : $"{text} mode 600 level admin";

    private static IPEndPoint? TryEndPoint(string text) => !text.StartsWith('/') && IPEndPoint.TryParse(text, out var endPoint) && endPoint.Port > 0 ? endPoint : null;
}
