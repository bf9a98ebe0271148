namespace Portal.Pages.Shared;

/// <summary>Ends something once, however often it is disposed.</summary>
internal sealed class Subscription(Action end) : IDisposable
{
    private Action? end = end;

    public void Dispose() => Interlocked.Exchange(ref end, null)?.Invoke();
}
