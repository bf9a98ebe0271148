using Portal.Audit;
using Portal.Store;
using Portal.Tenants;

namespace Portal.Switching.Asking;

/// <summary>Whether a switch of the tenant needs a second person's word from now on. What waits already waits on.</summary>
public sealed class ChooseSecondPerson(Changes changes)
{
    /// <exception cref="DeniedException">Only an owner may.</exception>
    public Task<bool> ExecuteAsync(Actor actor, Guid tenant, bool wanted, CancellationToken cancellationToken) =>
        changes.RunAsync<bool>(actor.Demand(Permission.ApprovalManage, tenant), async db =>
        {
            var rules = await db.RulesAsync(tenant, cancellationToken);
            if (rules.SecondPerson == wanted)
            {
                return Changed.Nothing(wanted);
            }

            rules.SecondPerson = wanted;
            return (wanted, new AuditLine("switchrules.changed", "pair", "second person")
            {
                Before = new { secondPerson = !wanted },
                After = new { secondPerson = wanted },
                Notes = [new ChangeNote(tenant, "switchrules", tenant)],
            });
        }, cancellationToken);
}
