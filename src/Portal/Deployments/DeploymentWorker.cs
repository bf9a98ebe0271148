using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Audit;
using Portal.Store;

namespace Portal.Deployments;

/// <summary>Takes queued and abandoned deployments, some at a time, and runs each to its end. Woken by changes; looks every few seconds anyway.</summary>
public sealed class DeploymentWorker(
    DeploymentLeases leases, IServiceProvider services, ChangeFeed feed, StoreLocks locks, OrphanedDeployments orphans, IOptions<DeploymentOptions> options, TimeProvider clock, ILogger<DeploymentWorker> log) : BackgroundService
{
    private static readonly TimeSpan Sweep = TimeSpan.FromSeconds(2);

    /// <summary>A burst of requests is looked at some times a second, and not once for each.</summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(50);
    private readonly ConcurrentDictionary<Guid, Task> running = new();
    private readonly Wake wake = new(clock);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var subscription = feed.Subscribe(note =>
        {
            if (note.Kind is "deployment" or "resync")
            {
                wake.Up();
            }
        });
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var looked = clock.GetTimestamp();
                await orphans.EndAsync(stoppingToken);
                await TakeAllAsync(stoppingToken);
                await wake.WaitAsync(Sweep, stoppingToken);
                if (BetweenLooks - clock.GetElapsedTime(looked) is { Ticks: > 0 } soon)
                {
                    await Task.Delay(soon, clock, stoppingToken);
                }
            }
            catch (Exception error) when (error is Npgsql.NpgsqlException or DbUpdateException or InvalidOperationException && !stoppingToken.IsCancellationRequested)
            {
                log.LogError(error, "Could not look for deployments; trying again");
                await Task.Delay(Sweep, clock, stoppingToken);
            }
        }
    }

    public override void Dispose()
    {
        wake.Dispose();
        base.Dispose();
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await Task.WhenAll(running.Values);
    }

    private async Task TakeAllAsync(CancellationToken cancellationToken)
    {
        while (running.Count < options.Value.Parallel && await leases.TakeAsync([.. running.Keys], cancellationToken) is { } lease)
        {
            running[lease.Deployment] = Task.CompletedTask;
            running[lease.Deployment] = Task.Run(() => RunAsync(lease, cancellationToken), CancellationToken.None);
        }
    }

    private async Task RunAsync(Lease lease, CancellationToken cancellationToken)
    {
        await using var keeper = new LeaseKeeper(leases, lease, clock, log);
        using var working = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, keeper.Lost);
        try
        {
            var again = false;
            while (!await TryAsync(keeper, again, working.Token))
            {
                again = true;
                await Task.Delay(Sweep, clock, working.Token);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            log.LogInformation("Deployment {Deployment} is left to the next portal", lease.Deployment);
        }
        catch (Exception error) when (error is LeaseLostException || (error is OperationCanceledException && keeper.Lost.IsCancellationRequested))
        {
            log.LogWarning("Deployment {Deployment} goes on elsewhere", lease.Deployment);
        }
        catch (Exception error)
        {
            // Not an outcome of the deployment but a defect: its lease runs out and it is taken again, until its deadline ends it.
            log.LogError(error, "Deployment {Deployment} was interrupted", lease.Deployment);
        }
        finally
        {
            running.TryRemove(lease.Deployment, out _);
            wake.Up();
        }
    }

    /// <returns>False where the database went away meanwhile: what it locked is let go, and all begins again with another look.</returns>
    private async Task<bool> TryAsync(LeaseKeeper keeper, bool again, CancellationToken cancellationToken)
    {
        try
        {
            await using var place = await locks.TakeAsync(await leases.LockNameAsync(keeper.Lease, cancellationToken), cancellationToken);
            await services.GetRequiredService<DeploymentRun>().ExecuteAsync(keeper, again, cancellationToken);
            return true;
        }
        catch (Exception error) when (StoreFaults.MayPass(error) && !cancellationToken.IsCancellationRequested)
        {
            log.LogWarning("The database was lost while deployment {Deployment} ran; trying again: {Problem}", keeper.Lease.Deployment, error.Message);
            return false;
        }
    }
}
