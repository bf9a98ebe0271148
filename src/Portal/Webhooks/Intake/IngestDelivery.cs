using Microsoft.Extensions.Options;
using Portal.Deployments;
using Portal.Deployments.Requests;
using Portal.Redaction;
using Portal.Stacks;

namespace Portal.Webhooks.Intake;

/// <summary>
/// Takes a verified call from its body to an answer. When it returns, delivery, deployment and audit events are committed:
/// together where there is a deployment.
/// </summary>
public sealed class IngestDelivery(Deliveries deliveries, StackImages images, RequestDeployment request, Redactor redactor, IOptions<WebhookOptions> options, TimeProvider clock)
{
    private const string KeyIndex = "deliveries_key";
    private const string Ping = "ping";

    public async Task<HookAnswer> ExecuteAsync(KnownHook hook, HookCall call, ProofCheck proof, CancellationToken cancellationToken)
    {
        var actor = hook.ActorAt(call.Source);
        var draft = new DeliveryDraft(hook, call);
        draft.Identify(proof);
        draft.Check($"Size: {call.Body.Length} of at most {options.Value.LargestBody} bytes.");
        draft.Check($"Verified: {proof.Text}");
        try
        {
            return await DecideAsync(actor, draft, cancellationToken);
        }
        catch (ConflictException error) when (error.Constraint == KeyIndex)
        {
            // The same delivery came twice at the same instant, and the other one was committed first.
            var first = await deliveries.FirstAsync(draft, cancellationToken);
            return await RepeatAsync(actor, draft, first ?? throw new InvalidOperationException($"Delivery key {draft.Key} is taken by none.", error), cancellationToken);
        }
    }

    private async Task<HookAnswer> DecideAsync(Actor actor, DeliveryDraft draft, CancellationToken cancellationToken)
    {
        var content = HookContent.Open(draft.Call.ContentType, draft.Call.Body);
        if (content is ContentResult.Unparsable form)
        {
            return await RefuseAsync(actor, draft, StatusCodes.Status422UnprocessableEntity, form.Problem, form.Field, cancellationToken);
        }

        if (content is not ContentResult.Json json)
        {
            return await RefuseAsync(actor, draft, StatusCodes.Status415UnsupportedMediaType, "Send application/json, or application/x-www-form-urlencoded with the JSON in payload.", null, cancellationToken);
        }

        if (await deliveries.FirstAsync(draft, cancellationToken) is { } first)
        {
            return await RepeatAsync(actor, draft, first, cancellationToken);
        }

        if (draft.Call.Event == Ping)
        {
            return await IgnoreAsync(actor, draft, "A ping: the webhook is there and the secret is right.", cancellationToken);
        }

        return HookPayloadReader.Read(json.Bytes) switch
        {
            PayloadResult.Unparsable bad => await RefuseAsync(actor, draft, StatusCodes.Status422UnprocessableEntity, bad.Problem, bad.Field, cancellationToken),
            PayloadResult.Read read => await ChooseAsync(actor, draft, read.Payload, cancellationToken),
            var other => throw new InvalidOperationException($"A body without a consequence: {other}."),
        };
    }

