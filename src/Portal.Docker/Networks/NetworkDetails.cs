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
