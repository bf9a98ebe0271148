using Portal.Access;
using Portal.Audit;
using Portal.Catalog;
using Portal.Clusters;
using Portal.Deployments;
using Portal.Gateway;
using Portal.Observing;
using Portal.Pages;
using Portal.Redaction;
using Portal.Registries;
using Portal.Stacks;
using Portal.Store;
using Portal.Switching;
using Portal.Tenants;
using Portal.Webhooks;

namespace Portal;

/// <summary>The product, put together. Apart from Program so that tests can build the same with other parts.</summary>
public static class PortalApp
{
    /// <param name="adjust">Last word on services and settings, for tests.</param>
    public static WebApplication Build(WebApplicationOptions options, Action<WebApplicationBuilder>? adjust = null)
    {
        var builder = WebApplication.CreateBuilder(options);
        builder.AddRedaction();
        builder.AddStore();
        builder.AddAudit();
        builder.AddAccess();
        builder.AddTenants();
        builder.AddClusters();
        builder.AddRegistries();
        builder.AddCatalog();
        builder.AddStacks();
        builder.AddGateway();
        builder.AddDeployments();
        builder.AddSwitching();
        builder.AddWebhooks();
        builder.AddObserving();
        builder.AddPages();
        adjust?.Invoke(builder);

        var app = builder.Build();
        app.UseRedaction();
        app.UsePages();
        app.UseAccess();
        app.UseAntiforgery();
        app.MapAccess();
        var api = app.MapGroup("/api/v1");
        api.MapTenants();
        api.MapClusters();
        api.MapRegistries();
        api.MapCatalog();
        api.MapStacks();
        api.MapGateway();
        api.MapDeployments();
        api.MapSwitching();
        api.MapWebhooks(app);
        app.MapObserving(api);
        app.MapPages();
        return app;
    }
}
