namespace Portal.Deployments;

/// <summary>Where a step says what it does: a deployment's log, or, where the reconcile loop heals, the portal's own.</summary>
public abstract class StepLog
{
    public abstract Task ProgressAsync(string text, double? fraction, CancellationToken cancellationToken);

    public abstract Task LineAsync(string text, CancellationToken cancellationToken);
}

/// <summary>Healing has no deployment to write to.</summary>
internal sealed class HealingLog(ILogger log, StackPlace place) : StepLog
{
    public override Task ProgressAsync(string text, double? fraction, CancellationToken cancellationToken) => Task.CompletedTask;

    public override Task LineAsync(string text, CancellationToken cancellationToken)
    {
        log.LogInformation("{Tenant} {Colour} {Stack}: {Text}", place.TenantSlug, place.Colour, place.Stack, text);
        return Task.CompletedTask;
    }
}
