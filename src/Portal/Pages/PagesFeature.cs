using Microsoft.AspNetCore.Diagnostics;
using Portal.Access.Sessions;
using Portal.Pages.Catalog;
using Portal.Pages.Frame;
using Portal.Pages.Shared;

namespace Portal.Pages;

/// <summary>What people see in a browser.</summary>
public static class PagesFeature
{
    /// <summary>Bytes: the longest text of a form, at up to three bytes a character, with room for what goes around it.</summary>
    private const int LargestMessage = 1024 * 1024;

    public static void AddPages(this WebApplicationBuilder builder)
    {
        // A form's text comes in one message; the framework's own limit is far below the longest Compose file.
        builder.Services.AddRazorComponents().AddInteractiveServerComponents().AddHubOptions(hub => hub.MaximumReceiveMessageSize = LargestMessage);
        builder.Services.AddLooks();
        builder.Services.AddScoped<TenantPlace>();
        builder.Services.AddSingleton<Finder>();
        builder.Services.AddSingleton<StartStack>();
    }

    /// <summary>
    /// An address without a page shows the not-found page, with its status. Before authentication, because the second run through
    /// the pipeline has to be authorised on its own. Programs keep the problem details that they were answered.
    /// </summary>
    public static void UsePages(this WebApplication app)
    {
        app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
        // Not by a branch of the pipeline: the second run needs the routing that only the trunk has.
        app.Use((http, next) =>
        {
            if (IsForPrograms(http.Request) && http.Features.Get<IStatusCodePagesFeature>() is { } pages)
            {
                pages.Enabled = false;
            }

            return next(http);
        });
    }

    private static bool IsForPrograms(HttpRequest request) =>
        SessionAuthentication.IsForPrograms(request) || request.Path.StartsWithSegments("/healthz") || request.Path.StartsWithSegments("/openapi");

    public static void MapPages(this WebApplication app)
    {
        app.MapStaticAssets().AllowAnonymous();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode();
    }
}
