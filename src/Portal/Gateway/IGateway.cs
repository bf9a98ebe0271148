using Portal.Gateway.Members;
using Portal.HAProxy;

namespace Portal.Gateway;

/// <summary>A service's port on one side of a pair: what the gateway sends requests to.</summary>
public sealed record BackendKey(string TenantSlug, string Stack, string Service, int Port, Colour Colour)
{
    /// <summary>Its connections are led on as they are, and not read as HTTP. A port may be led to in both ways, by a backend for each.</summary>
    public bool Tcp { get; init; }

    /// <summary>Without the side, as routes name it: <c>acme:shop.web.8080</c>.</summary>
    public string RouteKey => $"{TenantSlug}:{Stack}.{Service}.{Port}{(Tcp ? "-tcp" : "")}";
}

public enum ServerPlace { In, Draining }

public sealed record GatewayServer(string Address, int Port, ServerPlace Place);

/// <summary>The gateway could not do or could not confirm what was asked. What it did before still holds.</summary>
public sealed class GatewayException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The gateway in front of all tenants, or several of them as one. A seam: HAProxy, and a faulty one in tests.</summary>
/// <exception cref="GatewayException">On every member: it did not answer, or what was read back is not what was asked.</exception>
public interface IGateway
{
    Task<IReadOnlyList<GatewayServer>> ServersAsync(BackendKey backend, CancellationToken cancellationToken);

    /// <summary>Requests may go to this server from now on. Servers that are none of <paramref name="known"/> are forgotten: their containers are gone.</summary>
    Task AdmitAsync(BackendKey backend, string address, int port, IReadOnlyCollection<(string Address, int Port)> known, CancellationToken cancellationToken);

    /// <summary>No new requests; those in flight go on.</summary>
    Task DrainAsync(BackendKey backend, string address, int port, CancellationToken cancellationToken);

    Task RemoveAsync(BackendKey backend, string address, int port, CancellationToken cancellationToken);

    /// <summary>Requests that the server is answering now.</summary>
    Task<int> InFlightAsync(BackendKey backend, string address, int port, CancellationToken cancellationToken);

    /// <summary>Brings host names, paths and live sides in line with the database; starts the gateway where it does not run.</summary>
    Task ApplyAsync(CancellationToken cancellationToken);

    /// <summary>
    /// A quick look that keeps nobody waiting: whether what was last applied runs still, and nothing has failed since. Where that is so the
    /// gateways stay ready; where not, they are to be applied.
    /// </summary>
    Task<bool> KeepAsync(CancellationToken cancellationToken);

    /// <summary>Moves the tenant's live pointer, and reads it back: on every gateway that is up, or on none.</summary>
    Task<Pointed> PointAsync(string tenantSlug, Colour live, CancellationToken cancellationToken);

    /// <summary>Leaves a share of the clients to the side that is not live, as the database has it. A tenant that is live elsewhere by now stays as it is.</summary>
    Task ShareAsync(string tenantSlug, Colour live, Share? share, CancellationToken cancellationToken);

    /// <summary>Lets the tenant's requests wait until it is switched or released, a minute at most. A portal that ends lets go of them when it is back.</summary>
    Task HoldAsync(string tenantSlug, Colour live, CancellationToken cancellationToken);

    /// <summary>Lets them go on where they are still held.</summary>
    Task ReleaseAsync(string tenantSlug, Colour live, CancellationToken cancellationToken);

    /// <summary>Tenant → where its live pointer stands now; without those that gateways disagree on.</summary>
    Task<IReadOnlyDictionary<string, Colour>> LiveAsync(CancellationToken cancellationToken);

    /// <summary>The tenant's requests, as the gateway itself counts them.</summary>
    Task<GroupCounters> CountAsync(string tenantSlug, CancellationToken cancellationToken);

    /// <summary>All tenants' requests and how long they took, as the gateway itself counts them.</summary>
    Task<TrafficReading> TrafficAsync(CancellationToken cancellationToken);
}
