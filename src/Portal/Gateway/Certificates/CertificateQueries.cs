using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Store;

namespace Portal.Gateway.Certificates;

/// <summary>All that is ever told of a certificate.</summary>
/// <param name="Names">All host names that it names.</param>
/// <param name="ServedFor">Those that the gateway serves it for.</param>
/// <param name="Issuer">The name of whoever signed it.</param>
/// <param name="Fingerprint">SHA-256 in hexadecimal.</param>
/// <param name="Level"><c>ok</c>, <c>soon</c> (30 days), <c>urgent</c> (7 days) or <c>expired</c>.</param>
public sealed record CertificateView(
    string Name, IReadOnlyList<string> Names, IReadOnlyList<string> ServedFor, string Issuer, string Fingerprint, string KeyKind,
    DateTimeOffset NotBefore, DateTimeOffset NotAfter, string Level, DateTimeOffset CreatedAt, DateTimeOffset ChangedAt);

/// <summary>What a host name of a tenant's routes is answered with.</summary>
/// <param name="Certificate">Its name; null where it is nobody's, or another tenant's.</param>
/// <param name="NotAfter">Null: there is none, and HTTPS cannot be had.</param>
public sealed record HostCertificate(string HostName, CertificateOf Whose, string? Certificate, DateTimeOffset? NotAfter);

/// <summary>Another tenant's: one that has had the host name longer, and shares it by path.</summary>
public enum CertificateOf { Nobody, Tenant, Platform, OtherTenant }

public sealed class CertificateQueries(PortalDbFactory databases, TimeProvider clock)
{
    /// <param name="tenant">Null: the platform's.</param>
    public async Task<IReadOnlyList<CertificateView>> ListAsync(Guid? tenant, CancellationToken cancellationToken)
    {
        var (rows, served, _) = await ReadAsync(tenant, cancellationToken);
        var now = clock.GetUtcNow();
        return [.. rows.Where(row => row.TenantId == tenant).OrderBy(row => row.Name, StringComparer.Ordinal).Select(row => View(row, served.GetValueOrDefault(row.Id, []), now))];
    }

    /// <summary>The host names of a tenant's routes, and what visitors meet there.</summary>
    public async Task<IReadOnlyList<HostCertificate>> HostsAsync(Guid tenant, CancellationToken cancellationToken)
    {
        var (rows, served, hosts) = await ReadAsync(tenant, cancellationToken);
        var byName = served.SelectMany(entry => entry.Value.Select(name => (Name: name, Row: rows.Single(row => row.Id == entry.Key)))).ToDictionary(entry => entry.Name, entry => entry.Row, StringComparer.Ordinal);
        return [.. hosts.Where(host => host.TenantId == tenant).Select(host => host.HostName).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(host =>
        {
            var met = byName.GetValueOrDefault(host) ?? byName.GetValueOrDefault(Wild(host));
            var whose = met is null ? CertificateOf.Nobody : met.TenantId is null ? CertificateOf.Platform : met.TenantId == tenant ? CertificateOf.Tenant : CertificateOf.OtherTenant;
            return new HostCertificate(host, whose, whose == CertificateOf.OtherTenant ? null : met?.Name, met?.NotAfter);
        })];
    }

    internal static CertificateView View(CertificateRow row, ImmutableArray<string> servedFor, DateTimeOffset now) => new(
        row.Name, row.Names, servedFor, row.Issuer, row.Fingerprint, row.KeyKind, row.NotBefore, row.NotAfter, CertificateExpiry.Level(row.NotAfter, now), row.CreatedAt, row.ChangedAt);

    private async Task<(IReadOnlyList<CertificateRow> Rows, ImmutableDictionary<Guid, ImmutableArray<string>> Served, IReadOnlyList<HostClaim> Hosts)> ReadAsync(Guid? tenant, CancellationToken cancellationToken)
    {
        // Who has had a host name longer, and what the platform serves, is more than a tenant's own scope shows.
        await using var db = databases.Platform();
        var rows = await CertificateRow.Of(db.Certificates).ToListAsync(cancellationToken);
        var claims = await HostOwners.ClaimsAsync(db, tenant, cancellationToken);
        return (rows, CertificateChoice.Make([.. rows.Select(row => new CertificateFacts(row.Id, row.TenantId, row.Names, row.NotAfter))], HostOwners.Of(claims)), claims);
    }

    private static string Wild(string host) => host.IndexOf('.', StringComparison.Ordinal) is var dot and >= 0 ? $"*{host[dot..]}" : host;
}

/// <summary>A row without its key.</summary>
internal sealed record CertificateRow(
    Guid Id, Guid? TenantId, string Name, ImmutableArray<string> Names, string Issuer, string Fingerprint, string KeyKind,
    DateTimeOffset NotBefore, DateTimeOffset NotAfter, DateTimeOffset CreatedAt, DateTimeOffset ChangedAt)
{
    public static IQueryable<CertificateRow> Of(IQueryable<Certificate> rows) => rows.AsNoTracking().Select(row => new CertificateRow(
        row.Id, row.TenantId, row.Name, row.Names, row.Issuer, row.Fingerprint, row.KeyKind, row.NotBefore, row.NotAfter, row.CreatedAt, row.ChangedAt));

    public static CertificateRow Of(Certificate row) => new(
        row.Id, row.TenantId, row.Name, row.Names, row.Issuer, row.Fingerprint, row.KeyKind, row.NotBefore, row.NotAfter, row.CreatedAt, row.ChangedAt);
}
