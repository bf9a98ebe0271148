using System.Globalization;
using Portal.Compose;

namespace Portal.Stacks;

/// <summary>A route as a service's labels ask for it.</summary>
public sealed record WantedRoute(string Service, int Port, string HostName, string Path, int Line)
{
    internal Route For(Stack stack, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        TenantId = stack.TenantId,
        StackId = stack.Id,
        Service = Service,
        Port = Port,
        HostName = HostName,
        Path = Path,
        CreatedAt = now,
    };
}

/// <summary>
/// Routes that a stack brings along, so that a template can ask for its host name:
/// <c>portal.route.host</c> (a host name), <c>portal.route.port</c> (the container's), <c>portal.route.path</c> (default <c>/</c>).
/// </summary>
public static class StackRoutes
{
    public const string HostLabel = "portal.route.host";
    public const string PortLabel = "portal.route.port";
    public const string PathLabel = "portal.route.path";

    public static (IReadOnlyList<WantedRoute> Routes, IReadOnlyList<Finding> Problems) Read(ComposeStack stack)
    {
        List<WantedRoute> routes = [];
        List<Finding> problems = [];
        foreach (var service in stack.Services.Where(service => service.Labels.ContainsKey(HostLabel)))
        {
            var host = service.Labels[HostLabel].ToLowerInvariant();
            var path = service.Labels.GetValueOrDefault(PathLabel, "/");
            var port = PortOf(service);
            if (RouteRules.Problem(service.Name, port ?? 0, host, path) is var (field, problem))
            {
                problems.Add(Problem(service, field switch { "path" => PathLabel, "port" => PortLabel, _ => HostLabel }, problem));
            }
            else
            {
                routes.Add(new WantedRoute(service.Name, port!.Value, host, path, service.Line));
            }
        }

        return (routes, problems);
    }

    private static int? PortOf(ServiceSpec service)
    {
        if (service.Labels.TryGetValue(PortLabel, out var text))
        {
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535 ? port : null;
        }

        return ServicePorts.Of(service) is [var only, ..] ? only : null;
    }

    private static Finding Problem(ServiceSpec service, string label, string reason) =>
        new("docker-compose.yml", service.Line, 1, $"services.{service.Name}.labels.{label}", FindingOutcome.Refused, reason);
}

/// <summary>The TCP ports that a service offers, in the order it names them.</summary>
public static class ServicePorts
{
    public static IReadOnlyList<int> Of(ServiceSpec service) =>
        [.. service.Ports.Where(port => port.Protocol == "tcp").Select(port => port.Target)
            .Concat(service.Expose.Where(port => port.Protocol == "tcp").Select(port => port.Port))
            .Concat(service.HealthProbe is { } probe ? [probe.Port] : Array.Empty<int>())
            .Concat(service.Labels.TryGetValue(StackRoutes.PortLabel, out var text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var routed) ? [routed] : Array.Empty<int>())
            .Distinct()];
}
