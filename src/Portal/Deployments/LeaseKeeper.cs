using Portal.Store;

namespace Portal.Deployments;

/// <summary>
/// Keeps a lease from when it was taken until it is disposed, whatever its holder waits for meanwhile: a lock, a step, a database that is
/// just starting again. Says when the lease was lost.
/// </summary>
public sealed class LeaseKeeper : IAsyncDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);
    private readonly DeploymentLeases leases;
    private readonly TimeProvider clock;
    private readonly ILogger log;
    private readonly CancellationTokenSource lost = new();
    private readonly CancellationTokenSource ended = new();
    private readonly Task beats;
    private long confirmed;

    /// <param name="lease">Just taken.</param>
    public LeaseKeeper(DeploymentLeases leases, Lease lease, TimeProvider clock, ILogger log)
    {
        (this.leases, Lease, this.clock, this.log) = (leases, lease, clock, log);
        confirmed = clock.GetTimestamp();
        beats = Task.Run(BeatAsync);
    }

    public Lease Lease { get; }

    /// <summary>Cancelled once another worker has it.</summary>
    public CancellationToken Lost => lost.Token;

    /// <summary>
    /// Before anything is done on the strength of the lease. Asks the database only where the last answer is old: until half of the lease
    /// has passed nobody else can have taken it.
    /// </summary>
    /// <exception cref="LeaseLostException">Another worker has it.</exception>
    public async Task ConfirmAsync(CancellationToken cancellationToken)
    {
        if (lost.IsCancellationRequested)
        {
            throw new LeaseLostException();
        }

        if (clock.GetElapsedTime(Interlocked.Read(ref confirmed)) > leases.Length / 2)
        {
            await RenewAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        await beats;
        ended.Dispose();
        lost.Dispose();
    }

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        // The lease counts from before it was asked for.
        var asked = clock.GetTimestamp();
        await leases.RenewAsync(Lease, cancellationToken);
        Interlocked.Exchange(ref confirmed, asked);
    }

    private async Task BeatAsync()
    {
        using var ticks = new PeriodicTimer(Beat, clock);
        try
        {
            while (await ticks.WaitForNextTickAsync(ended.Token))
            {
                try
                {
                    await RenewAsync(ended.Token);
                }
                catch (Exception error) when (StoreFaults.MayPass(error) && !ended.IsCancellationRequested)
                {
                    log.LogWarning("The lease of deployment {Deployment} could not be renewed; trying again: {Problem}", Lease.Deployment, error.Message);
                }
            }
        }
        catch (LeaseLostException)
        {
            await lost.CancelAsync();
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            return;
        }
    }
}
