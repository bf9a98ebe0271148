using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Portal.Docker;
using Portal.Store;

namespace Portal.Clusters;

/// <summary>A host with the client that speaks to its engine.</summary>
public sealed record EngineHost(Host Host, EngineClient Client);

/// <summary>One client for each enabled host, kept while its endpoint stays the same.</summary>
public sealed class Engines(PortalDbFactory databases, SecretBox box) : IDisposable
{
    private const string TlsPurpose = "host-tls";
    private readonly ConcurrentDictionary<string, Lazy<EngineClient>> clients = new(StringComparer.Ordinal);

    /// <exception cref="EngineException">The environment's cluster has no enabled host.</exception>
    public async Task<EngineHost> OfEnvironmentAsync(Guid environment, CancellationToken cancellationToken)
    {
        await using var db = databases.Platform();
        return Of(await FirstAsync(db, db.Environments.Where(place => place.Id == environment), cancellationToken));
    }

    /// <exception cref="EngineException">The side's cluster has no enabled host.</exception>
    public async Task<EngineHost> OfSideAsync(Guid tenant, Colour colour, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        return Of(await FirstAsync(db, db.Environments.Where(place => place.Colour == colour), cancellationToken));
    }

    public EngineHost Of(Host host)
    {
        var key = $"{host.Id}|{host.Endpoint}|{(host.TlsSealed is null ? "" : Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(host.TlsSealed)))}";
        return new EngineHost(host, clients.GetOrAdd(key, _ => new Lazy<EngineClient>(() => new EngineClient(Endpoint(host)))).Value);
    }

    public byte[]? SealTls(EngineTls? tls) => tls is null ? null : box.Seal(JsonSerializer.Serialize(new TlsText(tls.CaPem, tls.CertificatePem, tls.KeyPem)), TlsPurpose);

    public void Dispose()
    {
        foreach (var client in clients.Values.Where(client => client.IsValueCreated))
        {
            client.Value.Dispose();
        }
    }

    private static async Task<Host> FirstAsync(PortalDb db, IQueryable<PairEnvironment> which, CancellationToken cancellationToken) =>
        await (
            from place in which.AsNoTracking()
            join candidate in db.Hosts on place.ClusterId equals candidate.ClusterId
            where candidate.Enabled
            select candidate).FirstOrDefaultAsync(cancellationToken)
        ?? throw new EngineException(new EngineError(EngineErrorKind.Unavailable, null, "The environment's cluster has no enabled host."));

    private EngineEndpoint Endpoint(Host host)
    {
        var text = host.TlsSealed is null ? null : JsonSerializer.Deserialize<TlsText>(box.Open(host.TlsSealed, TlsPurpose));
        return new EngineEndpoint(new Uri(host.Endpoint), text is null ? null : new EngineTls(text.Ca, text.Certificate, text.Key));
    }

    private sealed record TlsText(string? Ca, string? Certificate, string? Key);
}
