using System.Collections.Immutable;
using Portal.HAProxy;

namespace Portal.Gateway.Certificates;

/// <summary>What decides whether a certificate is served.</summary>
internal sealed record CertificateFacts(Guid Id, Guid? TenantId, ImmutableArray<string> Names, DateTimeOffset NotAfter);

/// <summary>
/// Which certificate is served for which names: a tenant's for the host names that are its own and that it covers, and for nothing else
/// that it may name; the platform's for all that it names and no tenant has one of its own for. Pure.
/// </summary>
internal static class CertificateChoice
{
    /// <returns>Certificate → the names that it is served for. No name twice; those that are served for none are left out.</returns>
    public static ImmutableDictionary<Guid, ImmutableArray<string>> Make(IReadOnlyCollection<CertificateFacts> certificates, IReadOnlyDictionary<string, Guid> owners)
    {
        var served = new Dictionary<string, Guid>(StringComparer.Ordinal);
        var byTenant = certificates.Where(one => one.TenantId is not null).ToLookup(one => one.TenantId);
        foreach (var (host, owner) in owners)
        {
            if (Best(byTenant[owner].Where(one => Covers(one.Names, host)), host) is { } own)
            {
                served[host] = own.Id;
            }
        }

        var platform = certificates.Where(one => one.TenantId is null).ToList();
        foreach (var name in platform.SelectMany(one => one.Names).Distinct(StringComparer.Ordinal).Where(name => CertificateModel.IsName(name) && !served.ContainsKey(name)).ToList())
        {
            served[name] = Best(platform.Where(one => one.Names.Contains(name)), name)!.Id;
        }

        return served.GroupBy(entry => entry.Value).ToImmutableDictionary(group => group.Key, group => group.Select(entry => entry.Key).Order(StringComparer.Ordinal).ToImmutableArray());
    }

    /// <summary>By its name, or by a wildcard for its first label.</summary>
    public static bool Covers(IEnumerable<string> names, string host)
    {
        var dot = host.IndexOf('.', StringComparison.Ordinal);
        var wild = dot < 0 ? null : $"*{host[dot..]}";
        return names.Any(name => name == host || name == wild);
    }

    // The one that is good for longest; of equals, the one that names it.
    private static CertificateFacts? Best(IEnumerable<CertificateFacts> candidates, string host) =>
        candidates.OrderByDescending(one => one.NotAfter).ThenByDescending(one => one.Names.Contains(host)).ThenBy(one => one.Id).FirstOrDefault();
}
