using System.Collections.Immutable;

namespace Portal.Stacks.Readiness;

/// <summary>Something that a service lacks before people should rely on it.</summary>
/// <param name="Key">How it is chosen and named: <c>memory-limit</c>.</param>
/// <param name="Title">What is the matter, for people.</param>
/// <param name="Why">What happens where it stays so.</param>
/// <param name="NeedsImage">What the image says decides as well.</param>
public sealed record ReadinessRule(string Key, string Title, string Why, bool NeedsImage = false)
{
    public static readonly ReadinessRule HealthCheck = new("health-check", "no health check",
        "Without one, running counts as healthy: a service that hangs or is not yet ready gets visitors, and a bad deployment is not turned back.");

    public static readonly ReadinessRule MemoryLimit = new("memory-limit", "no memory limit",
        "One that leaks takes all memory of the host, and the kernel then ends whatever it picks: perhaps somebody else's service.");

    public static readonly ReadinessRule OneReplica = new("replicas", "one replica",
        "When the only one dies, nobody is answered until its successor is healthy.");

    public static readonly ReadinessRule Shell = new("shell", "a shell is PID 1",
        "A shell does not pass the stop signal on: every stop takes the whole grace period and then cuts off the requests in flight.", NeedsImage: true);

    public static readonly ReadinessRule LatestTag = new("latest-tag", "the tag is latest",
        "Nobody can tell from the name what runs, and the next deployment of an unchanged text may run something else.");

    public static readonly ReadinessRule Root = new("root", "runs as root",
        "Whoever breaks into the service is root in its container, one kernel fault away from the host.", NeedsImage: true);

    public static readonly ReadinessRule Restart = new("restart", "no restart policy",
        "Without one only the portal brings a dead replica back; while the portal is down, or after the host has restarted, it stays away.");

    public static readonly ReadinessRule LogSize = new("log-size", "its log grows without a limit",
        "The engine keeps every line for as long as the container lives: a talkative service fills the host's disk for all.");

    public static readonly ImmutableArray<ReadinessRule> All = [HealthCheck, MemoryLimit, OneReplica, Shell, LatestTag, Root, Restart, LogSize];

    public static ReadinessRule? Find(string key) => All.FirstOrDefault(rule => rule.Key == key);
}

/// <param name="Seen">What was found, for people: the value that is there, or that none is.</param>
/// <param name="Fix">Lines of a Compose text.</param>
public sealed record ReadinessFinding(ReadinessRule Rule, string Service, string Seen, string Fix);

/// <param name="Service">Its image could not be looked at, and rules that need it were not judged.</param>
public sealed record UnknownImage(string Service, string Problem);

/// <summary>What a stack lacks before it goes live.</summary>
/// <param name="Blocking">Keys of the rules that the tenant lets keep a stack from live.</param>
public sealed record ReadinessReport(ImmutableArray<ReadinessFinding> Findings, ImmutableArray<UnknownImage> Unknown, ImmutableArray<string> Blocking)
{
    /// <summary>What keeps it from live; a rule that could not be judged does so too.</summary>
    public ImmutableArray<string> Obstacles =>
    [
        .. Findings.Where(finding => Blocking.Contains(finding.Rule.Key)).Select(finding => $"{finding.Rule.Key}: {finding.Service}: {finding.Seen}"),
        .. from unknown in Unknown
           from rule in ReadinessRule.All
           where rule.NeedsImage && Blocking.Contains(rule.Key)
           select $"{rule.Key}: {unknown.Service}: its image could not be looked at ({unknown.Problem})",
    ];
}
