using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Portal.Compose;

namespace Portal.Deployments.Engine;

internal static class ServiceVolumes
{
    /// <summary>The named volumes of a service, as the stack names them.</summary>
    public static IEnumerable<string> Of(ComposeStack stack, ServiceSpec service) =>
        Mounts(stack, service).Where(mount => mount is { Kind: MountKind.Volume, Source: not null }).Select(mount => mount.Source!).Distinct(StringComparer.Ordinal);

    /// <summary>
    /// A service's own mounts, then those that it takes from others by volumes_from.
    /// </summary>
    public static ImmutableArray<MountSpec> Mounts(ComposeStack stack, ServiceSpec service)
    {
        var order = Own(stack, service).ToList();
        var mounts = order.ToDictionary(mount => mount.Target, StringComparer.Ordinal);
        var from = new Queue<(string Service, bool ReadOnly)>(service.VolumesFrom.Select(source => (source.Service, source.ReadOnly)));
        var seen = new HashSet<string>(StringComparer.Ordinal) { service.Name };
        while (from.TryDequeue(out var next))
        {
            if (!seen.Add(next.Service) || stack.Services.FirstOrDefault(candidate => candidate.Name == next.Service) is not { } source)
            {
                continue;
            }

            foreach (var mount in Own(stack, source).Where(mount => mount.Source is not null))
            {
                var taken = mount with { ReadOnly = mount.ReadOnly || next.ReadOnly };
                if (mounts.TryAdd(mount.Target, taken))
                {
                    order.Add(taken);
                }
            }

            foreach (var further in source.VolumesFrom)
            {
                from.Enqueue((further.Service, further.ReadOnly || next.ReadOnly));
            }
        }

        return [.. order];
    }

    /// <summary>A volume without a name that others take gets one: by its container it could not be shared, and would go with it.</summary>
    private static IEnumerable<MountSpec> Own(ComposeStack stack, ServiceSpec service) =>
        stack.Services.Any(other => other.VolumesFrom.Any(from => from.Service == service.Name))
            ? service.Mounts.Select(mount => mount is { Kind: MountKind.Volume, Source: null } ? mount with { Source = NameOf(service.Name, mount.Target) } : mount)
            : service.Mounts;

    private static string NameOf(string service, string target) => $"{service}.{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(target)))[..8]}";
}
