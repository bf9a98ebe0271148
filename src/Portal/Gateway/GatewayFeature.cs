using Microsoft.Extensions.Options;
using Portal.Access;
using Portal.Gateway.Certificates;
using Portal.Gateway.Members;
using Portal.Gateway.Ports;
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
        services.AddSingleton(provider => GatewayFactory.Own(provider.GetRequiredService<IOptions<StoreOptions>>().Value.DataDirectory, provider.GetRequiredService<IOptions<GatewayOptions>>().Value));
        services.AddSingleton(provider => GatewayFactory.Fleet(provider.GetRequiredService<HAProxyProcess>(), provider.GetRequiredService<IOptions<GatewayOptions>>().Value, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<HAProxyGateway>();
        services.AddSingleton<IGateway>(provider => provider.GetRequiredService<HAProxyGateway>());
        services.AddSingleton<GatewayQueries>();
        services.AddSingleton<GatewayLinks>();
        services.AddSingleton<GatewayDoor>();
        services.AddSingleton<TrafficBook>();
        services.AddHostedService<TrafficWorker>();
        services.AddHostedService<GatewayWatch>();
        services.AddHostedService<GatewayKeeper>();
        services.AddSingleton<TcpRouteQueries>();
        services.AddSingleton<AddTcpRoute>();
        services.AddHostedService<GatewayJoiner>();
        services.AddSingleton<CertificateSeal>();
        services.AddSingleton<ServedCertificates>();
        services.AddSingleton<CertificateQueries>();
        services.AddSingleton<AddCertificate>();
        services.AddSingleton<RemoveCertificate>();
        services.AddHostedService<CertificateExpiryWorker>();
    }

    public static void MapGateway(this IEndpointRouteBuilder api)
    {
        CertificateEndpoints.Map(api);
        TcpRouteEndpoints.Map(api);
        api.MapGet("/gateways", (HttpContext http, GatewayQueries gateways) => Results.Ok(gateways.List(http.Actor()).Select(row => new { row.Name, state = SnakeCase.Of(row.State.ToString()), row.Since, row.Problem, row.Listen, row.Health }))).WithName("ListGateways").WithSummary("The gateways, and which of them are in line").WithTags("Gateways");
    }
}
