using System.Collections.Immutable;

namespace Portal.HAProxy;

/// <param name="RuntimeChanges">Commands that changed something in the current worker.</param>
/// <param name="FilesWritten">Files that differed from what is wanted.</param>
public sealed record ApplyResult(bool Started, bool Reloaded, int RuntimeChanges, int FilesWritten)
{
    public bool ChangedNothing => !Started && !Reloaded && RuntimeChanges == 0 && FilesWritten == 0;
}

/// <param name="From">Where it pointed before; equal to <paramref name="To"/> when there was nothing to move.</param>
/// <param name="Moved">From the command to the confirmed answer of the last worker: when the new side took over.</param>
/// <param name="Total">The same with the map file on disk.</param>
/// <param name="Workers">Workers that were told: replaced ones still finish their connections.</param>
public sealed record SwitchResult(string Group, LivePointer From, LivePointer To, TimeSpan Moved, TimeSpan Total, int Workers);

/// <summary>A side's counters over all routes of its group, in one worker.</summary>
/// <param name="Requests">Finished or in flight.</param>
/// <param name="Answers5xx">Answers 500 to 599: the service's own and the gateway's (no replica, no connection, no answer).</param>
/// <param name="BrokenOff">Answers that had begun when the server broke off.</param>
/// <param name="ClientAborts">The client left first: nobody's failure here.</param>
/// <param name="Retries">Attempts repeated without the client noticing.</param>
/// <param name="InFlight">Now, those that wait in a queue included.</param>
public sealed record SideCounters(
    long Requests, long Answers5xx, long BrokenOff, long ClientAborts, long Retries, long Redispatches, long InFlight)
{
    public static SideCounters Zero { get; } = new(0, 0, 0, 0, 0, 0, 0);

    /// <summary>What a client saw go wrong.</summary>
    public long Failed => Answers5xx + BrokenOff;

    internal SideCounters Since(SideCounters earlier) => new(
        Requests - earlier.Requests, Answers5xx - earlier.Answers5xx, BrokenOff - earlier.BrokenOff, ClientAborts - earlier.ClientAborts,
        Retries - earlier.Retries, Redispatches - earlier.Redispatches, InFlight);

    public static SideCounters operator +(SideCounters one, SideCounters other) => new(
        one.Requests + other.Requests, one.Answers5xx + other.Answers5xx, one.BrokenOff + other.BrokenOff,
        one.ClientAborts + other.ClientAborts, one.Retries + other.Retries, one.Redispatches + other.Redispatches,
        one.InFlight + other.InFlight);
}

/// <summary>A worker of one of perhaps several gateways.</summary>
/// <param name="Gateway">Blank where there is only one.</param>
public readonly record struct WorkerId(int Pid, string Gateway = "")
{
    /// <summary>A worker that is new since was either started by a reload, and counts from zero, or belongs to a gateway that was not asked.</summary>
    internal static bool WasRead(WorkerId worker, IEnumerable<WorkerId> earlier) =>
        worker.Gateway.Length == 0 || earlier.Any(other => other.Gateway == worker.Gateway);
}

/// <summary>A group's counters at one moment: worker → side → counters.</summary>
public sealed record GroupCounters(
    string Group, ImmutableDictionary<WorkerId, ImmutableSortedDictionary<string, SideCounters>> Workers)
{
    public SideCounters Of(string side) =>
        Workers.Values.Select(sides => sides.GetValueOrDefault(side, SideCounters.Zero)).Aggregate(SideCounters.Zero, (sum, next) => sum + next);

    public long InFlight(string side) => Of(side).InFlight;

    /// <summary>Of several gateways as of one.</summary>
    public static GroupCounters Sum(string group, IEnumerable<GroupCounters> counters) => new(group, counters.SelectMany(one => one.Workers).ToImmutableDictionary());

    /// <summary>What happened between two moments.</summary>
    public GroupDelta Since(GroupCounters earlier)
    {
        long requests = 0, failed = 0;
        foreach (var (worker, sides) in Workers.Where(worker => WorkerId.WasRead(worker.Key, earlier.Workers.Keys)))
        {
            var before = earlier.Workers.GetValueOrDefault(worker);
            foreach (var (side, now) in sides)
            {
                var then = before?.GetValueOrDefault(side, SideCounters.Zero) ?? SideCounters.Zero;
                requests += now.Requests - then.Requests;
                failed += now.Failed - then.Failed;
            }
        }
        return new(requests, failed, Complete: earlier.Workers.Keys.All(Workers.ContainsKey));
    }
}

/// <param name="Complete">False when a worker ended in between and took its last counts with it.</param>
public sealed record GroupDelta(long Requests, long Failed, bool Complete);
