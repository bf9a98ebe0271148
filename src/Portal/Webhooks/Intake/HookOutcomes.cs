using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Deployments;
using Portal.Store;
using Portal.Switching.Planned;

namespace Portal.Webhooks.Intake;

/// <summary>Tells a caller what came of a delivery.</summary>
internal sealed class HookOutcomes(DeploymentQueries deployments, PlannedSwitchQueries planned, PortalDbFactory databases, IOptions<WebhookOptions> options, TimeProvider clock)
{
    /// <summary>Holds until the deployment has ended, and the switch that is to follow it: 200 succeeded and what it brought is live where that was asked for, 409 not, 504 not yet.</summary>
    public async Task<IResult> AwaitAsync(KnownHook hook, Guid delivery, Guid deployment, string source, TimeSpan longest, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var view = await deployments.WaitAsync(hook.ActorAt(source), deployment, longest, cancellationToken)
            ?? throw new InvalidOperationException($"Deployment {deployment} of webhook {hook.Id} is gone.");
        var then = await ThenAsync(hook, view, longest - clock.GetElapsedTime(started), cancellationToken);
        var status = view switch
        {
            { Ended: false } => StatusCodes.Status504GatewayTimeout,
            { State: not DeploymentState.Succeeded } => StatusCodes.Status409Conflict,
            _ when !hook.ThenSwitch => StatusCodes.Status200OK,
            _ => then?.State switch
            {
                PlannedSwitchState.Applied or PlannedSwitchState.AlreadyLive => StatusCodes.Status200OK,
                PlannedSwitchState.Waiting => StatusCodes.Status504GatewayTimeout,
                _ => StatusCodes.Status409Conflict,
            },
        };
        return Results.Json(await AnswerAsync(hook, delivery, view, then, cancellationToken), statusCode: status);
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

        var started = clock.GetTimestamp();
        var actor = hook.ActorAt(source);
        var view = delivery.DeploymentId is not { } deployment ? null
            : longest > TimeSpan.Zero ? await deployments.WaitAsync(actor, deployment, longest, cancellationToken)
            : await deployments.FindAsync(actor, deployment, cancellationToken);
        var then = view is null ? null : await ThenAsync(hook, view, longest - clock.GetElapsedTime(started), cancellationToken);
        return Results.Ok(new
        {
            deliveryId = delivery.Id,
            decision = SnakeCase.Of(delivery.Decision.ToString()),
            delivery.Reason,
            delivery.ReceivedAt,
            checks = delivery.Checks.Split('\n'),
            deployment = view is null ? null : await AnswerAsync(hook, delivery.Id, view, then, cancellationToken),
        });
    }

    /// <summary>What follows the deployment; null where nothing does, or not yet.</summary>
    private async Task<PlannedSwitch?> ThenAsync(KnownHook hook, DeploymentView view, TimeSpan longest, CancellationToken cancellationToken) =>
        view.State != DeploymentState.Succeeded ? null
        : hook.ThenSwitch && longest > TimeSpan.Zero ? await planned.WaitAsync(hook.TenantId, view.Id, longest, cancellationToken)
        : await planned.FollowingAsync(hook.TenantId, view.Id, cancellationToken);

    private async Task<object> AnswerAsync(KnownHook hook, Guid delivery, DeploymentView view, PlannedSwitch? then, CancellationToken cancellationToken)
    {
        var good = !view.Ended || view.State == DeploymentState.Succeeded;
        // What the stack plans by itself may come long after this answer, which then is the deployment's alone.
        var stayed = hook.ThenSwitch && then is { State: PlannedSwitchState.Failed or PlannedSwitchState.GivenUp or PlannedSwitchState.Stopped };
        return new
        {
            deliveryId = delivery,
            deploymentId = view.Id,
            result = stayed ? "not_switched" : SnakeCase.Of(view.State.ToString()),
            statusUrl = HookEndpoints.StatusUrl(hook, delivery),
            environment = view.Environment.Text(view.Outside),
            view.Revision,
            code = stayed ? $"switch_{SnakeCase.Of(then!.State.ToString())}" : view.Reason == DeploymentReason.None ? null : SnakeCase.Of(view.Reason.ToString()),
            reason = stayed ? then!.Reason : view.ReasonText,
            // So may an operator whose word a migration needs.
            waitsForWord = view.WaitsForWord ? true : (bool?)null,
            // A second person may take their time.
            asked = then is { State: PlannedSwitchState.Waiting } && await planned.FindAsync(hook.TenantId, then.Id, cancellationToken) is { AskedUntil: { } until } ? new { until } : null,
            then = then is null ? null : new { state = SnakeCase.Of(then.State.ToString()), then.Reason, then.SwitchId, then.DueAt },
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
