using Portal.Docker;
using Portal.Registries.Images;
using Portal.Registries.Lookup;

namespace Portal.Registries;

public static class RegistriesFeature
{
    public static void AddRegistries(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton(provider => new RegistryClient(new RegistryClientOptions { Time = provider.GetRequiredService<TimeProvider>() }));
        services.AddSingleton<EngineRegistryBook>();
        services.AddSingleton<RegistryLookup>();
        services.AddSingleton<ImageBook>();
        services.AddSingleton<SharedImages>();
        services.AddSingleton<TenantRegistries>();
        services.AddSingleton<RegistryTrial>();
        services.AddSingleton<RegistryQueries>();
        services.AddSingleton<AddRegistry>();
        services.AddSingleton<ChangeRegistry>();
        services.AddSingleton<RemoveRegistry>();
    }

    public static void MapRegistries(this IEndpointRouteBuilder api) => RegistryEndpoints.Map(api);
}
