using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Deployments;
using Portal.Store;

namespace Portal.Webhooks.Intake;

/// <summary>Tells a caller what came of a delivery.</summary>
internal sealed class HookOutcomes(DeploymentQueries deployments, PortalDbFactory databases, IOptions<WebhookOptions> options)
{
    /// <summary>Holds until the deployment ends: 200 succeeded, 409 not, 504 not yet.</summary>
    public async Task<IResult> AwaitAsync(KnownHook hook, Guid delivery, Guid deployment, string source, TimeSpan longest, CancellationToken cancellationToken)
    {
        var view = await deployments.WaitAsync(hook.ActorAt(source), deployment, longest, cancellationToken)
            ?? throw new InvalidOperationException($"Deployment {deployment} of webhook {hook.Id} is gone.");
        var status = view switch
        {
            { Ended: false } => StatusCodes.Status504GatewayTimeout,
            { State: DeploymentState.Succeeded } => StatusCodes.Status200OK,
            _ => StatusCodes.Status409Conflict,
        };
        return Results.Json(await AnswerAsync(hook, delivery, view, cancellationToken), statusCode: status);
    }

    /// <returns>Null: the webhook has no such delivery.</returns>
    public async Task<IResult?> ShowAsync(KnownHook hook, Guid id, string source, TimeSpan longest, CancellationToken cancellationToken)
    {
        Delivery? delivery;
        await using (var db = databases.Tenant(hook.TenantId))
        {
            delivery = await db.Deliveries.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id && row.WebhookId == hook.Id, cancellationToken);
        }

        if (delivery is null)
        {
            return null;
        }

        var actor = hook.ActorAt(source);
        var view = delivery.DeploymentId is not { } deployment ? null
            : longest > TimeSpan.Zero ? await deployments.WaitAsync(actor, deployment, longest, cancellationToken)
            : await deployments.FindAsync(actor, deployment, cancellationToken);
        return Results.Ok(new
        {
            deliveryId = delivery.Id,
            decision = SnakeCase.Of(delivery.Decision.ToString()),
            delivery.Reason,
            delivery.ReceivedAt,
            checks = delivery.Checks.Split('\n'),
            deployment = view is null ? null : await AnswerAsync(hook, delivery.Id, view, cancellationToken),
        });
    }

    private async Task<object> AnswerAsync(KnownHook hook, Guid delivery, DeploymentView view, CancellationToken cancellationToken)
    {
        var good = !view.Ended || view.State == DeploymentState.Succeeded;
        return new
        {
            deliveryId = delivery,
            deploymentId = view.Id,
            result = SnakeCase.Of(view.State.ToString()),
            statusUrl = HookEndpoints.StatusUrl(hook, delivery),
            environment = view.Environment.Text(),
            view.Revision,
            code = view.Reason == DeploymentReason.None ? null : SnakeCase.Of(view.Reason.ToString()),
            reason = view.ReasonText,
            view.SupersededBy,
            seconds = (view.EndedAt - view.RequestedAt)?.TotalSeconds,
            log = good ? null : await LastLinesAsync(view, cancellationToken),
        };
    }

    private async Task<IReadOnlyList<string>> LastLinesAsync(DeploymentView view, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(view.TenantId);
        var lines = await db.DeploymentLog.AsNoTracking()
            .Where(line => line.DeploymentId == view.Id && line.Text != "" && line.Kind != DeploymentLogKind.StepProgress)
            .OrderByDescending(line => line.Id)
            .Take(options.Value.FailureLogLines)
            .Select(line => new { line.Step, line.Text })
            .ToListAsync(cancellationToken);
        return [.. lines.AsEnumerable().Reverse().Select(line => line.Step.Length == 0 ? line.Text : $"{line.Step}: {line.Text}")];
    }
}