    private async Task<HookAnswer> ChooseAsync(Actor actor, DeliveryDraft draft, HookPayload payload, CancellationToken cancellationToken)
    {
        draft.Payload = payload;
        draft.Image = $"{payload.Image.Name}:{payload.Tag}";
        draft.Check($"Body: {(payload.Form == PayloadForm.DockerHub ? "Docker Hub's form" : "the generic form")}, {draft.Image}.");
        if (await images.ReadAsync(draft.Hook.TenantId, draft.Hook.StackId, cancellationToken) is not { } named)
        {
            return await CouldNotAsync(actor, draft, "definition_unusable", "The stack's own Compose text cannot be used any more.", cancellationToken);
        }

        return HookDecider.Decide(draft.Hook.Target, payload, named, draft.Hook.Filter) switch
        {
            HookVerdict.Ignore ignore => await IgnoreAsync(actor, draft, ignore.Reason, cancellationToken),
            HookVerdict.Invalid invalid => await RefuseAsync(actor, draft, StatusCodes.Status422UnprocessableEntity, invalid.Problem, invalid.Field, cancellationToken),
            HookVerdict.Deploy deploy => await DeployAsync(actor, draft, deploy, cancellationToken),
            var other => throw new InvalidOperationException($"A verdict without a consequence: {other}."),
        };
    }

    private async Task<HookAnswer> DeployAsync(Actor actor, DeliveryDraft draft, HookVerdict.Deploy deploy, CancellationToken cancellationToken)
    {
        draft.Image = string.Join(", ", deploy.Images.Values.Distinct(StringComparer.Ordinal));
        draft.Check($"Stack: {string.Join(", ", deploy.Images.Keys)} of {draft.Hook.Stack} runs this image.");
        draft.Check($"Target: {deploy.Target.Text()}{(draft.Payload!.Target is null ? ", as the webhook has it" : ", as the body asks and the webhook allows")}.");
        RequestDeploymentResult result;
        try
        {
            result = await RequestAsync(actor, draft, deploy, draft.Hook.ThenSwitch, cancellationToken);
        }
        catch (ConflictException error) when (error.Constraint == PlannedSwitchLine.OnceIndex)
        {
            // Folded into a deployment that a switch follows, or has followed, already.
            result = await RequestAsync(actor, draft, deploy, plan: false, cancellationToken);
        }

        return result switch
        {
            RequestDeploymentResult.Accepted accepted => new HookAnswer.Accepted(draft.Id, accepted.Deployments[^1]),
            RequestDeploymentResult.Coalesced coalesced => new HookAnswer.Coalesced(draft.Id, coalesced.Deployments[^1], SameAlready),
            RequestDeploymentResult.Refused refused => await CouldNotAsync(actor, draft, Code(refused.Why), DraftProblems.Sentence(refused.Why), cancellationToken),
            RequestDeploymentResult.Held held => await CouldNotAsync(actor, draft, Store.SnakeCase.Of(held.Why.Kind.ToString()), held.Why.Sentence, cancellationToken),
            RequestDeploymentResult.EngineUnavailable down => await UnavailableAsync(actor, draft, down.Problem, cancellationToken),
            RequestDeploymentResult.NoSuchStack => new HookAnswer.Refused(StatusCodes.Status404NotFound, "There is no such webhook."),
            _ => throw new InvalidOperationException($"An outcome without an answer: {result}."),
        };
    }

    private Task<RequestDeploymentResult> RequestAsync(Actor actor, DeliveryDraft draft, HookVerdict.Deploy deploy, bool plan, CancellationToken cancellationToken)
    {
        var hook = draft.Hook;
        var wanted = new DeploymentRequest(deploy.Target, deploy.Images, Trigger: DeploymentTrigger.Webhook, Delivery: draft.Id, CoalesceWithin: options.Value.CoalesceWindow)
        {
            // Told again of what a switch has made live already, it must not bring it to the other side and switch back.
            CoalesceWithLive = hook.ThenSwitch,
            // Otherwise one push would close the way to the next for as long as the window is open.
            GivesUpSwitchBack = hook.ThenSwitch,
            PlansItself = hook.ThenSwitch,
            Migration = draft.Payload!.Migration,
        };
        return request.ExecuteAsync(
            actor, hook.TenantId, hook.Stack, wanted,
            (db, outcome, revision) =>
            {
                var delivery = Outcome(draft, deploy, outcome, revision);
                db.Deliveries.Add(delivery);
                if (!plan)
                {
                    return [draft.Line(delivery)];
                }

                var then = Plan(hook, delivery, clock.GetUtcNow());
                db.PlannedSwitches.Add(then);
                return [draft.Line(delivery), PlannedSwitchLine.Of("webhook", hook.Name, hook.Stack, then)];
            },
            cancellationToken);
    }

    /// <param name="delivery">One with a deployment.</param>
    private static PlannedSwitch Plan(KnownHook hook, Delivery delivery, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        TenantId = hook.TenantId,
        WebhookId = hook.Id,
        DeliveryId = delivery.Id,
        DeploymentId = delivery.DeploymentId!.Value,
        Source = delivery.Source,
        RequestedAt = now,
    };

    private const string SameAlready = "The same image by the same digest is on its way or has just arrived.";

    private static Delivery Outcome(DeliveryDraft draft, HookVerdict.Deploy deploy, RequestDeploymentResult outcome, Revision revision)
    {
        var digests = deploy.Images.Keys.Select(service => revision.Images[service].Digest).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        draft.Check(digests.Count == 0 ? "Digest: the image is on the host alone." : $"Digest, as the registry answers now: {string.Join(", ", digests)}.");
        if (draft.Payload!.Digest is { } said && !digests.Contains(said, StringComparer.Ordinal))
        {
            draft.Check($"The body says {said}: that differs, and the registry's answer is what runs.");
        }

        return outcome is RequestDeploymentResult.Coalesced coalesced
            ? draft.End(DeliveryDecision.Coalesced, SameAlready, StatusCodes.Status200OK, coalesced.Deployments[^1], digests.FirstOrDefault())
            : draft.End(DeliveryDecision.Accepted, $"Deploys revision {revision.Number} to {deploy.Target.Text()}{(draft.Hook.ThenSwitch ? ", then switches" : "")}{(outcome is RequestDeploymentResult.Accepted { WaitsForWord: true } ? ", once an operator says that its migration is backward compatible" : "")}.", StatusCodes.Status202Accepted, ((RequestDeploymentResult.Accepted)outcome).Deployments[^1], digests.FirstOrDefault());
    }

    private async Task<HookAnswer> RepeatAsync(Actor actor, DeliveryDraft draft, Delivery first, CancellationToken cancellationToken)
    {
        // What is kept of the first one is without what was secret then.
        if (first.Body != draft.Call.Text() && first.Body != redactor.For(draft.Hook.TenantId).Clean(draft.Call.Text()))
        {
            return await RefuseAsync(actor, draft, StatusCodes.Status422UnprocessableEntity, $"The delivery id was used for another body before ({first.ReceivedAt:u}).", "delivery id", cancellationToken);
        }

        const string repeat = "This delivery was received before and answers as the first did.";
        draft.Check($"Delivery id: {draft.Key} is that of {first.Id}, received at {first.ReceivedAt:u}.");
        draft.Image = first.Image;
        await deliveries.KeepAsync(actor, draft, draft.End(DeliveryDecision.Coalesced, repeat, StatusCodes.Status200OK, first.DeploymentId, first.Digest, first.Id), cancellationToken);
        return first.DeploymentId is { } deployment
            ? new HookAnswer.Coalesced(first.Id, deployment, repeat)
            : new HookAnswer.Ignored(first.Id, first.Reason);
    }

    private async Task<HookAnswer> IgnoreAsync(Actor actor, DeliveryDraft draft, string reason, CancellationToken cancellationToken)
    {
        await deliveries.KeepAsync(actor, draft, draft.End(DeliveryDecision.Ignored, reason, StatusCodes.Status200OK), cancellationToken);
        return new HookAnswer.Ignored(draft.Id, reason);
    }

    private async Task<HookAnswer> RefuseAsync(Actor actor, DeliveryDraft draft, int status, string reason, string? field, CancellationToken cancellationToken)
    {
        await KeepRefusedAsync(actor, draft, status, field is null ? reason : $"{field}: {reason}", cancellationToken);
        return new HookAnswer.Refused(status, reason, field, DeliveryId: draft.Id);
    }

    private async Task<HookAnswer> CouldNotAsync(Actor actor, DeliveryDraft draft, string code, string reason, CancellationToken cancellationToken)
    {
        await KeepRefusedAsync(actor, draft, StatusCodes.Status409Conflict, reason, cancellationToken);
        return new HookAnswer.CouldNot(draft.Id, code, reason);
    }

    private async Task<HookAnswer> UnavailableAsync(Actor actor, DeliveryDraft draft, string problem, CancellationToken cancellationToken)
    {
        await KeepRefusedAsync(actor, draft, StatusCodes.Status503ServiceUnavailable, problem, cancellationToken);
        return new HookAnswer.Refused(StatusCodes.Status503ServiceUnavailable, $"The engine cannot be reached: {problem}", RetryAfter: TimeSpan.FromSeconds(30), DeliveryId: draft.Id);
    }

    /// <summary>Claims no key: sent again, it is looked at again.</summary>
    private Task KeepRefusedAsync(Actor actor, DeliveryDraft draft, int status, string reason, CancellationToken cancellationToken) =>
        deliveries.KeepAsync(actor, draft, draft.End(DeliveryDecision.Refused, reason, status, longestBody: options.Value.LargestRefusedBody), cancellationToken);

    private static string Code(DraftResult why) => why switch
    {
        DraftResult.NoImage => "image_unavailable",
        DraftResult.Unusable or DraftResult.UnknownService or DraftResult.NoScale => "definition_unusable",
        DraftResult.UnknownSecret => "secret_missing",
        DraftResult.NotReady => "not_ready",
        _ => throw new InvalidOperationException($"A refusal without a code: {why}."),
    };
}
