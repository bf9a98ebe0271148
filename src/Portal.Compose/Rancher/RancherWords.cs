using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Portal.Compose;

/// <summary>What Rancher's labels and images mean here.</summary>
internal static class RancherWords
{
    public static readonly FrozenSet<string> ProbeLabels = FrozenSet.ToFrozenSet(
        [
            "portal.health", "portal.health.interval", "portal.health.timeout", "portal.health.healthy_threshold",
            "portal.health.unhealthy_threshold", "portal.health.start_period",
        ],
        StringComparer.Ordinal);

    /// <summary>How a service asks for a route; the container keeps them, and whoever makes routes reads them there.</summary>
    public static readonly FrozenSet<string> RouteLabels = FrozenSet.ToFrozenSet(
        ["portal.route.host", "portal.route.port", "portal.route.path"], StringComparer.Ordinal);

    /// <summary>Labels as a table: the name, what becomes of it, and the note.</summary>
    public static readonly ImmutableArray<(string Name, KeyTreatment Treatment, string Note)> Labels =
    [
        ("io.rancher.sidekicks", KeyTreatment.Honoured, "services that are deployed, scaled and replaced together with this one"),
        ("io.rancher.scheduler.global", KeyTreatment.Honoured, "one replica, as a cluster of kind engine is one host"),
        ("io.rancher.container.start_once", KeyTreatment.Honoured, "a one-shot service"),
        ("io.rancher.container.pull_image", KeyTreatment.Honoured, "always: pull_policy: always, where the file names none"),
        ("io.rancher.scheduler.affinity:*", KeyTreatment.Ignored, "a cluster of kind engine is one host"),
        ("io.rancher.container.hostname_override", KeyTreatment.Ignored, "a container's host name is that under hostname, or the engine's choice"),
        ("io.rancher.container.agent.*", KeyTreatment.Ignored, "there is no Rancher API that a container could be given the keys to"),
        ("io.rancher.container.create_agent", KeyTreatment.Ignored, "there is no Rancher API that a container could be given the keys to"),
        ("io.rancher.container.network", KeyTreatment.Ignored, "networks are those of the stack"),
        ("io.rancher.container.dns*", KeyTreatment.Ignored, "names are resolved by the engine, in the networks of the stack"),
        ("io.rancher.*", KeyTreatment.Ignored, "means something inside Rancher only"),
    ];

    private static readonly (string Image, string Why)[] Placeholders =
    [
        ("rancher/load-balancer-service", "is Rancher's load balancer: the gateway stands in its place, make a Route"),
        ("rancher/lb-service-haproxy", "is Rancher's load balancer: the gateway stands in its place, make a Route"),
        ("rancher/dns-service", "stands for a name in Rancher's DNS: give the service an alias in its network"),
        ("rancher/external-service", "stands for a service outside Rancher: use its own address"),
    ];

    public static string WhyIgnored(string label) => Labels.First(l =>
        l.Treatment == KeyTreatment.Ignored
        && (l.Name.EndsWith('*') ? label.StartsWith(l.Name[..^1], StringComparison.Ordinal) : label == l.Name)).Note;

    /// <summary>Why an image that only Rancher gave a meaning cannot run, or null for any other image.</summary>
    public static string? Placeholder(string image)
    {
        var name = image.StartsWith("docker.io/", StringComparison.Ordinal) ? image["docker.io/".Length..] : image;
        foreach (var (placeholder, why) in Placeholders)
        {
            if (name == placeholder || name.StartsWith(placeholder + ":", StringComparison.Ordinal))
            {
                return $"'{KeyPath.Clip(image)}' {why}";
            }
        }

        return null;
    }
}
