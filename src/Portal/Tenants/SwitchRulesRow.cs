using Microsoft.EntityFrameworkCore;
using Portal.Store;

namespace Portal.Tenants;

public static class SwitchRulesRow
{
    /// <summary>The tenant's rules, to be changed in this unit of work; of two who change them at once, the second is told.</summary>
    public static async Task<SwitchRules> RulesAsync(this PortalDb db, Guid tenant, CancellationToken cancellationToken)
    {
        var rules = await db.SwitchRules.SingleOrDefaultAsync(cancellationToken);
        if (rules is null)
        {
            rules = new SwitchRules { TenantId = tenant };
            db.SwitchRules.Add(rules);
        }

        rules.Version++;
        return rules;
    }
}
