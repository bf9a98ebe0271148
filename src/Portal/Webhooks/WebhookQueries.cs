using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Store;

namespace Portal.Webhooks;

/// <param name="LastDeliveryAt">Newest call that is kept, also a refused one.</param>
public sealed record WebhookView(
    Guid Id, string Name, string Stack, DeployTarget Target, bool Enabled, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? RotatedAt, DateTimeOffset? LastDeliveryAt, DeliveryDecision? LastDecision,
    ImmutableArray<string> Services, string? Tags, bool ThenSwitch);

/// <param name="DeploymentState">Of the deployment that it brought or was folded into.</param>
/// <param name="Then">Of the switch that was to follow; null where none was.</param>
/// <param name="ThenReason">How that ended, for people; null while it has not.</param>
public sealed record DeliveryView(
    Guid Id,
    Guid WebhookId,
    string Webhook,
    DateTimeOffset ReceivedAt,
    string Source,
    DeliveryDecision Decision,
    string Reason,
    int AnswerStatus,
    string? Image,
    string? Digest,
    Guid? DeploymentId,
    DeploymentState? DeploymentState,
    string? DeploymentReason,
    Guid? FirstDeliveryId,
    PlannedSwitchState? Then,
    string? ThenReason);

/// <param name="Checks">A line each.</param>
/// <param name="Headers">JSON, credentials masked.</param>
public sealed record DeliveryDetails(DeliveryView Delivery, string DeliveryKey, string Headers, string Body, IReadOnlyList<string> Checks);

public sealed class WebhookQueries(PortalDbFactory databases)
{
    public async Task<IReadOnlyList<WebhookView>> ListAsync(Guid tenant, string? stack, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        var rows = stack is null ? db.Webhooks : db.Webhooks.Where(row => db.Stacks.Any(named => named.Id == row.StackId && named.Name == stack));
        return [.. (await Views(db, rows).ToListAsync(cancellationToken)).OrderBy(view => view.Name, StringComparer.OrdinalIgnoreCase)];
    }

    public async Task<WebhookView?> FindAsync(Guid tenant, Guid id, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        return await Views(db, db.Webhooks.Where(row => row.Id == id)).SingleOrDefaultAsync(cancellationToken);
    }

    /// <summary>Newest first.</summary>
    /// <param name="webhook">Null: of all the tenant's webhooks.</param>
    public async Task<IReadOnlyList<DeliveryView>> DeliveriesAsync(Guid tenant, Guid? webhook, int most, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        var rows = db.Deliveries.AsNoTracking().Where(row => webhook == null || row.WebhookId == webhook).OrderByDescending(row => row.ReceivedAt).ThenByDescending(row => row.Id).Take(most);
        // A join may lose the rows' order.
        return [.. (await DeliveryViews(db, rows).ToListAsync(cancellationToken)).OrderByDescending(view => view.ReceivedAt).ThenByDescending(view => view.Id)];
    }

    public async Task<DeliveryDetails?> DeliveryAsync(Guid tenant, Guid id, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        var row = await db.Deliveries.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancellationToken);
        return row is null
            ? null
            : new DeliveryDetails(await DeliveryViews(db, db.Deliveries.AsNoTracking().Where(row => row.Id == id)).SingleAsync(cancellationToken), row.DeliveryKey, row.Headers, row.Body, row.Checks.Split('\n'));
    }

    private static IQueryable<WebhookView> Views(PortalDb db, IQueryable<Webhook> rows) =>
        from hook in rows.AsNoTracking()
        join stack in db.Stacks on hook.StackId equals stack.Id
        let last = db.Deliveries.Where(row => row.WebhookId == hook.Id).OrderByDescending(row => row.ReceivedAt).FirstOrDefault()
        select new WebhookView(
            hook.Id, hook.Name, stack.Name, hook.Target, hook.Enabled, hook.CreatedAt, hook.CreatedBy, hook.RotatedAt,
            last == null ? null : last.ReceivedAt, last == null ? null : last.Decision, hook.Services, hook.Tags, hook.ThenSwitch);

    private static IQueryable<DeliveryView> DeliveryViews(PortalDb db, IQueryable<Delivery> rows) =>
        from row in rows
        join hook in db.Webhooks on row.WebhookId equals hook.Id
        join deployment in db.Deployments on row.DeploymentId equals (Guid?)deployment.Id into deployments
        from deployment in deployments.DefaultIfEmpty()
        let plan = db.PlannedSwitches.Where(plan => plan.DeploymentId == row.DeploymentId).OrderByDescending(plan => plan.RequestedAt).FirstOrDefault()
        select new DeliveryView(
            row.Id, row.WebhookId, hook.Name, row.ReceivedAt, row.Source, row.Decision, row.Reason, row.AnswerStatus, row.Image, row.Digest, row.DeploymentId,
            deployment == null ? null : deployment.State, deployment == null ? null : deployment.ReasonText, row.FirstDeliveryId,
            plan == null ? null : plan.State, plan == null ? null : plan.Reason);
}
