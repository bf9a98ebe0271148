using System.Collections.Immutable;

namespace Portal.Model;

/// <summary>What a tenant asks before its pair may move: one row of each tenant, so that a switch reads it along with the pair.</summary>
public sealed class SwitchRules : ITenantOwned
{
    public const int MostChecks = 20;
    public const int MostFreezes = 50;

    public required Guid TenantId { get; init; }
    public ImmutableArray<HttpCheck> Checks { get; set; } = [];
    public ImmutableArray<FreezeWindow> Freezes { get; set; } = [];
    /// <summary>Null: nobody holds the tenant.</summary>
    public TenantLock? Held { get; set; }
    /// <summary>Null: the portal never switches by itself because live is down.</summary>
    public FailoverRule? Failover { get; set; }
    /// <summary>Null: no side is measured against anything.</summary>
    public SwitchLimits? Limits { get; set; }
    /// <summary>How many of each service the old side keeps once its switch-back window has ended; null: all.</summary>
    public int? ScaleDown { get; set; }
    /// <summary>A switch that somebody asks for needs another person's word.</summary>
    public bool SecondPerson { get; set; }
    /// <summary>Grows with each change: of two people who change at the same instant the second looks again.</summary>
    public long Version { get; set; }
}

/// <summary>A request that standby must answer as the tenant expects before it may go live.</summary>
/// <param name="Name">Unique in the tenant; lower-case letters, digits, '.', '_' and '-'.</param>
/// <param name="HostName">One of the tenant's routes leads there; null where a service is named.</param>
/// <param name="Stack">With <paramref name="Service"/>: whichever route leads to it.</param>
/// <param name="Path">With what follows a '?'; of a service, below its route's path.</param>
/// <param name="Contains">The body must hold this text; null: any body.</param>
/// <param name="Matches">The body must match this regular expression; null: any body.</param>
public sealed record HttpCheck(string Name, string? HostName, string? Stack, string? Service, string Path, int Status, string? Contains, string? Matches, string CreatedBy, DateTimeOffset CreatedAt)
{
    /// <summary>For people: <c>GET shop.example/health</c> or <c>GET shop web /health</c>.</summary>
    public string Address => HostName is null ? $"{Stack} {Service} {Path}" : HostName + Path;
}

/// <summary>A time in which nothing is switched or deployed: once, or every week by the tenant's own clocks. One of the two is there.</summary>
/// <param name="Name">Unique in the tenant, for people.</param>
public sealed record FreezeWindow(string Name, FreezeSpan? Once, WeeklySpan? Weekly);

public sealed record FreezeSpan(DateTimeOffset From, DateTimeOffset Until);

/// <summary>From one local day and time to another, every week. Both are the same: never.</summary>
public sealed record WeeklySpan(DayOfWeek FromDay, TimeOnly FromTime, DayOfWeek UntilDay, TimeOnly UntilTime);

/// <summary>Somebody keeps the tenant as it is.</summary>
/// <param name="Holder">By the sign-in name.</param>
public sealed record TenantLock(string Reason, string Holder, DateTimeOffset Since);

/// <summary>The portal may switch by itself when a routed service of live has no healthy replica and standby has.</summary>
/// <param name="After">How long live must have been so.</param>
/// <param name="AtMostEvery">At least so long lies between two of them.</param>
public sealed record FailoverRule(TimeSpan After, TimeSpan AtMostEvery)
{
    public static readonly TimeSpan UsualAfter = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan UsualEvery = TimeSpan.FromHours(1);
    public static readonly TimeSpan ShortestAfter = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan LongestAfter = TimeSpan.FromMinutes(10);
    public static readonly TimeSpan ShortestEvery = TimeSpan.FromMinutes(1);
    public static readonly TimeSpan LongestEvery = TimeSpan.FromDays(7);
}

/// <summary>What the tenant takes for a side that is not as it should be. At least one of the two is there.</summary>
/// <param name="FailedPercent">More failed requests than this part; null: as many as come.</param>
/// <param name="P95">95 % of the answers must have begun within this; null: as slow as they come.</param>
/// <param name="Undo">A switch after which the new side is beyond them is taken back within its first minute.</param>
public sealed record SwitchLimits(double? FailedPercent, TimeSpan? P95, bool Undo);
