using System.Collections.Immutable;
using Portal.Docker;

namespace Portal.Stacks.Adopting;

/// <summary>Containers on a host that the portal did not make, as they belong together: a project of docker-compose, a stack of Rancher or Swarm, or one alone.</summary>
/// <param name="Name">As its maker calls it.</param>
/// <param name="Services">By name.</param>
public sealed record ForeignStack(string Name, ForeignOrigin Origin, ImmutableArray<ForeignService> Services);

public enum ForeignOrigin { Compose, Rancher, Swarm, Alone }

/// <param name="Images">As the containers were made with.</param>
public sealed record ForeignService(string Name, ImmutableArray<string> Containers, ImmutableArray<string> Images, int Running);

/// <summary>Finds out which of a host's containers belong together. Pure.</summary>
internal static class ForeignStacks
{
    private static readonly (ForeignOrigin Origin, string Stack, string Service)[] Makers =
    [
        (ForeignOrigin.Compose, "com.docker.compose.project", "com.docker.compose.service"),
        (ForeignOrigin.Swarm, "com.docker.stack.namespace", "com.docker.swarm.service.name"),
        (ForeignOrigin.Rancher, "io.rancher.stack.name", "io.rancher.stack_service.name"),
    ];

    /// <summary>By name; what carries the portal's own labels, and Rancher's and Swarm's own helpers, are left out.</summary>
    public static IReadOnlyList<ForeignStack> Of(IEnumerable<ContainerSummary> containers) =>
    [
        .. containers
            .Where(container => !container.Labels.Keys.Any(label => label.StartsWith("portal.", StringComparison.Ordinal)) && !container.Labels.ContainsKey("io.rancher.container.system"))
            .Select(container => (Container: container, Place: Place(container)))
            .GroupBy(one => (one.Place.Origin, one.Place.Stack))
            .Select(stack => new ForeignStack(stack.Key.Stack, stack.Key.Origin,
            [
                .. stack.GroupBy(one => one.Place.Service, StringComparer.Ordinal).OrderBy(service => service.Key, StringComparer.Ordinal).Select(service => new ForeignService(
                    service.Key,
                    [.. service.Select(one => one.Container.Id)],
                    [.. service.Select(one => one.Container.Image).Distinct(StringComparer.Ordinal)],
                    service.Count(one => one.Container.Status == ContainerStatus.Running))),
            ]))
            .OrderBy(stack => stack.Name, StringComparer.Ordinal),
    ];

    private static (ForeignOrigin Origin, string Stack, string Service) Place(ContainerSummary container)
    {
        foreach (var (origin, stack, service) in Makers)
        {
            if (container.Labels.TryGetValue(stack, out var name) && name.Length > 0)
            {
                var member = container.Labels.GetValueOrDefault(service, container.Name);
                return (origin, name, Bare(member, name));
            }
        }

        return (ForeignOrigin.Alone, container.Name, container.Name);
    }

    /// <summary>Rancher says stack/service, Swarm stack_service.</summary>
    private static string Bare(string service, string stack) =>
        service.StartsWith(stack, StringComparison.Ordinal) && service.Length > stack.Length + 1 && service[stack.Length] is '/' or '_' ? service[(stack.Length + 1)..] : service;
}
