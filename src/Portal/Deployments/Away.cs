using Portal.Docker;
using Portal.Gateway;

namespace Portal.Deployments;

/// <summary>Tells an engine or a gateway that does not answer now from one that has said no.</summary>
internal static class Away
{
    /// <summary>Worth trying again later without changing anything.</summary>
    public static bool Is(Exception error) => error is EngineException { Error.IsTransient: true } or GatewayException or DeploymentException { InnerException: GatewayException };
}
