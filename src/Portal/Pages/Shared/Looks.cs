using Microsoft.Extensions.DependencyInjection.Extensions;
using Radzen;

namespace Portal.Pages.Shared;

public static class Looks
{
    /// <summary>What the shared parts need: the circuit's one pulse, toasts, Radzen's services, a clock.</summary>
    public static IServiceCollection AddLooks(this IServiceCollection services)
    {
        services.AddRadzenComponents();
        services.TryAddSingleton(TimeProvider.System);
        services.AddScoped<Pulse>();
        services.AddScoped<Toast>();
        return services;
    }
}
