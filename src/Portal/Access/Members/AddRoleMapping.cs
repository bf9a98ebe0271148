using Portal.Access.Directories;
using Portal.Audit;
using Portal.Store;

namespace Portal.Access.Members;

public enum AddRoleMappingOutcome { Added, NotAName, MappedAlready }

/// <param name="Member">Set exactly when added.</param>
public sealed record AddRoleMappingResult(AddRoleMappingOutcome Outcome, Member? Member = null);

internal static class MemberNotes
{
    public const string Kind = "member";
}

/// <summary>Gives a directory group's members a role in a tenant, or the platform.</summary>
public sealed class AddRoleMapping(Changes changes, TimeProvider clock)
{
    /// <param name="group">The group's distinguished name.</param>
    /// <exception cref="DeniedException">The actor may not manage members there.</exception>
    public Task<AddRoleMappingResult> InTenantAsync(Actor actor, Guid tenant, string group, Role role, bool deployLive, CancellationToken cancellationToken) =>
        ExecuteAsync(actor.Demand(Permission.MemberManage, tenant), group, role, deployLive, cancellationToken);

    /// <exception cref="DeniedException">The actor is no platform administrator.</exception>
    public Task<AddRoleMappingResult> OnPlatformAsync(Actor actor, string group, CancellationToken cancellationToken) =>
        ExecuteAsync(actor.Demand(Permission.PlatformManage), group, null, false, cancellationToken);

    private async Task<AddRoleMappingResult> ExecuteAsync(Permit permit, string group, Role? role, bool deployLive, CancellationToken cancellationToken)
    {
        if (!DistinguishedName.TryParse(group, out var name))
        {
            return new AddRoleMappingResult(AddRoleMappingOutcome.NotAName);
        }

        var mapping = new RoleMapping
        {
            Id = Guid.CreateVersion7(clock.GetUtcNow()),
            DirectoryGroup = name.Text,
            TenantId = permit.Tenant,
            Role = role,
            DeployLive = deployLive,
            CreatedAt = clock.GetUtcNow(),
        };
        try
        {
            return await changes.RunAsync(
                permit,
                db =>
                {
                    db.RoleMappings.Add(mapping);
                    return Task.FromResult(Changed.Of(
                        new AddRoleMappingResult(AddRoleMappingOutcome.Added, new Member(mapping.Id, mapping.DirectoryGroup, role, deployLive, mapping.CreatedAt)),
                        new AuditLine("member.added", "group", name.Text)
                        {
                            After = new { role, deployLive },
                            Notes = [new ChangeNote(permit.Tenant, MemberNotes.Kind, mapping.Id)],
                        }));
                },
                cancellationToken);
        }
        catch (ConflictException)
        {
            return new AddRoleMappingResult(AddRoleMappingOutcome.MappedAlready);
        }
    }
}
