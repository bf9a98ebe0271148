using System.Threading.Channels;

namespace Portal.Store;

/// <summary>Lets a loop sleep until somebody wakes it or the time is up. What comes in a burst wakes it once.</summary>
internal sealed class Wake(TimeProvider clock) : IDisposable
{
    private readonly Channel<bool> calls = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Up() => calls.Writer.TryWrite(true);

    public async Task WaitAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(calls.Reader.WaitToReadAsync(limit.Token).AsTask(), Task.Delay(longest, clock, limit.Token));
        await limit.CancelAsync();
        calls.Reader.TryRead(out _);
    }

    public void Dispose() => calls.Writer.TryComplete();
}
