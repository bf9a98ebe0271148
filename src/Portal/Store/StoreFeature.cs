using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;

namespace Portal.Store;

public static class StoreFeature
{
    public static void AddStore(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<StoreOptions>().BindConfiguration(StoreOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<StoreOptions>, StoreOptionsValidator>();
        services.AddSingleton(provider => SecretBox.Load(provider.GetRequiredService<IOptions<StoreOptions>>().Value));
        services.AddSingleton<PortalInstance>();
        services.AddSingleton<EmbeddedPostgres>();
        services.AddSingleton<PortalDataSource>();
        services.AddSingleton<PortalDbFactory>();
        services.AddSingleton<StoreLocks>();
        services.AddHostedService<StoreStart>();
        services.AddHostedService<PostgresKeeper>();
        services.AddSingleton<ChangeFeed>();
        services.AddHostedService(provider => provider.GetRequiredService<ChangeFeed>());
        services.AddDataProtection().SetApplicationName("portal");
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>, ProtectionKeySetup>();
    }
}
