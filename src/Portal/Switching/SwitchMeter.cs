using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Audit;
using Portal.Gateway;
using Portal.HAProxy;
using Portal.Store;

namespace Portal.Switching;

/// <summary>
/// Counts what passed around a switch, from the gateway's own counters, until the time is up or the tenant's next switch begins,
/// whose requests would be counted twice; and what the old side still has to finish.
/// </summary>
public sealed class SwitchMeter(Changes changes, IGateway gateway, IOptions<SwitchOptions> options, TimeProvider clock, ILogger<SwitchMeter> log) : IAsyncDisposable
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LookLater = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestDrain = TimeSpan.FromMinutes(15);
    private readonly ConcurrentDictionary<Guid, (Task Run, Task Measured)> open = new();
    private readonly ConcurrentDictionary<Guid, long> draining = new();
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource> latest = new();
    private readonly CancellationTokenSource stopping = new();

    public void Begin(Permit permit, Guid tenant, string slug, Guid id, GroupCounters before, Colour old)
    {
        var next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        latest.AddOrUpdate(tenant, next, (_, former) =>
        {
            former.TrySetResult();
            return next;
        });
        var measured = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var begin = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        open[id] = (RunLaterAsync(), measured.Task);
        // Only now: a run that ended before it was written down would never be forgotten.
        begin.SetResult();

        async Task RunLaterAsync()
        {
            await begin.Task;
            await RunAsync(permit, tenant, slug, id, before, old, next.Task, measured, stopping.Token);
        }
    }

    /// <summary>Completes once the switch's numbers are written, or can no longer be had.</summary>
    public Task WhenMeasuredAsync(Guid id) => open.TryGetValue(id, out var run) ? run.Measured : Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await Task.WhenAll(open.Values.Select(one => one.Run));
        stopping.Dispose();
    }

    /// <summary>Requests that began before the switch and are still answered by the old side; null: none, or nobody counts them any more.</summary>
    public long? Draining(Guid id) => draining.TryGetValue(id, out var left) && left > 0 ? left : null;

    private async Task RunAsync(
        Permit permit, Guid tenant, string slug, Guid id, GroupCounters before, Colour old, Task nextSwitch, TaskCompletionSource measured, CancellationToken cancellationToken)
    {
        try
        {
            var started = clock.GetTimestamp();
            var end = Task.WhenAny(nextSwitch, Task.Delay(options.Value.MeasureFor, clock, cancellationToken));
            var drained = await DrainAsync(slug, id, old, started, LookAgain, end, cancellationToken);
            await end;
            cancellationToken.ThrowIfCancellationRequested();
            var passed = (await gateway.CountAsync(slug, cancellationToken)).Since(before);
            await WriteAsync(permit, tenant, id, old, passed.Requests, passed.Failed, drained, CancellationToken.None);
            measured.TrySetResult();
            if (drained is null && !nextSwitch.IsCompleted)
            {
                await FollowAsync(permit, tenant, slug, id, old, started, nextSwitch, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            log.LogInformation("Switch {Switch} is not measured any further: the portal stops", id);
        }
        catch (GatewayException error)
        {
            log.LogWarning("Switch {Switch} is not measured any further: {Problem}", id, error.Message);
        }
        finally
        {
            measured.TrySetResult();
            draining.TryRemove(id, out _);
            open.TryRemove(id, out _);
        }
    }

    /// <summary>Downloads and web sockets end where they began; they are counted down for as long as a replaced worker would have them.</summary>
    private async Task FollowAsync(Permit permit, Guid tenant, string slug, Guid id, Colour old, long started, Task nextSwitch, CancellationToken cancellationToken)
    {
        var end = Task.WhenAny(nextSwitch, Task.Delay(LongestDrain, clock, cancellationToken));
        if (await DrainAsync(slug, id, old, started, LookLater, end, cancellationToken) is { } drained)
        {
            await changes.RunAsync<bool>(permit, async db =>
            {
                await db.Switches.Where(row => row.Id == id).ExecuteUpdateAsync(row => row.SetProperty(one => one.DrainSeconds, drained), CancellationToken.None);
                return (true, Line("switch.drained", tenant, id, old) with { After = new { drainSeconds = drained } });
            }, CancellationToken.None);
        }
    }

    /// <returns>Seconds from the switch until nothing was left; null: there still was at the end.</returns>
    private async Task<double?> DrainAsync(string slug, Guid id, Colour old, long started, TimeSpan pause, Task end, CancellationToken cancellationToken)
    {
        while (await Task.WhenAny(end, Task.Delay(pause, clock, cancellationToken)) != end)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var left = (await gateway.CountAsync(slug, cancellationToken)).InFlight(old.Text());
            draining[id] = left;
            if (left == 0)
            {
                return clock.GetElapsedTime(started).TotalSeconds;
            }
        }

        return null;
    }

    private Task WriteAsync(Permit permit, Guid tenant, Guid id, Colour old, long requests, long failed, double? drained, CancellationToken cancellationToken) =>
        changes.RunAsync<bool>(permit, async db =>
        {
            await db.Switches.Where(row => row.Id == id).ExecuteUpdateAsync(
                row => row.SetProperty(one => one.Requests, requests).SetProperty(one => one.FailedRequests, failed).SetProperty(one => one.DrainSeconds, drained),
                cancellationToken);
            return (true, Line("switch.measured", tenant, id, old) with
            {
                Result = failed == 0 ? "ok" : $"{failed} of {requests} requests failed",
                After = new { requests, failed, drainSeconds = drained },
            });
        }, cancellationToken);

    private static AuditLine Line(string action, Guid tenant, Guid id, Colour old) => new(action, "pair", $"{old.Text()} → {old.Other().Text()}")
    {
        Correlation = id,
        Notes = [new ChangeNote(tenant, "switch", id)],
    };
}
