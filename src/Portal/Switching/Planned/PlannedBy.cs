using System.Collections.Immutable;

namespace Portal.Switching.Planned;

/// <summary>In whose name a planned switch is made, and what it says of itself.</summary>
/// <param name="Hook">The webhook's name; null: the stack's own setting.</param>
/// <param name="Brought">What was deployed, for people.</param>
internal sealed record PlannedBy(string? Hook, string Stack, string Tenant, string Brought)
{
    private const int LongestBrought = 200;

    public string Kind => Hook is null ? "stack" : "webhook";

    public string Name => Hook ?? Stack;

    /// <summary>Exactly what this one act needs.</summary>
    public Actor Actor(PlannedSwitch plan) => new(
        Hook is null ? ActorKind.System : ActorKind.Webhook, Hook ?? $"stack {Stack}", Hook is null ? "portal" : plan.Source, false,
        ImmutableDictionary<Guid, TenantGrant>.Empty.Add(plan.TenantId, new TenantGrant(Role.Operator, DeployLive: false)));

    /// <summary>Has room in the 500 characters of a reason.</summary>
    public string Reason(PlannedSwitch plan) => Hook is null
        ? $"Stack {Stack} moves on {MovingOn.Text(plan.After)}: {Short} succeeded on standby."
        : $"Webhook {Hook}, delivery {plan.DeliveryId}: {Short} succeeded on standby.";

    private string Short => Brought.Length > LongestBrought ? Brought[..LongestBrought] + "…" : Brought;
}
