using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Portal.Deployments;

namespace Portal.Webhooks.Intake;

/// <summary>
/// <c>POST /hooks/{id}?wait=SECONDS</c> and <c>GET /hooks/{id}/deliveries/{delivery}?wait=SECONDS</c>: outside the API, for callers
/// that have nothing but a webhook's secret.
/// </summary>
internal static class HookEndpoints
{
    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapPost("/hooks/{id}", ReceiveAsync).AllowAnonymous().DisableAntiforgery().WithName("CallWebhook").WithSummary("For CI and registries: signed, or with the secret as bearer; with wait, answers once the deployment has ended, and the switch that follows it where the webhook has one").WithTags("Hooks");
        app.MapGet("/hooks/{id}/deliveries/{delivery:guid}", LookAsync).AllowAnonymous().WithName("GetHookDelivery").WithSummary("What came of a call, for whoever has the secret").WithTags("Hooks");
    }

    private static async Task<IResult> ReceiveAsync(
        string id, string? wait, HttpContext http, ReceiveCall receive, HookLimits limits, RefusedCalls refused, HookOutcomes outcomes, IOptions<WebhookOptions> options, TimeProvider clock, CancellationToken cancellationToken)
    {
        var call = Call(id, http, clock);
        if (limits.TakeSource(call.Source) is { } later)
        {
            const string busy = "Too many calls from this address.";
            refused.Note(call, StatusCodes.Status429TooManyRequests, busy);
            return Refusal(http, new HookAnswer.Refused(StatusCodes.Status429TooManyRequests, busy, RetryAfter: later));
        }

        if (await HookBody.ReadAsync(http, options.Value.LargestBody, cancellationToken) is not { } body)
        {
            var large = $"The body is longer than {options.Value.LargestBody} bytes.";
            refused.Note(call, StatusCodes.Status413PayloadTooLarge, large);
            http.Response.Headers.Connection = "close";
            return Refusal(http, new HookAnswer.Refused(StatusCodes.Status413PayloadTooLarge, large));
        }

        var received = await receive.ExecuteAsync(call with { Body = body }, cancellationToken);
        var longest = Wait(wait, options.Value.LongestWait);
        return received.Answer switch
        {
            HookAnswer.Refused refusal => Refusal(http, refusal),
            HookAnswer.CouldNot failed => Results.Json(new { deliveryId = failed.DeliveryId, result = "refused", code = failed.Why, reason = failed.Reason }, statusCode: StatusCodes.Status409Conflict),
            HookAnswer.Ignored ignored => Results.Ok(new { deliveryId = ignored.DeliveryId, result = "ignored", reason = ignored.Reason }),
            HookAnswer.Coalesced folded when longest == TimeSpan.Zero => Results.Ok(new
            {
                deliveryId = folded.DeliveryId,
                result = "coalesced",
                reason = folded.Reason,
                deploymentId = folded.DeploymentId,
                statusUrl = StatusUrl(received.Hook!, folded.DeliveryId),
            }),
            HookAnswer.Accepted accepted when longest == TimeSpan.Zero => Results.Accepted(StatusUrl(received.Hook!, accepted.DeliveryId), new
            {
                deliveryId = accepted.DeliveryId,
                deploymentId = accepted.DeploymentId,
                statusUrl = StatusUrl(received.Hook!, accepted.DeliveryId),
            }),
            HookAnswer.Coalesced folded => await outcomes.AwaitAsync(received.Hook!, folded.DeliveryId, folded.DeploymentId, call.Source, longest, cancellationToken),
            HookAnswer.Accepted accepted => await outcomes.AwaitAsync(received.Hook!, accepted.DeliveryId, accepted.DeploymentId, call.Source, longest, cancellationToken),
            var other => throw new InvalidOperationException($"An answer without a form: {other}."),
        };
    }

    private static async Task<IResult> LookAsync(
        string id, Guid delivery, string? wait, HttpContext http, ReceiveCall receive, HookLimits limits, HookOutcomes outcomes, IOptions<WebhookOptions> options, TimeProvider clock, CancellationToken cancellationToken)
    {
        var call = Call(id, http, clock);
        if (limits.TakeSource(call.Source) is { } later)
        {
            return Refusal(http, new HookAnswer.Refused(StatusCodes.Status429TooManyRequests, "Too many calls from this address.", RetryAfter: later));
        }

        if (await receive.RecogniseAsync(call, cancellationToken) is not { } hook)
        {
            return Refusal(http, new HookAnswer.Refused(StatusCodes.Status401Unauthorized, "Send the webhook's secret as bearer token."));
        }

        return await outcomes.ShowAsync(hook, delivery, call.Source, Wait(wait, options.Value.LongestWait), cancellationToken)
            ?? Refusal(http, new HookAnswer.Refused(StatusCodes.Status404NotFound, "This webhook has no such delivery."));
    }

    internal static string StatusUrl(KnownHook hook, Guid delivery) => $"/hooks/{hook.Id}/deliveries/{delivery}";

    private static HookCall Call(string id, HttpContext http, TimeProvider clock)
    {
        var headers = http.Request.Headers;
        var address = http.Connection.RemoteIpAddress;
        return new HookCall(
            Guid.TryParseExact(id, "D", out var hook) ? hook : null,
            (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.ToString() ?? "unknown",
            clock.GetUtcNow(),
            http.Request.ContentType,
            HookHeaders.Proof(headers),
            HookHeaders.SenderId(headers),
            HookHeaders.Event(headers),
            HookHeaders.Keep(headers),
            ReadOnlyMemory<byte>.Empty);
    }

    /// <summary>Whole seconds; what is no number waits not at all, which the 202 then says.</summary>
    private static TimeSpan Wait(string? wait, TimeSpan longest) =>
        int.TryParse(wait, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(Math.Min(seconds, longest.TotalSeconds)) : TimeSpan.Zero;

    private static IResult Refusal(HttpContext http, HookAnswer.Refused refusal)
    {
        if (refusal.RetryAfter is { } wait)
        {
            http.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        if (refusal.Code == StatusCodes.Status401Unauthorized)
        {
            http.Response.Headers.WWWAuthenticate = "Bearer realm=\"webhook\"";
        }

        ProblemDetails problem = refusal.Field is { } field ? new HttpValidationProblemDetails(new Dictionary<string, string[]> { [field] = [refusal.Reason] }) : new ProblemDetails();
        problem.Status = refusal.Code;
        problem.Title = "The call was refused";
        problem.Detail = refusal.Field is null ? refusal.Reason : $"{refusal.Field}: {refusal.Reason}";
        if (refusal.DeliveryId is { } delivery)
        {
            problem.Extensions["deliveryId"] = delivery;
        }

        return TypedResults.Problem(problem);
    }
}
