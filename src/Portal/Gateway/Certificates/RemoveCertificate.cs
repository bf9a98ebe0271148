using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Store;

namespace Portal.Gateway.Certificates;

/// <summary>From then on nobody new is served it; connections that are there stay.</summary>
public sealed class RemoveCertificate(Changes changes)
{
    /// <param name="tenant">Null: the platform's.</param>
    /// <returns>False: there is no such certificate.</returns>
    /// <exception cref="DeniedException">Owners may for their tenants, platform administrators everywhere.</exception>
    public Task<bool> ExecuteAsync(Actor actor, Guid? tenant, string name, CancellationToken cancellationToken)
    {
        var permit = tenant is null ? actor.Demand(Permission.PlatformManage) : actor.Demand(Permission.CertificateManage, tenant);
        return changes.RunAsync(permit, async db =>
        {
            if (await db.Certificates.SingleOrDefaultAsync(row => row.TenantId == tenant && row.Name == name, cancellationToken) is not { } row)
            {
                return Changed.Nothing(false);
            }

            db.Certificates.Remove(row);
            return (true, new AuditLine("certificate.removed", "certificate", row.Name)
            {
                Before = AddCertificate.Told(row),
                Correlation = row.Id,
                Notes = [new ChangeNote(tenant, "certificate", row.Id)],
            });
        }, cancellationToken);
    }
}
