using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Store;

namespace Portal.Webhooks;

/// <summary>Gives a webhook a new secret; the old one is worth nothing from the commit on.</summary>
public sealed class RotateWebhook(Changes changes, WebhookSecrets secrets, TimeProvider clock)
{
    /// <returns>The new secret, told once; null where the tenant has no such webhook.</returns>
    /// <exception cref="DeniedException">The actor may not manage webhooks, or not one of this target.</exception>
    public Task<string?> ExecuteAsync(Actor actor, Guid tenant, Guid id, CancellationToken cancellationToken) =>
        changes.RunAsync(actor.Demand(Permission.WebhookManage, tenant), async db =>
        {
            if (await db.Webhooks.SingleOrDefaultAsync(hook => hook.Id == id, cancellationToken) is not { } hook)
            {
                return Changed.Nothing<string?>(null);
            }

            WebhookPermits.Demand(actor, tenant, hook.Target, hook.ThenSwitch);
            var secret = WebhookSecrets.Make();
            var before = hook.RotatedAt;
            hook.SecretSealed = secrets.Seal(tenant, secret);
            hook.RotatedAt = clock.GetUtcNow();
            return Changed.Of<string?>(secret, new AuditLine("webhook.rotated", "webhook", hook.Name)
            {
                Before = new { rotatedAt = before },
                After = new { hook.RotatedAt },
                Correlation = hook.Id,
                Notes = [new ChangeNote(tenant, "webhook", hook.Id)],
            });
        }, cancellationToken);
}
