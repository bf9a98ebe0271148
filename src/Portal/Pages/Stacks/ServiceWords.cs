using Portal.Deployments;
using Portal.Pages.Shared;

namespace Portal.Pages.Stacks;

/// <summary>How a service is on one side, in a word.</summary>
internal static class ServiceWords
{
    public static StatusKind Kind(this ServiceSide? side) => side switch
    {
        null => StatusKind.Idle,
        _ when side.Count(ReplicaCondition.Unknown) > 0 => StatusKind.Warn,
        { ScaledFrom: not null } when side.Count(ReplicaCondition.Healthy) >= side.Wanted => StatusKind.Idle,
        { Wanted: 0 } => side.Count(ReplicaCondition.Failed) > 0 ? StatusKind.Bad : StatusKind.Run,
        _ when side.Well => StatusKind.Ok,
        _ when side.Count(ReplicaCondition.Failed) > 0 || side.Count(ReplicaCondition.Healthy) == 0 && side.Count(ReplicaCondition.Starting) == 0 => StatusKind.Bad,
        _ => StatusKind.Warn,
    };

    public static string Word(this ServiceSide? side) => side switch
    {
        null => "not deployed",
        _ when side.Count(ReplicaCondition.Unknown) > 0 => "host does not answer",
        { ScaledFrom: { } full } when side.Count(ReplicaCondition.Healthy) >= side.Wanted => $"scaled down from {full}",
        { Wanted: 0 } => "arriving",
        _ when side.Well => "healthy",
        _ when side.Count(ReplicaCondition.Failed) is var failed and > 0 => $"{failed} failed",
        _ when side.Count(ReplicaCondition.Starting) is var starting and > 0 => $"{starting} starting",
        _ => $"{side.Wanted - side.Count(ReplicaCondition.Healthy)} missing",
    };

    public static string Word(this ReplicaCondition condition) => condition.ToString().ToLowerInvariant();

    public static StatusKind Kind(this ReplicaCondition condition) => condition switch
    {
        ReplicaCondition.Healthy => StatusKind.Ok,
        ReplicaCondition.Starting => StatusKind.Warn,
        ReplicaCondition.Failed => StatusKind.Bad,
        ReplicaCondition.Unknown => StatusKind.Warn,
    };

    /// <summary>The tag, or the digest's beginning where there is none.</summary>
    public static string Tag(this ImageChoice image)
    {
        var name = image.Reference.Split('@')[0];
        var colon = name.LastIndexOf(':');
        return colon > name.LastIndexOf('/') ? name[(colon + 1)..] : image.Digest is { } digest ? ShortId.Of(digest) : "latest";
    }

    /// <summary>Of all services on a side: the worst, in a word.</summary>
    public static (StatusKind Kind, string Word) Sum(IEnumerable<ServiceView> services, Colour colour)
    {
        var sides = services.Select(service => service.On(colour)).ToList();
        var there = sides.OfType<ServiceSide>().ToList();
        if (there.Count == 0)
        {
            return (StatusKind.Idle, "nothing deployed");
        }

        var worst = there.MaxBy(side => Rank(side.Kind()))!;
        return worst.Kind() == StatusKind.Ok
            ? (StatusKind.Ok, there.Count == 1 ? "healthy" : $"{there.Count} services healthy")
            : (worst.Kind(), worst.Word());
    }

    private static int Rank(StatusKind kind) => kind switch
    {
        StatusKind.Bad => 4,
        StatusKind.Warn => 3,
        StatusKind.Run => 2,
        StatusKind.Ok => 1,
        StatusKind.Idle => 0,
    };
}
