using System.Collections.Immutable;

namespace Portal.Compose;

/// <summary>A stack as it is to run, every variable filled in and every reference resolved.</summary>
/// <param name="Services">in an order in which each stands after all that it depends on</param>
/// <param name="Networks">those that a service joins; <c>default</c> among them when a service names none</param>
public sealed record ComposeStack(
    ImmutableArray<ServiceSpec> Services,
    ImmutableArray<NetworkSpec> Networks,
    ImmutableArray<VolumeSpec> Volumes,
    ImmutableArray<SecretSpec> Secrets,
    ImmutableArray<ConfigSpec> Configs);

/// <param name="Name">key under <c>networks:</c>; the real name on the host is the portal's to make</param>
/// <param name="ExternalName">set for an external network only: its name on the host</param>
public sealed record NetworkSpec(string Name, int Line)
{
    public string? ExternalName { get; init; }
    public string Driver { get; init; } = "bridge";
    public ImmutableSortedDictionary<string, string> DriverOptions { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
    public bool Internal { get; init; }
    public bool Attachable { get; init; }
    public bool EnableIpv6 { get; init; }
    public IpamSpec? Ipam { get; init; }
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}

public sealed record IpamSpec(string Driver, ImmutableArray<IpamPool> Pools, ImmutableSortedDictionary<string, string> Options);

/// <param name="Subnet">CIDR</param>
public sealed record IpamPool(string? Subnet, string? IpRange, string? Gateway, ImmutableSortedDictionary<string, string> AuxAddresses);

/// <param name="Name">key under <c>volumes:</c>; the real name on the host is the portal's to make</param>
/// <param name="ExternalName">set for an external volume only: its name on the host</param>
public sealed record VolumeSpec(string Name, int Line)
{
    public string? ExternalName { get; init; }
    public string Driver { get; init; } = "local";
    public ImmutableSortedDictionary<string, string> DriverOptions { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}

/// <param name="Name">key under <c>secrets:</c></param>
/// <param name="TenantSecret">the tenant's secret that holds the value; null when <see cref="Value"/> does</param>
public sealed record SecretSpec(string Name, int Line, string? TenantSecret)
{
    /// <summary>The value of the variable that <c>environment:</c> names.</summary>
    public string? Value { get; init; }

    /// <summary>Never shows the value.</summary>
    public override string ToString() => $"SecretSpec {{ Name = {Name}, Line = {Line}, TenantSecret = {TenantSecret}, Value = {(Value is null ? "" : "***")} }}";
}

/// <param name="Content">the file's text</param>
public sealed record ConfigSpec(string Name, int Line, string Content);
