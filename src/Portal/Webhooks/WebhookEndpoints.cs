using System.Text.Json;
using Portal.Access;
using Portal.Store;
using Portal.Tenants;

namespace Portal.Webhooks;

/// <param name="Target"><c>standby</c> (default), <c>live</c>, <c>both</c>, <c>blue</c> or <c>green</c>.</param>
/// <param name="Services">Those of the stack that it may deploy; left out: all.</param>
/// <param name="Tags">Tags that it acts on, with <c>*</c> and <c>?</c>; left out: every tag.</param>
/// <param name="Then"><c>switch</c>: once the deployment to standby has succeeded, the tenant is switched. Left out: nothing.</param>
public sealed record WebhookBody(string? Name, string? Stack, string? Target, string[]? Services, string? Tags, string? Then = null);

internal static class WebhookEndpoints
{
    private const int MostDeliveries = 200;
    private const string Switch = "switch";

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/tenants/{tenant}/webhooks", ListAsync).WithName("ListWebhooks").WithSummary("A tenant's webhooks").WithTags("Webhooks");
        api.MapPost("/tenants/{tenant}/webhooks", CreateAsync).WithName("CreateWebhook").WithSummary("Makes a webhook; its secret is told this once").WithTags("Webhooks");
        api.MapGet("/tenants/{tenant}/webhooks/{id:guid}", GetAsync).WithName("GetWebhook").WithSummary("One webhook").WithTags("Webhooks");
        api.MapPost("/tenants/{tenant}/webhooks/{id:guid}/rotate", RotateAsync).WithName("RotateWebhook").WithSummary("A new secret, told this once; the old one is worth nothing from then on").WithTags("Webhooks");
        api.MapPost("/tenants/{tenant}/webhooks/{id:guid}/disable", DisableAsync).WithName("DisableWebhook").WithSummary("From then on calls are answered as if it did not exist").WithTags("Webhooks");
        api.MapPost("/tenants/{tenant}/webhooks/{id:guid}/enable", EnableAsync).WithName("EnableWebhook").WithSummary("Lets a webhook act again").WithTags("Webhooks");
        api.MapGet("/tenants/{tenant}/webhooks/{id:guid}/deliveries", DeliveriesAsync).WithName("ListDeliveries").WithSummary("A webhook's calls, newest first").WithTags("Webhooks");
        api.MapGet("/tenants/{tenant}/deliveries/{id:guid}", DeliveryAsync).WithName("GetDelivery").WithSummary("One call: what came, what was checked, what was decided").WithTags("Webhooks");
    }

    private static async Task<IResult> ListAsync(string tenant, string? stack, HttpContext http, TenantQueries tenants, WebhookQueries webhooks, CancellationToken cancellationToken) =>
        await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is { } view
            ? Results.Ok((await webhooks.ListAsync(view.Id, stack, cancellationToken)).Select(Answer))
            : Problems.NotFound("tenant");

    private static async Task<IResult> GetAsync(string tenant, Guid id, HttpContext http, TenantQueries tenants, WebhookQueries webhooks, CancellationToken cancellationToken) =>
        await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is { } view && await webhooks.FindAsync(view.Id, id, cancellationToken) is { } hook
            ? Results.Ok(Answer(hook))
            : Problems.NotFound("webhook");

    private static async Task<IResult> CreateAsync(string tenant, WebhookBody body, HttpContext http, TenantQueries tenants, CreateWebhook create, CancellationToken cancellationToken)
    {
        if (await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is not { } view)
        {
            return Problems.NotFound("tenant");
        }

        if (!DeployTargets.TryParse(body.Target, out var target))
        {
            return Problems.Invalid("target", "standby, live, both, blue or green.");
        }

        if (body.Then is not (null or "" or Switch))
        {
            return Problems.Invalid("then", "switch, or nothing.");
        }

        return await create.ExecuteAsync(http.Actor(), view.Id, new NewWebhook(body.Name ?? "", body.Stack ?? "", target, body.Services, body.Tags, body.Then == Switch), cancellationToken) switch
        {
            CreateWebhookResult.Created created => Results.Created($"/api/v1/tenants/{tenant}/webhooks/{created.WebhookId}", new
            {
                id = created.WebhookId,
                name = body.Name,
                body.Stack,
                target = target.Text(),
                then = body.Then == Switch ? Switch : null,
                url = Url(created.WebhookId),
                secret = created.Secret,
            }),
            CreateWebhookResult.Invalid invalid => Problems.Invalid(invalid.Field, invalid.Problem),
            CreateWebhookResult.NameTaken => Problems.Conflict($"The tenant has a webhook '{body.Name}' already."),
            var other => throw new InvalidOperationException($"An outcome without an answer: {other}."),
        };
    }

    private static async Task<IResult> RotateAsync(string tenant, Guid id, HttpContext http, TenantQueries tenants, RotateWebhook rotate, CancellationToken cancellationToken) =>
        await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is { } view && await rotate.ExecuteAsync(http.Actor(), view.Id, id, cancellationToken) is { } secret
            ? Results.Ok(new { id, url = Url(id), secret })
            : Problems.NotFound("webhook");

    private static async Task<IResult> DisableAsync(string tenant, Guid id, HttpContext http, TenantQueries tenants, DisableWebhook disable, CancellationToken cancellationToken) =>
        await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is { } view && await disable.ExecuteAsync(http.Actor(), view.Id, id, cancellationToken)
            ? Results.Ok(new { id, enabled = false })
            : Problems.NotFound("webhook");

    private static async Task<IResult> EnableAsync(string tenant, Guid id, HttpContext http, TenantQueries tenants, EnableWebhook enable, CancellationToken cancellationToken) =>
        await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is { } view && await enable.ExecuteAsync(http.Actor(), view.Id, id, cancellationToken)
            ? Results.Ok(new { id, enabled = true })
            : Problems.NotFound("webhook");

    private static async Task<IResult> DeliveriesAsync(string tenant, Guid id, int? most, HttpContext http, TenantQueries tenants, WebhookQueries webhooks, CancellationToken cancellationToken)
    {
        if (await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is not { } view || await webhooks.FindAsync(view.Id, id, cancellationToken) is null)
        {
            return Problems.NotFound("webhook");
        }

        return Results.Ok((await webhooks.DeliveriesAsync(view.Id, id, Math.Clamp(most ?? MostDeliveries, 1, MostDeliveries), cancellationToken)).Select(Answer));
    }

    private static async Task<IResult> DeliveryAsync(string tenant, Guid id, HttpContext http, TenantQueries tenants, WebhookQueries webhooks, CancellationToken cancellationToken) =>
        await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is { } view && await webhooks.DeliveryAsync(view.Id, id, cancellationToken) is { } found
            ? Results.Ok(new { delivery = Answer(found.Delivery), found.DeliveryKey, headers = JsonSerializer.Deserialize<Dictionary<string, string>>(found.Headers), found.Body, found.Checks })
            : Problems.NotFound("delivery");

    private static string Url(Guid id) => $"/hooks/{id}";

    private static object Answer(WebhookView hook) => new
    {
        hook.Id,
        hook.Name,
        hook.Stack,
        target = hook.Target.Text(),
        hook.Services,
        hook.Tags,
        then = hook.ThenSwitch ? Switch : null,
        hook.Enabled,
        url = Url(hook.Id),
        hook.CreatedAt,
        hook.CreatedBy,
        hook.RotatedAt,
        hook.LastDeliveryAt,
        lastDecision = hook.LastDecision is { } decision ? SnakeCase.Of(decision.ToString()) : null,
    };

    private static object Answer(DeliveryView delivery) => new
    {
        delivery.Id,
        delivery.WebhookId,
        delivery.Webhook,
        delivery.ReceivedAt,
        delivery.Source,
        decision = SnakeCase.Of(delivery.Decision.ToString()),
        delivery.Reason,
        delivery.AnswerStatus,
        delivery.Image,
        delivery.Digest,
        delivery.DeploymentId,
        deploymentState = delivery.DeploymentState is { } state ? SnakeCase.Of(state.ToString()) : null,
        delivery.DeploymentReason,
        delivery.FirstDeliveryId,
        then = delivery.Then is { } then ? new { state = SnakeCase.Of(then.ToString()), reason = delivery.ThenReason } : null,
    };
}
