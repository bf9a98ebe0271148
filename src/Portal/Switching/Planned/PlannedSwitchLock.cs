using Microsoft.EntityFrameworkCore;
using Portal.Store;

namespace Portal.Switching.Planned;

internal static class PlannedSwitchLock
{
    /// <summary>The plan, kept as it is until the transaction ends; null: there is none.</summary>
    public static Task<PlannedSwitch?> LockedAsync(this PortalDb db, Guid plan, CancellationToken cancellationToken) =>
        db.PlannedSwitches.FromSql($"select * from planned_switches where id = {plan} for update").SingleOrDefaultAsync(cancellationToken);
}
