using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.HAProxy;
using Portal.Store;

namespace Portal.Gateway.Certificates;

/// <summary>The gateway's certificates as the database has them. Keys are read and opened once for each change, not at each look.</summary>
public sealed class ServedCertificates(CertificateSeal seal)
{
    private readonly record struct Key(Guid Id, DateTimeOffset ChangedAt);

    /// <summary>Replaced as a whole; two who look at once find the same.</summary>
    private ImmutableDictionary<(Key Row, string Names), CertificateModel> known = ImmutableDictionary<(Key, string), CertificateModel>.Empty;

    internal async Task<ImmutableArray<CertificateModel>> ReadAsync(PortalDb platform, IEnumerable<HostClaim> claims, CancellationToken cancellationToken)
    {
        var rows = await platform.Certificates.AsNoTracking().Select(row => new { row.Id, row.TenantId, row.Names, row.NotAfter, row.ChangedAt }).ToListAsync(cancellationToken);
        var served = CertificateChoice.Make([.. rows.Select(row => new CertificateFacts(row.Id, row.TenantId, row.Names, row.NotAfter))], HostOwners.Of(claims));
        var wanted = (
            from row in rows
            from names in served.GetValueOrDefault(row.Id, []).Chunk(CertificateModel.MostNames)
            select (Row: new Key(row.Id, row.ChangedAt), Names: string.Join(' ', names))).ToList();
        var missing = wanted.Where(one => !known.ContainsKey(one)).Select(one => one.Row.Id).Distinct().ToList();
        var opened = missing.Count == 0
            ? []
            : (await platform.Certificates.AsNoTracking().Where(row => missing.Contains(row.Id)).ToListAsync(cancellationToken)).ToDictionary(row => new Key(row.Id, row.ChangedAt), row => seal.Open(row.TenantId, row.PemSealed));
        // One that was replaced between the two reads comes with the next look, which its change has asked for.
        known = wanted.Where(one => known.ContainsKey(one) || opened.ContainsKey(one.Row))
            .ToImmutableDictionary(one => one, one => known.GetValueOrDefault(one) ?? new CertificateModel(one.Names.Split(' '), opened[one.Row]));
        return [.. known.Values];
    }
}
