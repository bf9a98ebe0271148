using Portal.Access;
using Portal.Audit;
using Portal.Pages;
using Portal.Store;
using Radzen;

namespace Portal;

/// <summary>The product, put together. Apart from Program so that tests can build the same with other parts.</summary>
public static class PortalApp
{
    /// <param name="adjust">Last word on services and settings, for tests.</param>
    public static WebApplication Build(WebApplicationOptions options, Action<WebApplicationBuilder>? adjust = null)
    {
        var builder = WebApplication.CreateBuilder(options);
        builder.AddStore();
        builder.AddAudit();
        builder.AddAccess();
        builder.Services.AddRazorComponents().AddInteractiveServerComponents();
        builder.Services.AddRadzenComponents();
        adjust?.Invoke(builder);

        var app = builder.Build();
        app.UseAccess();
        app.UseAntiforgery();
        app.MapStaticAssets().AllowAnonymous();
        app.MapAccess();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode();
        return app;
    }
}
