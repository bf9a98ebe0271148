using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Store;

namespace Portal.Access.Members;

/// <summary>Takes a directory group's role away, at once and from open pages too.</summary>
public sealed class RemoveRoleMapping(Changes changes)
{
    /// <param name="tenant">Null: the platform's administrators.</param>
    /// <returns>False: there is no such mapping there.</returns>
    /// <exception cref="DeniedException">The actor may not manage members there.</exception>
    public Task<bool> ExecuteAsync(Actor actor, Guid? tenant, Guid mapping, CancellationToken cancellationToken) =>
        changes.RunAsync(
            actor.Demand(tenant is null ? Permission.PlatformManage : Permission.MemberManage, tenant),
            async db =>
            {
                var row = await db.RoleMappings.SingleOrDefaultAsync(one => one.Id == mapping && one.TenantId == tenant, cancellationToken);
                if (row is null)
                {
                    return Changed.Nothing(false);
                }

                db.RoleMappings.Remove(row);
                return (true, new AuditLine("member.removed", "group", row.DirectoryGroup)
                {
                    Before = new { row.Role, row.DeployLive },
                    Notes = [new ChangeNote(tenant, MemberNotes.Kind, row.Id)],
                });
            },
            cancellationToken);
}
