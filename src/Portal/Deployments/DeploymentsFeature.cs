using Portal.Deployments.Engine;
using Portal.Deployments.Images;
using Portal.Deployments.Migrating;
using Portal.Deployments.Requests;
using Portal.Deployments.Scaling;

namespace Portal.Deployments;

public static class DeploymentsFeature
{
    public static void AddDeployments(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<DeploymentOptions>().BindConfiguration(DeploymentOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<ImageOptions>().BindConfiguration(ImageOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<DiskCheck>();
        services.AddSingleton<WantedRevisions>();
        services.AddSingleton<DeploymentQueue>();
        services.AddSingleton<StackDrafts>();
        services.AddSingleton<LiveGate>();
        services.AddSingleton<RequestDeployment>();
        services.AddSingleton<PreviewDeployment>();
        services.AddSingleton<GiveWord>();
        services.AddSingleton<ScaledSideQueries>();
        services.AddSingleton<BringUpStandby>();
        services.AddSingleton<CancelDeployment>();
        services.AddSingleton<DeploymentQueries>();
        services.AddSingleton<ServiceQueries>();
        services.AddSingleton<DeploymentLeases>();
        services.AddSingleton<OrphanedDeployments>();
        services.AddTransient<DeploymentRun>();
        services.AddSingleton<HealingBook>();
        services.AddSingleton<HostMemory>();
        services.AddSingleton<SecretValues>();
        services.AddSingleton<SecretFiles>();
        services.AddSingleton<ImagePull>();
        services.AddSingleton<StackPlaces>();
        services.AddSingleton<EngineSteps>();
        services.AddSingleton<GatewaySteps>();
        services.AddSingleton<EngineObserver>();
        services.AddSingleton<IRuntime, EngineRuntime>();
        services.AddHostedService<DeploymentWorker>();
        services.AddHostedService<ReconcileLoop>();
        services.AddHostedService<ImageKeeper>();
    }

    public static void MapDeployments(this IEndpointRouteBuilder api) => DeploymentEndpoints.Map(api);
}
