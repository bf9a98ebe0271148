using Microsoft.Extensions.Options;

namespace Portal.Webhooks.Intake;

/// <param name="Hook">Set where the caller was verified.</param>
public sealed record Received(HookAnswer Answer, KnownHook? Hook = null);

/// <summary>The door: limits, then whose hook it is, then the proof; only what passes is read.</summary>
public sealed class ReceiveCall(
    KnownHooks hooks, WebhookSecrets secrets, HookLimits limits, RefusedCalls refused, IngestDelivery ingest, IOptions<WebhookOptions> options, TimeProvider clock)
{
    public async Task<Received> ExecuteAsync(HookCall call, CancellationToken cancellationToken)
    {
        var (hook, proof, refusal) = await KnockAsync(call, cancellationToken);
        if (refusal is not null)
        {
            return new Received(refusal);
        }

        if (limits.TakeHook(hook!.Id) is { } wait)
        {
            const string busy = "This webhook is called too often.";
            refused.Note(call, StatusCodes.Status429TooManyRequests, busy);
            return new Received(new HookAnswer.Refused(StatusCodes.Status429TooManyRequests, busy, RetryAfter: wait));
        }

        return new Received(await ingest.ExecuteAsync(hook, call, proof, cancellationToken), hook);
    }

    /// <summary>For looking at a delivery with the webhook's secret as bearer token; nothing is kept of it.</summary>
    public async Task<KnownHook?> RecogniseAsync(HookCall call, CancellationToken cancellationToken)
    {
        var (hook, secretSealed) = await hooks.FindAsync(call.HookId, cancellationToken);
        var check = HookSignature.Check(secrets.Open(secretSealed), call.Proof with { Signature = null }, call.Body.Span, clock.GetUtcNow(), options.Value.TimestampTolerance);
        return check.Verified && hook is { Open: true } ? hook : null;
    }

    private async Task<(KnownHook? Hook, ProofCheck Proof, HookAnswer? Refusal)> KnockAsync(HookCall call, CancellationToken cancellationToken)
    {
        var (hook, secretSealed) = await hooks.FindAsync(call.HookId, cancellationToken);
        var proof = HookSignature.Check(secrets.Open(secretSealed), call.Proof, call.Body.Span, clock.GetUtcNow(), options.Value.TimestampTolerance);
        if (hook is not { Open: true })
        {
            refused.Note(call, StatusCodes.Status404NotFound, "The webhook is disabled, or its stack or tenant is gone.");
            return (null, proof, new HookAnswer.Refused(StatusCodes.Status404NotFound, "There is no such webhook."));
        }

        if (!proof.Verified)
        {
            refused.Note(call, StatusCodes.Status401Unauthorized, proof.Text);
            return (null, proof, new HookAnswer.Refused(StatusCodes.Status401Unauthorized, proof.Text));
        }

        return (hook, proof, null);
    }
}
