using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Store;

namespace Portal.Webhooks;

/// <summary>Lets a webhook act again.</summary>
public sealed class EnableWebhook(Changes changes)
{
    /// <returns>False where the tenant has no such webhook.</returns>
    /// <exception cref="DeniedException">The actor may not manage webhooks, or not open one to this target.</exception>
    public Task<bool> ExecuteAsync(Actor actor, Guid tenant, Guid id, CancellationToken cancellationToken) =>
        WebhookState.SetAsync(changes, actor, tenant, id, enabled: true, cancellationToken);
}

/// <summary>Closes a webhook: from the commit on it answers like one that does not exist.</summary>
public sealed class DisableWebhook(Changes changes)
{
    /// <returns>False where the tenant has no such webhook.</returns>
    /// <exception cref="DeniedException">The actor may not manage webhooks.</exception>
    public Task<bool> ExecuteAsync(Actor actor, Guid tenant, Guid id, CancellationToken cancellationToken) =>
        WebhookState.SetAsync(changes, actor, tenant, id, enabled: false, cancellationToken);
}

internal static class WebhookState
{
    public static Task<bool> SetAsync(Changes changes, Actor actor, Guid tenant, Guid id, bool enabled, CancellationToken cancellationToken) =>
        changes.RunAsync(actor.Demand(Permission.WebhookManage, tenant), async db =>
        {
            if (await db.Webhooks.SingleOrDefaultAsync(hook => hook.Id == id, cancellationToken) is not { } hook)
            {
                return Changed.Nothing(false);
            }

            if (hook.Enabled == enabled)
            {
                return Changed.Nothing(true);
            }

            if (enabled)
            {
                WebhookPermits.Demand(actor, tenant, hook.Target, hook.ThenSwitch);
            }

            hook.Enabled = enabled;
            return Changed.Of(true, new AuditLine(enabled ? "webhook.enabled" : "webhook.disabled", "webhook", hook.Name)
            {
                Before = new { enabled = !enabled },
                After = new { enabled },
                Correlation = hook.Id,
                Notes = [new ChangeNote(tenant, "webhook", hook.Id)],
            });
        }, cancellationToken);
}
