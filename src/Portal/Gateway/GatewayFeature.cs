using Microsoft.Extensions.Options;
using Portal.Gateway.Certificates;
using Portal.Gateway.Traffic;
using Portal.HAProxy;
using Portal.Store;

namespace Portal.Gateway;

public static class GatewayFeature
{
    public static void AddGateway(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<GatewayOptions>().BindConfiguration(GatewayOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<GatewayOptions>, GatewayOptionsValidator>();
        services.AddSingleton(provider => new HAProxyProcess(
            Path.Combine(provider.GetRequiredService<IOptions<StoreOptions>>().Value.DataDirectory, "gateway"),
            provider.GetRequiredService<IOptions<GatewayOptions>>().Value.Executable,
            external: provider.GetRequiredService<IOptions<GatewayOptions>>().Value.External));
        services.AddSingleton(provider => new GatewayDriver(provider.GetRequiredService<HAProxyProcess>()));
        services.AddSingleton<IGateway, HAProxyGateway>();
        services.AddSingleton<GatewayLinks>();
        services.AddSingleton<GatewayDoor>();
        services.AddSingleton<TrafficBook>();
        services.AddHostedService<TrafficWorker>();
        services.AddHostedService<GatewayKeeper>();
        services.AddSingleton<CertificateSeal>();
        services.AddSingleton<ServedCertificates>();
        services.AddSingleton<CertificateQueries>();
        services.AddSingleton<AddCertificate>();
        services.AddSingleton<RemoveCertificate>();
        services.AddHostedService<CertificateExpiryWorker>();
    }

    public static void MapGateway(this IEndpointRouteBuilder api) => CertificateEndpoints.Map(api);
}
