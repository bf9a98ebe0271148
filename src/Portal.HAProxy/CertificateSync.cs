using System.Collections.Immutable;

namespace Portal.HAProxy;

/// <summary>
/// Brings a worker's certificates to what is wanted, by runtime commands. Those that come are there before any goes, so a name that
/// moves from one to another is served all the while; connections keep what they began with.
/// </summary>
internal sealed class CertificateSync(RuntimeClient worker, ImmutableArray<CertificateModel> wanted)
{
    /// <returns>How many commands changed something.</returns>
    /// <exception cref="HAProxyException">NotApplied when the list does not read back as wanted.</exception>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var now = await worker.GetCertificateListAsync(GatewayFiles.CertificateListName, cancellation);
        var coming = wanted.Where(certificate => !now.ContainsKey(certificate.FileName)).ToList();
        var going = now.Keys.Except(wanted.Select(certificate => certificate.FileName), StringComparer.Ordinal).ToList();
        if (coming.Count == 0 && going.Count == 0)
            return 0;
        // Left in the worker's memory by somebody who died, or was refused, between two commands. HAProxy has one transaction at a time.
        foreach (var (stray, inTransaction) in await worker.GetCertificatesAsync(cancellation))
        {
            if (!now.ContainsKey(stray))
                await worker.ForgetCertificateAsync(stray, inTransaction, cancellation);
        }
        foreach (var certificate in coming)
        {
            await worker.AddCertificateAsync(certificate.FileName, certificate.Pem, cancellation);
            await worker.ListCertificateAsync(GatewayFiles.CertificateListName, certificate.FileName, certificate.Filter, cancellation);
        }
        foreach (var file in going)
        {
            await worker.UnlistCertificateAsync(GatewayFiles.CertificateListName, file, cancellation);
            await worker.ForgetCertificateAsync(file, inTransaction: false, cancellation);
        }
        var read = await worker.GetCertificateListAsync(GatewayFiles.CertificateListName, cancellation);
        return read.SequenceEqual(wanted.ToImmutableSortedDictionary(certificate => certificate.FileName, certificate => certificate.Filter, StringComparer.Ordinal))
            ? coming.Count + going.Count
            : throw new HAProxyException(HAProxyFault.NotApplied, "The list of certificates does not read back as it was set.");
    }
}
