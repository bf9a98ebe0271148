namespace Portal.Switching.Automatic;

/// <summary>A routed service of a tenant's live side.</summary>
public sealed record LiveService(Guid Tenant, Colour Live, string Stack, string Service)
{
    public override string ToString() => $"{Stack} {Service}";
}

public enum LiveState
{
    /// <summary>A replica is healthy.</summary>
    Up,

    /// <summary>None is.</summary>
    Down,

    /// <summary>It cannot be told now, as when a replica has just been found and nobody has asked it yet.</summary>
    Unknown,
}

/// <summary>Since when each service of live is down. Pure but for what it remembers; a portal that starts knows nothing, and begins anew.</summary>
/// <param name="started">When the portal began to look.</param>
public sealed class OutageBook(DateTimeOffset started)
{
    /// <summary>What a portal that has just started has not seen up yet may be starting like itself, or not have been asked.</summary>
    public static readonly TimeSpan GraceAtFirst = TimeSpan.FromSeconds(30);

    private readonly Dictionary<LiveService, DateTimeOffset> since = [];
    private readonly HashSet<LiveService> seenUp = [];

    public void Note(LiveService service, LiveState state, DateTimeOffset now)
    {
        switch (state)
        {
            case LiveState.Up:
                seenUp.Add(service);
                since.Remove(service);
                break;
            case LiveState.Down:
                since.TryAdd(service, now);
                break;
            case LiveState.Unknown:
                // Neither proof: what ends again and again is unknown each time it has just been started.
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(state), state, "No such state.");
        }
    }

    /// <summary>Forgets what is not live, or not routed, any more.</summary>
    public void Keep(IReadOnlySet<LiveService> services)
    {
        seenUp.IntersectWith(services);
        foreach (var gone in since.Keys.Where(service => !services.Contains(service)).ToList())
        {
            since.Remove(gone);
        }
    }

    /// <returns>How long it has been down, once that is long enough; null: it is not, or not yet.</returns>
    public TimeSpan? Due(LiveService service, TimeSpan after, DateTimeOffset now) =>
        since.TryGetValue(service, out var began) && now - began >= after && (seenUp.Contains(service) || now - started >= GraceAtFirst) ? now - began : null;
}
