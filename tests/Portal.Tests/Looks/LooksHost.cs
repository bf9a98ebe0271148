using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging;
using Portal.Pages.Shared;

namespace Portal.Tests.Looks;

/// <summary>A server of one page with the shared parts on real circuits. It can go and come back at the same address.</summary>
internal sealed class LooksHost : IAsyncDisposable
{
    private WebApplication? app;

    public LooksWorld World { get; } = new();

    public string Address { get; private set; } = "http://127.0.0.1:0";

    public static async Task<LooksHost> StartAsync()
    {
        var host = new LooksHost();
        await host.ComeBackAsync();
        return host;
    }

    public async Task ComeBackAsync()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ApplicationName = typeof(LooksHost).Assembly.GetName().Name });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(Address);
        builder.Services.AddRazorComponents().AddInteractiveServerComponents();
        builder.Services.AddLooks().AddSingleton(World);
        app = builder.Build();
        foreach (var folder in new[] { "wwwroot", "src/Portal/obj/blazor-script" })
        {
            app.UseStaticFiles(new StaticFileOptions { FileProvider = new PhysicalFileProvider(Path.Combine(Repository.Root, folder)) });
        }

        app.UseAntiforgery();
        app.MapRazorComponents<LooksDocument>().AddInteractiveServerRenderMode();
        await app.StartAsync();
        Address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
    }

    /// <summary>Goes as a killed process does: without a word to the open pages.</summary>
    public async Task GoAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await app!.StopAsync(now.Token);
        await app.DisposeAsync();
        app = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (app is not null)
        {
            await app.DisposeAsync();
        }
    }
}
