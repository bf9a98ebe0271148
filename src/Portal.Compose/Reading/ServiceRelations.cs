using System.Collections.Immutable;

namespace Portal.Compose;

/// <summary>What can only be judged once all services are read: who needs whom, and who is whose sidekick.</summary>
internal sealed class ServiceRelations(ReadContext context, KeyPath path)
{
    /// <param name="left">services in profiles that are off</param>
    public void Check(Dictionary<string, ServiceSpec> services, Dictionary<string, MapEntry> left)
    {
        foreach (var service in services.Values.ToArray())
        {
            Left(services, left, service);
            Sidekicks(services, service);
        }

        foreach (var name in services.Values.SelectMany(service => service.DependsOn).Where(need => need.Condition == DependencyCondition.CompletedSuccessfully).Select(need => need.Service).ToArray())
        {
            if (services.TryGetValue(name, out var service))
            {
                // Whoever waits for its end says that it has one.
                services[name] = service with { IsOneShot = true };
            }
        }

        foreach (var service in services.Values.ToArray())
        {
            Shared(services, service);
        }

        foreach (var service in services.Values.Where(service => service is { Global: true, Replicas: not 1 }).ToArray())
        {
            Ignore(service, "scale", $"{service.Replicas} replicas: a global service runs once on each host, and a cluster of kind engine is one host");
            services[service.Name] = service with { Replicas = 1 };
        }

        foreach (var service in services.Values)
        {
            if (service.HostAccess.Ipc is { } ipc && ipc.StartsWith("service:", StringComparison.Ordinal) && !services.ContainsKey(ipc["service:".Length..]))
            {
                Refuse(service.Line, service.Name, "ipc", $"there is no service '{KeyPath.Clip(ipc["service:".Length..])}'");
            }
        }
    }

    /// <summary>Where the service says what it needs.</summary>
    public static Node? Spot(MapNode services, string name) => services.Find(name)?.Value is MapNode map
        ? (map.Find("depends_on") ?? map.Find("links") ?? map.Find("volumes_from") ?? map.Find("network_mode"))?.Key
        : null;

    private void Left(Dictionary<string, ServiceSpec> services, Dictionary<string, MapEntry> left, ServiceSpec service)
    {
        foreach (var gone in StartOrder.Needs(service).Where(left.ContainsKey))
        {
            if (service.DependsOn.FirstOrDefault(d => d.Service == gone) is { Required: false } loose)
            {
                services[service.Name] = services[service.Name] with { DependsOn = services[service.Name].DependsOn.Remove(loose) };
                context.Compose.Ignore(new TextNode(loose.Line, 1, gone, ScalarKind.Text, ScalarStyle.Plain, true), path.Key(service.Name).Key("depends_on").Key(gone),
                    $"'{gone}' is in a profile that is not switched on, and not required");
            }
            else
            {
                var line = service.DependsOn.FirstOrDefault(d => d.Service == gone)?.Line ?? service.Line;
                Refuse(line, service.Name, "depends_on", $"needs '{gone}', which is in a profile that is not switched on");
            }
        }
    }

    private void Sidekicks(Dictionary<string, ServiceSpec> services, ServiceSpec primary)
    {
        foreach (var name in primary.Sidekicks)
        {
            if (!services.TryGetValue(name, out var sidekick))
            {
                Refuse(primary.Line, primary.Name, "labels", $"io.rancher.sidekicks: there is no service '{KeyPath.Clip(name)}'");
            }
            else if (name == primary.Name || !sidekick.Sidekicks.IsEmpty)
            {
                Refuse(primary.Line, primary.Name, "labels", $"io.rancher.sidekicks: '{KeyPath.Clip(name)}' has sidekicks itself");
            }
            else if (sidekick.PrimaryOf is { } other)
            {
                Refuse(primary.Line, primary.Name, "labels", $"io.rancher.sidekicks: '{KeyPath.Clip(name)}' is a sidekick of '{KeyPath.Clip(other)}' already");
            }
            else
            {
                services[name] = sidekick with { PrimaryOf = primary.Name };
            }
        }
    }

    /// <summary>What lives in another service's network lives and dies with one replica of it: that is what a sidekick is.</summary>
    private void Shared(Dictionary<string, ServiceSpec> services, ServiceSpec service)
    {
        if (service.NetworkMode is not { } mode || !mode.StartsWith(StartOrder.ServiceNetwork, StringComparison.Ordinal) || !services.TryGetValue(mode[StartOrder.ServiceNetwork.Length..], out var other) || other.Name == service.Name)
        {
            return;
        }

        var primary = Root(services, other);
        if (primary == service.Name || services.Values.Any(one => one.PrimaryOf == service.Name))
        {
            Refuse(service.Line, service.Name, "network_mode", $"it has sidekicks itself, and cannot live in the network of '{KeyPath.Clip(other.Name)}' as well");
        }
        else if (service.PrimaryOf is { } own && own != primary)
        {
            Refuse(service.Line, service.Name, "network_mode", $"it is a sidekick of '{KeyPath.Clip(own)}', and cannot live in the network of '{KeyPath.Clip(other.Name)}', which comes and goes apart from it");
        }
        else if (service.PrimaryOf is null)
        {
            services[service.Name] = service with { PrimaryOf = primary };
            if (service.Replicas != services[primary].Replicas)
            {
                Ignore(service, "network_mode", $"it lives in a network of '{KeyPath.Clip(other.Name)}' and so runs as often as '{KeyPath.Clip(primary)}' does");
            }
        }
    }

    /// <summary>The primary of the unit, through services that live in each other's network; in a circle, where it comes round.</summary>
    private static string Root(Dictionary<string, ServiceSpec> services, ServiceSpec service)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (seen.Add(service.Name) && service.PrimaryOf is null && service.NetworkMode is { } mode && mode.StartsWith(StartOrder.ServiceNetwork, StringComparison.Ordinal)
            && services.TryGetValue(mode[StartOrder.ServiceNetwork.Length..], out var next))
        {
            service = next;
        }

        return service.PrimaryOf ?? service.Name;
    }

    private void Ignore(ServiceSpec service, string key, string reason) =>
        context.Compose.Ignore(new TextNode(service.Line, 1, service.Name, ScalarKind.Text, ScalarStyle.Plain, true), path.Key(service.Name).Key(key), reason);

    private void Refuse(int line, string service, string key, string reason) =>
        context.Compose.Refuse(line, 1, path.Key(service).Key(key), reason);
}
