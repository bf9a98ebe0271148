using System.Net;

namespace Portal.Docker;

/// <param name="ApiVersion">The newest that the engine speaks.</param>
public sealed record EnginePing(string ApiVersion, string? OsType);

/// <param name="MinApiVersion">The oldest API that the engine speaks.</param>
public sealed record EngineVersion(
    string Version, string ApiVersion, string MinApiVersion, string Os, string Architecture, string KernelVersion);

/// <param name="Id">Stays the same over restarts; tells two engines apart.</param>
/// <param name="SystemTime">The host's clock when it answered: what <see cref="EventFilter.Since"/> is compared with.</param>
public sealed record EngineInfo(
    string Id,
    string Name,
    string ServerVersion,
    string OperatingSystem,
    string KernelVersion,
    string Architecture,
    int Cpus,
    long MemoryBytes,
    int Containers,
    int ContainersRunning,
    int ContainersPaused,
    int ContainersStopped,
    int Images,
    string StorageDriver,
    string LoggingDriver,
    string RootDirectory,
    DateTimeOffset SystemTime,
    IReadOnlyList<string> Labels,
    IReadOnlyList<string> Warnings,
    EngineSwarm Swarm,
    EngineRegistries Registries,
    IReadOnlyList<EngineAddressPool> AddressPools,
    EngineCapacity Capacity);

/// <param name="Base">Such as <c>172.16.0.0/12</c>, out of which networks are cut.</param>
/// <param name="Size">Of each network, as the length of its prefix.</param>
public sealed record EngineAddressPool(string Base, int Size);

/// <param name="State"><c>inactive</c>, <c>pending</c>, <c>active</c>, <c>error</c> or <c>locked</c>.</param>
public sealed record EngineSwarm(string State, string? NodeId, bool IsManager);

/// <summary>How the engine was told to reach registries.</summary>
/// <param name="PlainHosts">With their ports.</param>
/// <param name="HubMirrored">Images of Docker Hub come from somewhere else.</param>
public sealed record EngineRegistries(IReadOnlyList<string> PlainHosts, IReadOnlyList<IPNetwork> PlainNetworks, bool HubMirrored)
{
    /// <summary>May be spoken to without TLS. A name is compared as it is, not looked up.</summary>
    /// <param name="host">As the first part of an image's name.</param>
    public bool IsPlain(string host) =>
        PlainHosts.Contains(host, StringComparer.OrdinalIgnoreCase)
        || (Uri.TryCreate($"http://{host}", UriKind.Absolute, out var uri)
            && IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address)
            && PlainNetworks.Any(network => network.Contains(address)));
}

/// <summary>Bytes, and how many there are of each.</summary>
public sealed record EngineDiskUsage(
    long LayersBytes, int Images, int Containers, long ContainersBytes, int Volumes, long VolumesBytes, long BuildCacheBytes);
