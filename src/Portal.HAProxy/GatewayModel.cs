using System.Collections.Immutable;
using System.Net;

namespace Portal.HAProxy;

/// <summary>Everything the gateway should be: where it listens, what it routes where, and which side of each group is live.</summary>
/// <param name="Listen">Addresses, sockets and limits.</param>
/// <param name="Routes">Public hosts and paths. Two routes may share a key; then their sides must be the same.</param>
/// <param name="LiveSides">Group → <see cref="LivePointer"/> as text. Every group that a route names must be here.</param>
public sealed record GatewayModel(
    GatewayListen Listen,
    ImmutableArray<RouteModel> Routes,
    ImmutableSortedDictionary<string, string> LiveSides)
{
    /// <summary>Ports of the gateway's own whose connections are led on as they are; no two for the same port.</summary>
    public ImmutableArray<TcpRouteModel> TcpRoutes { get; init; } = [];

    /// <summary>Served where the gateway takes HTTPS; no two for the same name.</summary>
    public ImmutableArray<CertificateModel> Certificates { get; init; } = [];
}

/// <summary>Where the gateway listens and how it is driven.</summary>
/// <param name="Binds">Public addresses, at least one.</param>
/// <param name="AdminSocket">Absolute path of the admin socket, at most 90 characters (a Unix socket's limit less HAProxy's suffix); or a <see cref="RuntimeAddress"/> with a port.</param>
/// <param name="MasterSocket">Absolute path of the master socket, likewise.</param>
public sealed record GatewayListen(ImmutableArray<IPEndPoint> Binds, string AdminSocket, string MasterSocket)
{
    /// <summary>Public addresses that take HTTPS. None: the gateway takes HTTP alone, and keeps no certificate.</summary>
    public ImmutableArray<IPEndPoint> TlsBinds { get; init; } = [];

    /// <summary>The port that people reach the first of <see cref="TlsBinds"/> by, for redirects; 0 where it is its own.</summary>
    public int PublicTlsPort { get; init; }

    /// <summary>Where <see cref="GatewayReadiness"/> is asked for; null: nowhere.</summary>
    public IPEndPoint? Health { get; init; }

    internal bool TakesTls => !TlsBinds.IsDefaultOrEmpty;

    /// <summary>Simultaneous connections from clients. Each needs two file descriptors, so 20,000 descriptors allow 8,000.</summary>
    public int MaxConnections { get; init; } = 8000;

    /// <summary>Places for replicas rendered into each backend, so that adding one needs no reload.</summary>
    public int SlotsPerBackend { get; init; } = 8;

    /// <summary>How long a replaced worker may finish its downloads and tunnels before it is stopped.</summary>
    public TimeSpan DrainLimit { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Sockets at their usual names inside <paramref name="directory"/>.</summary>
    public static GatewayListen In(string directory, params ReadOnlySpan<IPEndPoint> binds) =>
        new([.. binds], Path.Combine(directory, "admin.sock"), Path.Combine(directory, "master.sock"));
}

/// <summary>One public host and path prefix.</summary>
/// <param name="Host">Host name without port, lower case. Names that begin with <see cref="Sides.PreviewPrefix"/> are the gateway's own.</param>
/// <param name="Path">Prefix by whole segments ("/api" covers "/api" and "/api/x", not "/apix"); the longest one wins.</param>
/// <param name="Key">"group:name", from a-z 0-9 . : _ -</param>
/// <param name="Servers">Side → its servers. A side that is missing has none.</param>
public sealed record RouteModel(
    string Host,
    string Path,
    string Key,
    ImmutableSortedDictionary<string, ImmutableArray<ServerModel>> Servers)
{
    public RouteModel(string host, string path, string key, ImmutableArray<ServerModel> blue, ImmutableArray<ServerModel> green)
        : this(host, path, key, ImmutableSortedDictionary<string, ImmutableArray<ServerModel>>.Empty
            .Add(Sides.Blue, blue).Add(Sides.Green, green))
    {
    }

    public RoutePolicy Policy { get; init; } = RoutePolicy.None;

    /// <summary>The part of <see cref="Key"/> that a switch moves as one.</summary>
    public string Group => Identifiers.GroupOf(Key);
}

/// <summary>
/// A port of the gateway's own whose connections go to a group's live side as they are. A switch moves new connections; those that are there
/// stay where they are until they end. A share or a hold of the group does not concern them.
/// </summary>
/// <param name="Port">At every address that the gateway takes HTTP at.</param>
/// <param name="Key">As of <see cref="RouteModel"/>, and no route's.</param>
/// <param name="Servers">Likewise.</param>
public sealed record TcpRouteModel(int Port, string Key, ImmutableSortedDictionary<string, ImmutableArray<ServerModel>> Servers)
{
    public TcpRouteModel(int port, string key, ImmutableArray<ServerModel> blue, ImmutableArray<ServerModel> green)
        : this(port, key, ImmutableSortedDictionary<string, ImmutableArray<ServerModel>>.Empty.Add(Sides.Blue, blue).Add(Sides.Green, green))
    {
    }

    public string Group => Identifiers.GroupOf(Key);
}

/// <summary>A server of a backend. Its identity is address and port; the state may change.</summary>
/// <param name="Address">IPv4 or IPv6 address, no name.</param>
public sealed record ServerModel(string Address, int Port, ServerState State = ServerState.Ready)
{
    public bool IsSameServer(ServerModel? other) => other is not null && other.Address == Address && other.Port == Port;
}

public enum ServerState
{
    /// <summary>Takes requests.</summary>
    Ready,

    /// <summary>Takes no new requests, finishes those it has.</summary>
    Drain,

    /// <summary>Out of use.</summary>
    Maint,
}

/// <summary>The two sides of a group.</summary>
public static class Sides
{
    public const string Blue = "blue";
    public const string Green = "green";

    /// <summary>A request for this prefix and a public host goes to the side that is not live.</summary>
    public const string PreviewPrefix = "standby--";

    public static ImmutableArray<string> All { get; } = [Blue, Green];

    /// <exception cref="ArgumentException">The side is neither blue nor green.</exception>
    public static string Opposite(string side) => side switch
    {
        Blue => Green,
        Green => Blue,
        _ => throw new ArgumentException($"'{side}' is not a side.", nameof(side)),
    };
}
