using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Gateway;
using Portal.Tenants;

namespace Portal.Switching.Gradual;

/// <summary>Everybody back to the live side, at once.</summary>
public sealed class StopGradual(Changes changes, IGateway gateway, TimeProvider clock)
{
    /// <returns>False: none is under way.</returns>
    /// <exception cref="DeniedException">Whoever may switch may.</exception>
    /// <exception cref="DbUpdateConcurrencyException">It went on at the same moment.</exception>
    /// <exception cref="GatewayException">It is recorded, and the gateway follows once it can.</exception>
    public async Task<bool> ExecuteAsync(Actor actor, TenantKey tenant, CancellationToken cancellationToken)
    {
        var stopped = await changes.RunAsync<GradualSwitch?>(actor.Demand(Permission.Switch, tenant.Id), async db =>
        {
            if (await db.GradualSwitches.SingleOrDefaultAsync(gradual => gradual.State == GradualState.Running, cancellationToken) is not { } gradual)
            {
                return Changed.Nothing<GradualSwitch?>(null);
            }

            var percent = gradual.Percent;
            gradual.End(GradualState.Stopped, $"{actor.Name} stopped it at {percent} %.", clock.GetUtcNow());
            return Changed.Of<GradualSwitch?>(gradual, GradualLine.Of("gradual.stopped", gradual) with { Before = new { percent }, After = new { percent = 0 } });
        }, cancellationToken);
        if (stopped is null)
        {
            return false;
        }

        await gateway.ShareAsync(tenant.Slug, stopped.From, null, CancellationToken.None);
        return true;
    }
}
