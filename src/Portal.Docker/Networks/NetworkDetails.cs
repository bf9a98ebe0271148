namespace Portal.Docker;

/// <param name="Scope"><c>local</c> or <c>swarm</c>.</param>
/// <param name="Containers">Container id → its place; filled by inspect, of running containers only.</param>
public sealed record NetworkDetails(
    string Id,
    string Name,
    string Driver,
    string Scope,
    bool Internal,
    bool Attachable,
    IReadOnlyDictionary<string, string> Labels,
    IReadOnlyList<NetworkSubnet> Subnets,
    IReadOnlyDictionary<string, NetworkMember> Containers);

public sealed record NetworkSubnet(string Subnet, string? Gateway);

/// <param name="Ipv4Address">Without the prefix length.</param>
public sealed record NetworkMember(string Name, string? Ipv4Address);

/// <summary>What a network is made from.</summary>
public sealed record NetworkDefinition(string Name)
{
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>No way out of it.</summary>
    public bool Internal { get; init; }

    public string Driver { get; init; } = "bridge";

    public IReadOnlyDictionary<string, string>? DriverOptions { get; init; }

    public bool Attachable { get; init; }

    /// <summary>Engines before 27 want an IPv6 pool with it.</summary>
    public bool EnableIpv6 { get; init; }

    /// <summary>None lets the engine choose.</summary>
    public IReadOnlyList<NetworkPool> Pools { get; init; } = [];

    public IReadOnlyDictionary<string, string>? IpamOptions { get; init; }
}

/// <param name="Subnet">Such as <c>10.8.0.0/24</c>.</param>
/// <param name="IpRange">Part of the subnet that containers get addresses from.</param>
/// <param name="AuxAddresses">Name → address that no container gets.</param>
public sealed record NetworkPool(string? Subnet, string? IpRange = null, string? Gateway = null, IReadOnlyDictionary<string, string>? AuxAddresses = null);
