using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Store;

namespace Portal.Webhooks.Intake;

/// <summary>A verified call on its way to a decision: what was checked so far, and under which key it counts once.</summary>
public sealed class DeliveryDraft(KnownHook hook, HookCall call)
{
    private readonly List<string> checks = [];

    public Guid Id { get; } = Guid.CreateVersion7(call.ReceivedAt);
    public KnownHook Hook { get; } = hook;
    public HookCall Call { get; } = call;
    public string? Image { get; set; }
    public HookPayload? Payload { get; set; }

    /// <summary>What makes two calls the same; without a sender's id or a signed timestamp every call is its own.</summary>
    public string Key { get; private set; } = "";

    public bool HasKey { get; private set; }

    /// <summary>Once, however often the same is looked at.</summary>
    public void Check(string line)
    {
        if (!checks.Contains(line, StringComparer.Ordinal))
        {
            checks.Add(line);
        }
    }

    public void Identify(ProofCheck proof)
    {
        var key = Call.SenderId ?? (proof.SignedDigest is { } digest ? $"signed:{digest}" : null);
        (HasKey, Key) = (key is not null, key ?? $"call:{Id}");
    }

    public Delivery End(DeliveryDecision decision, string reason, int status, Guid? deployment = null, string? digest = null, Guid? first = null, int longestBody = int.MaxValue) => new()
    {
        Id = Id,
        TenantId = Hook.TenantId,
        WebhookId = Hook.Id,
        DeliveryKey = Key.Length > 0 ? Key : $"call:{Id}",
        ReceivedAt = Call.ReceivedAt,
        Source = Call.Source,
        Headers = Call.Headers,
        Body = Call.Text(longestBody),
        Checks = string.Join('\n', checks),
        Decision = decision,
        Reason = reason,
        AnswerStatus = status,
        Image = Image,
        Digest = digest,
        DeploymentId = deployment,
        FirstDeliveryId = first,
    };

    /// <summary>The audit line that goes with the row. What the sender said of itself stands in it as said.</summary>
    public AuditLine Line(Delivery delivery) => new($"delivery.{SnakeCase.Of(delivery.Decision.ToString())}", "webhook", Hook.Name)
    {
        Result = delivery.Decision == DeliveryDecision.Refused ? $"{delivery.AnswerStatus}: {delivery.Reason}" : "ok",
        After = new
        {
            delivery = delivery.Id,
            stack = Hook.Stack,
            delivery.Image,
            delivery.Digest,
            delivery.Reason,
            said = Payload is null ? null : new { Payload.Commit, Payload.Ref, by = Payload.Actor, Payload.Url },
            repeats = delivery.FirstDeliveryId,
        },
        Correlation = delivery.DeploymentId ?? delivery.Id,
        Notes = [new ChangeNote(Hook.TenantId, "delivery", delivery.Id)],
    };
}

/// <summary>Writes deliveries that bring no deployment with them, and finds the first of a repeated one.</summary>
public sealed class Deliveries(PortalDbFactory databases, Changes changes)
{
    /// <exception cref="ConflictException">A verified delivery with this key is kept already.</exception>
    public Task KeepAsync(Actor actor, DeliveryDraft draft, Delivery delivery, CancellationToken cancellationToken) =>
        changes.AddAsync(actor.Demand(Permission.TenantView, draft.Hook.TenantId), draft.Line(delivery), [delivery], cancellationToken);

    public async Task<Delivery?> FirstAsync(DeliveryDraft draft, CancellationToken cancellationToken)
    {
        if (!draft.HasKey)
        {
            return null;
        }

        await using var db = databases.Tenant(draft.Hook.TenantId);
        return await db.Deliveries.AsNoTracking().SingleOrDefaultAsync(
            row => row.WebhookId == draft.Hook.Id && row.DeliveryKey == draft.Key && row.Decision != DeliveryDecision.Refused && row.FirstDeliveryId == null,
            cancellationToken);
    }
}
