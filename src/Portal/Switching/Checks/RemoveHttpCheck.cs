using Portal.Audit;
using Portal.Store;
using Portal.Tenants;

namespace Portal.Switching.Checks;

public sealed class RemoveHttpCheck(Changes changes)
{
    /// <returns>False: there was none of this name.</returns>
    /// <exception cref="DeniedException">Operators and owners may.</exception>
    public Task<bool> ExecuteAsync(Actor actor, Guid tenant, string name, CancellationToken cancellationToken) =>
        changes.RunAsync<bool>(actor.Demand(Permission.CheckManage, tenant), async db =>
        {
            var rules = await db.RulesAsync(tenant, cancellationToken);
            if (rules.Checks.FirstOrDefault(check => check.Name == name) is not { } former)
            {
                return Changed.Nothing(false);
            }

            rules.Checks = rules.Checks.Remove(former);
            return (true, new AuditLine("check.removed", "check", name) { Before = former, Notes = [new ChangeNote(tenant, "switchrules", tenant)] });
        }, cancellationToken);
}
