using Microsoft.EntityFrameworkCore;
using Portal.Store;

namespace Portal.Deployments.Scaling;

/// <summary>
/// A side that is scaled down is so for one generation of its pair: whichever way the tenant is switched, from then on every side has its
/// full size again. What scales down and what switches wait for each other at the side's row.
/// </summary>
public static class ScaledSides
{
    /// <summary>The constraint that a switch meets whose other side is just being scaled down.</summary>
    public const string Scaling = "deployments_scaling";

    /// <summary>At most how many of each service a stack has there now; null: its full size.</summary>
    public static Task<int?> ScaleAsync(this PortalDb db, Guid environment, Guid stack, CancellationToken cancellationToken) => (
        from placement in db.Placements
        where placement.EnvironmentId == environment && placement.StackId == stack && db.Pairs.Any(pair => pair.TenantId == placement.TenantId && pair.Generation == placement.ScaleFor)
        select placement.Scale).SingleOrDefaultAsync(cancellationToken);

    /// <summary>Whether nobody needs the tenant's standby now, and nothing is about to: no window, switch, steps, plan, question or deployment is open.</summary>
    public static async Task<bool> IsIdleAsync(this PortalDb db, long generation, DateTimeOffset now, CancellationToken cancellationToken) =>
        await db.Pairs.AnyAsync(pair => pair.Generation == generation && (pair.SwitchBackUntil == null || pair.SwitchBackUntil <= now), cancellationToken)
        && !await db.Switches.AnyAsync(open => open.State == SwitchState.Requested, cancellationToken)
        && !await db.GradualSwitches.AnyAsync(gradual => gradual.State == GradualState.Running, cancellationToken)
        && !await db.PlannedSwitches.AnyAsync(plan => plan.State == PlannedSwitchState.Waiting, cancellationToken)
        && !await db.AskedSwitches.AnyAsync(asked => asked.State == AskedSwitchState.Waiting, cancellationToken)
        && !await db.Deployments.AnyAsync(deployment => deployment.Scale == null && (deployment.State == DeploymentState.Queued || deployment.State == DeploymentState.Running), cancellationToken);

    /// <summary>
    /// For a deployment that scales down and is about to begin: whether it still may. From here to the commit no switch to its side, and no
    /// share of the clients, is begun.
    /// </summary>
    internal static async Task<bool> MayScaleAsync(this PortalDb db, Deployment deployment, CancellationToken cancellationToken)
    {
        await db.Database.ExecuteAsync($"select 1 from environments where id = {deployment.EnvironmentId} for no key update", cancellationToken);
        return await db.Pairs.AnyAsync(pair => pair.TenantId == deployment.TenantId && pair.Generation == deployment.ScaleFor, cancellationToken)
            && !await db.Switches.AnyAsync(open => open.TenantId == deployment.TenantId && open.State == SwitchState.Requested, cancellationToken)
            && !await db.GradualSwitches.AnyAsync(gradual => gradual.TenantId == deployment.TenantId && gradual.State == GradualState.Running, cancellationToken);
    }

    /// <summary>For a switch, or a share of the clients, that is about to begin: whether the side is just being scaled down. From here to the commit it is not begun.</summary>
    public static async Task<bool> IsScalingAsync(this PortalDb db, Guid tenant, Colour side, CancellationToken cancellationToken)
    {
        await db.Database.ExecuteAsync($"select 1 from environments where tenant_id = {tenant} and colour = {side.Text()} for no key update", cancellationToken);
        return await db.Deployments.AnyAsync(deployment => deployment.TenantId == tenant && deployment.Colour == side && deployment.Scale != null && deployment.State == DeploymentState.Running, cancellationToken);
    }
}
