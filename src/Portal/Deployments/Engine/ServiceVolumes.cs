using Portal.Compose;

namespace Portal.Deployments.Engine;

internal static class ServiceVolumes
{
    /// <summary>The named volumes of a service, as the stack names them.</summary>
    public static IEnumerable<string> Of(ServiceSpec service) =>
        service.Mounts.Where(mount => mount is { Kind: MountKind.Volume, Source: not null }).Select(mount => mount.Source!).Distinct(StringComparer.Ordinal);
}
