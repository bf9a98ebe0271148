namespace Portal.Docker;

/// <summary>The caller's token together with a time limit.</summary>
internal sealed class CallLimit : IDisposable
{
    private readonly CancellationTokenSource time;
    private readonly CancellationTokenSource linked;

    public CallLimit(TimeProvider clock, TimeSpan limit, CancellationToken caller)
    {
        time = new CancellationTokenSource(limit, clock);
        linked = CancellationTokenSource.CreateLinkedTokenSource(time.Token, caller);
    }

    public CancellationToken Token => linked.Token;

    public void Dispose()
    {
        linked.Dispose();
        time.Dispose();
    }
}
