using System.Collections.Immutable;

namespace Portal.Model;

/// <summary>A receiver bound to a stack and target. Its secret is mandatory.</summary>
public sealed class Webhook : ITenantOwned
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required Guid StackId { get; init; }
    public required string Name { get; init; }
    public required byte[] SecretSealed { get; set; }
    public required DeployTarget Target { get; init; }
    /// <summary>Of the stack's services, those that it may deploy; empty: all.</summary>
    public ImmutableArray<string> Services { get; init; } = [];
    /// <summary>Tags that it acts on, with <c>*</c> and <c>?</c>; null: every tag.</summary>
    public string? Tags { get; init; }
    /// <summary>Once its deployment to standby has succeeded, the tenant is switched.</summary>
    public bool ThenSwitch { get; init; }
    public bool Enabled { get; set; } = true;
    public required DateTimeOffset CreatedAt { get; init; }
    public required string CreatedBy { get; init; }
    public DateTimeOffset? RotatedAt { get; set; }
}

/// <summary>What became of a delivery: refused before it was trusted, ignored for a reason, folded into another's deployment, or accepted.</summary>
public enum DeliveryDecision { Refused, Ignored, Coalesced, Accepted }

/// <summary>One call of a webhook, kept whole with its answer.</summary>
public sealed class Delivery : ITenantOwned
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required Guid WebhookId { get; init; }
    /// <summary>The sender's delivery id, or a digest of the signed body where it sent none; unique in the webhook for those that were verified.</summary>
    public required string DeliveryKey { get; init; }
    public required DateTimeOffset ReceivedAt { get; init; }
    public required string Source { get; init; }
    /// <summary>The headers that matter, as JSON, without credentials.</summary>
    public required string Headers { get; init; }
    public required string Body { get; init; }
    /// <summary>What was checked and how it came out, a line each.</summary>
    public required string Checks { get; init; }
    public required DeliveryDecision Decision { get; init; }
    public required string Reason { get; init; }
    public required int AnswerStatus { get; init; }
    public string? Image { get; init; }
    public string? Digest { get; init; }
    public Guid? DeploymentId { get; init; }
    /// <summary>Set on a repeat of a verified delivery: the one that was answered first.</summary>
    public Guid? FirstDeliveryId { get; init; }
}
