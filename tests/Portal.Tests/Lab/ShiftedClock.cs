namespace Portal.Tests.Lab;

/// <summary>The real time, moved forward at will. Timers run as they always do.</summary>
public sealed class ShiftedClock : TimeProvider
{
    private long shift;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + new TimeSpan(Interlocked.Read(ref shift));

    public void Forward(TimeSpan time) => Interlocked.Add(ref shift, time.Ticks);
}
