using Portal.Compose;

namespace Portal.Stacks;

/// <summary>How many of a service may run.</summary>
internal static class ScaleRules
{
    private const int Most = 100;

    /// <returns>Null: it may.</returns>
    public static DraftResult.NoScale? Problem(ServiceSpec service, int replicas) => service switch
    {
        _ when replicas is < 0 or > Most => new(service.Name, $"A service runs 0 to {Most} times."),
        { IsOneShot: true } => new(service.Name, "It runs once for a revision."),
        { Global: true } when replicas != 1 => new(service.Name, "It runs once on each host, and its cluster is one host."),
        { PrimaryOf: { } primary } => new(service.Name, $"It is a sidekick and runs as often as {primary}."),
        _ when replicas > 1 && service.Ports.Any(port => port.Published is not null) => new(service.Name, "It holds a port of the host, which only one container can."),
        _ => null,
    };
}
