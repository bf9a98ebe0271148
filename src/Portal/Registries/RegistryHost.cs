using Portal.Docker;

namespace Portal.Registries;

/// <summary>How a registry's host is kept and looked up. Pure.</summary>
internal static class RegistryHost
{
    private const string HubPrefix = "index.docker.io";
    private const string HubApi = "registry-1.docker.io";

    /// <returns>Null where it is no host.</returns>
    public static string? Parse(string? text)
    {
        var host = (text ?? "").Trim().ToLowerInvariant();
        return !ImageReference.IsRegistry(host) ? null : host is HubPrefix or HubApi ? ImageReference.DockerHub : host;
    }

    public static string Of(ImageReference image) => image.Registry.ToLowerInvariant();
}
