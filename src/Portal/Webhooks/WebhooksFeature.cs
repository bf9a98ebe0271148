using Portal.Webhooks.Intake;

namespace Portal.Webhooks;

/// <summary>Receivers that CI and registries call to deploy.</summary>
public static class WebhooksFeature
{
    public static void AddWebhooks(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<WebhookOptions>().BindConfiguration(WebhookOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<WebhookSecrets>();
        services.AddSingleton<CreateWebhook>();
        services.AddSingleton<RotateWebhook>();
        services.AddSingleton<EnableWebhook>();
        services.AddSingleton<DisableWebhook>();
        services.AddSingleton<WebhookQueries>();

        services.AddSingleton<HookLimits>();
        services.AddSingleton<KnownHooks>();
        services.AddSingleton<StackImages>();
        services.AddSingleton<Deliveries>();
        services.AddSingleton<IngestDelivery>();
        services.AddSingleton<ReceiveCall>();
        services.AddSingleton<HookOutcomes>();
        services.AddSingleton<RefusedCalls>();
        services.AddHostedService(provider => provider.GetRequiredService<RefusedCalls>());
    }

    /// <param name="api">The group under <c>/api/v1</c>, for signed-in callers.</param>
    /// <param name="app">The root, for <c>/hooks</c>: no session, no antiforgery; each webhook's secret is the proof.</param>
    public static void MapWebhooks(this IEndpointRouteBuilder api, IEndpointRouteBuilder app)
    {
        WebhookEndpoints.Map(api);
        HookEndpoints.Map(app);
    }
}
