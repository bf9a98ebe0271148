namespace Portal.Pages.Shared;

/// <summary>One timer for all clocks of a circuit: ticks each second while somebody listens, rests otherwise.</summary>
public sealed class Pulse(TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private readonly Lock gate = new();
    private readonly List<Action> listeners = [];
    private ITimer? timer;

    /// <summary>Ticks arrive on a pool thread: a component goes through its <c>InvokeAsync</c>.</summary>
    public IDisposable Subscribe(Action tick)
    {
        lock (gate)
        {
            listeners.Add(tick);
            timer ??= time.CreateTimer(_ => Tick(), null, Period, Period);
        }

        return new Subscription(() => Remove(tick));
    }

    public int Listeners
    {
        get { lock (gate) { return listeners.Count; } }
    }

    public void Dispose()
    {
        lock (gate)
        {
            listeners.Clear();
            timer?.Dispose();
            timer = null;
        }
    }

    private void Remove(Action tick)
    {
        lock (gate)
        {
            listeners.Remove(tick);
            if (listeners.Count == 0)
            {
                timer?.Dispose();
                timer = null;
            }
        }
    }

    private void Tick()
    {
        Action[] now;
        lock (gate)
        {
            now = [.. listeners];
        }

        foreach (var tick in now)
        {
            tick();
        }
    }
}
