using System.Collections.Immutable;
using Portal.Compose;

namespace Portal.Deployments.Engine;

internal static class ServiceVolumes
{
    /// <summary>The named volumes of a service, as the stack names them.</summary>
    public static IEnumerable<string> Of(ComposeStack stack, ServiceSpec service) =>
        Mounts(stack, service).Where(mount => mount is { Kind: MountKind.Volume, Source: not null }).Select(mount => mount.Source!).Distinct(StringComparer.Ordinal);

    /// <summary>
    /// A service's own mounts, then those that it takes from others by volumes_from and that have a name to share them by. A volume without a
    /// name belongs to one container of the other service.
    /// </summary>
    public static ImmutableArray<MountSpec> Mounts(ComposeStack stack, ServiceSpec service)
    {
        var mounts = service.Mounts.ToDictionary(mount => mount.Target, StringComparer.Ordinal);
        var order = service.Mounts.ToList();
        var from = new Queue<(string Service, bool ReadOnly)>(service.VolumesFrom.Select(source => (source.Service, source.ReadOnly)));
        var seen = new HashSet<string>(StringComparer.Ordinal) { service.Name };
        while (from.TryDequeue(out var next))
        {
            if (!seen.Add(next.Service) || stack.Services.FirstOrDefault(candidate => candidate.Name == next.Service) is not { } source)
            {
                continue;
            }

            foreach (var mount in source.Mounts.Where(mount => mount.Source is not null))
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
}
