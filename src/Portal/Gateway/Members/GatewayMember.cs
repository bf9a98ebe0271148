using Portal.HAProxy;

namespace Portal.Gateway.Members;

public enum GatewayState
{
    /// <summary>Not asked yet.</summary>
    Unknown,

    /// <summary>It has taken what is wanted, and is told every change.</summary>
    InLine,

    /// <summary>It does not answer, or is not there.</summary>
    Away,

    /// <summary>It answers, and not as it should.</summary>
    Wrong,
}

/// <param name="Problem">What kept it from being in line; null: nothing.</param>
public sealed record GatewayStanding(GatewayState State, DateTimeOffset Since, string? Problem)
{
    /// <summary>It takes no part in changes until it has been brought in line again.</summary>
    public bool Out => State is GatewayState.Away or GatewayState.Wrong;
}

/// <summary>One of the gateways, with what is known of it.</summary>
public sealed class GatewayMember : IDisposable
{
    private readonly SemaphoreSlim joining = new(1, 1);
    private readonly TimeProvider clock;
    private volatile GatewayStanding standing;

    public GatewayMember(string name, HAProxyProcess process, GatewayListen listen, bool only, TimeProvider clock)
    {
        (Name, Process, Listen, this.clock) = (name, process, listen, clock);
        Driver = new GatewayDriver(process, name: only ? "" : name);
        standing = new(GatewayState.Unknown, clock.GetUtcNow(), null);
    }

    public string Name { get; }

    public HAProxyProcess Process { get; }

    public GatewayDriver Driver { get; }

    /// <summary>Its own addresses.</summary>
    public GatewayListen Listen { get; }

    public GatewayStanding Standing => standing;

    /// <summary>Somebody brings it in line just now.</summary>
    public bool IsJoining => joining.CurrentCount == 0;

    /// <summary>The state or its reason is another than before. Raised where that was found: return at once, and do not throw.</summary>
    public event Action<GatewayMember, GatewayStanding>? Changed;

    public bool TryBeginJoining() => joining.Wait(0);

    public void EndJoining() => joining.Release();

    /// <summary>Callers hold the lock of whoever tells the gateways.</summary>
    internal void Note(GatewayState state, string? problem = null)
    {
        var former = standing;
        standing = former.State == state ? former with { Problem = problem } : new(state, clock.GetUtcNow(), problem);
        if (former.State != state || former.Problem != problem)
        {
            Changed?.Invoke(this, former);
        }
    }

    public void Dispose()
    {
        Driver.Dispose();
        joining.Dispose();
    }
}
