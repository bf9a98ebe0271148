namespace Portal.Docker;

internal sealed class WireNetworkCreate
{
    public string Name { get; init; } = "";
    public bool CheckDuplicate { get; init; }
    public string? Driver { get; init; }
    public bool Internal { get; init; }
    public bool Attachable { get; init; }
    public bool EnableIPv6 { get; init; }
    public Dictionary<string, string>? Options { get; init; }
    public Dictionary<string, string>? Labels { get; init; }
    public WireIpam? IPAM { get; init; }
}

internal sealed class WireIpam
{
    public string? Driver { get; init; }
    public Dictionary<string, string>? Options { get; init; }
    public WireIpamSubnet[]? Config { get; init; }
}

internal sealed class WireIpamSubnet
{
    public string? Subnet { get; init; }
    public string? Gateway { get; init; }
    public string? IPRange { get; init; }
    public Dictionary<string, string>? AuxiliaryAddresses { get; init; }
}

internal sealed class WireNetworkConnect
{
    public string Container { get; init; } = "";
    public WireEndpoint? EndpointConfig { get; init; }
}

internal sealed class WireNetworkDisconnect
{
    public string Container { get; init; } = "";
    public bool Force { get; init; }
}

internal sealed class WireNetwork
{
    public string Id { get; init; } = "";
    public string? Name { get; init; }
    public string? Driver { get; init; }
    public string? Scope { get; init; }
    public bool Internal { get; init; }
    public bool Attachable { get; init; }
    public Dictionary<string, string>? Labels { get; init; }
    public WireIpam? IPAM { get; init; }
    public Dictionary<string, WireNetworkMember>? Containers { get; init; }
}

internal sealed class WireNetworkMember
{
    public string? Name { get; init; }
    public string? IPv4Address { get; init; }
}

internal static class NetworkMapping
{
    public static NetworkDetails Details(WireNetwork wire) => new(
        wire.Id,
        wire.Name ?? "",
        wire.Driver ?? "",
        wire.Scope ?? "",
        wire.Internal,
        wire.Attachable,
        wire.Labels ?? [],
        [.. (wire.IPAM?.Config ?? []).Where(subnet => subnet.Subnet is not null)
            .Select(subnet => new NetworkSubnet(subnet.Subnet ?? "", string.IsNullOrEmpty(subnet.Gateway) ? null : subnet.Gateway))],
        (wire.Containers ?? []).ToDictionary(member => member.Key, member => new NetworkMember(
            member.Value.Name ?? "", member.Value.IPv4Address is { Length: > 0 } address ? address.Split('/')[0] : null)));
}
