using System.Net;
using System.Net.Sockets;

namespace Portal.Lab.Load;

/// <summary>GET requests over kept-alive HTTP/1.1 connections to one address on this machine or in the lab.</summary>
/// <param name="Host">The Host header.</param>
public sealed record LoadPlan(IPEndPoint Target, string Host)
{
    public string Path { get; init; } = "/";

    public int Connections { get; init; } = 50;

    /// <summary>Null: each connection sends its next request as soon as it has its answer.</summary>
    public double? RatePerSecond { get; init; }

    /// <summary>Null: until cancelled.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>For connecting, and for a whole answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The response header by which answers are told apart in <see cref="LoadReport.Versions"/>.</summary>
    public string VersionHeader { get; init; } = "X-Version";

    /// <exception cref="ArgumentException">The target is on a public network, or a value makes no sense.</exception>
    internal void Check()
    {
        if (!IsOurs(Target.Address))
            throw new ArgumentException($"{Target.Address} is neither this machine nor a private network: no load is sent there.");
        ArgumentOutOfRangeException.ThrowIfLessThan(Connections, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Connections, 1000);
        if (RatePerSecond is <= 0)
            throw new ArgumentException("The rate must be above zero.");
        if (Path.AsSpan().ContainsAny(" \r\n") || Host.AsSpan().ContainsAny(" \r\n"))
            throw new ArgumentException("Neither path nor host may hold a blank or a line break.");
    }

    private static bool IsOurs(IPAddress address)
    {
        if (IPAddress.IsLoopback(address) || address.IsIPv6LinkLocal || address.IsIPv6UniqueLocal)
            return true;
        if (address.AddressFamily != AddressFamily.InterNetwork)
            return false;
        var bytes = address.GetAddressBytes();
        return bytes is [10, ..] or [192, 168, ..] or [169, 254, ..] || (bytes[0] == 172 && bytes[1] is >= 16 and <= 31);
    }
}
