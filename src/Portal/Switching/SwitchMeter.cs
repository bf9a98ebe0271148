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
/// whose requests would be counted twice.
/// </summary>
public sealed class SwitchMeter(Changes changes, IGateway gateway, IOptions<SwitchOptions> options, TimeProvider clock, ILogger<SwitchMeter> log) : IAsyncDisposable
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(50);
    private readonly ConcurrentDictionary<Guid, Task> open = new();
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
        open[id] = Task.Run(() => MeasureAsync(permit, tenant, slug, id, before, old, next.Task, stopping.Token), CancellationToken.None);
    }

    /// <summary>Completes once the switch's numbers are written, or can no longer be had.</summary>
    public Task WhenMeasuredAsync(Guid id) => open.GetValueOrDefault(id) ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await Task.WhenAll(open.Values);
        stopping.Dispose();
    }

    private async Task MeasureAsync(
        Permit permit, Guid tenant, string slug, Guid id, GroupCounters before, Colour old, Task nextSwitch, CancellationToken cancellationToken)
    {
        try
        {
            var started = clock.GetTimestamp();
            var end = Task.WhenAny(nextSwitch, Task.Delay(options.Value.MeasureFor, clock, cancellationToken));
            double? drained = null;
            while (drained is null && await Task.WhenAny(end, Task.Delay(LookAgain, clock, cancellationToken)) != end)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if ((await gateway.CountAsync(slug, cancellationToken)).InFlight(old.Text()) == 0)
                {
                    drained = clock.GetElapsedTime(started).TotalSeconds;
                }
            }

            await end;
            cancellationToken.ThrowIfCancellationRequested();
            var after = await gateway.CountAsync(slug, cancellationToken);
            var passed = after.Since(before);
            await WriteAsync(permit, tenant, id, old, passed.Requests, passed.Failed, drained, CancellationToken.None);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            log.LogInformation("Switch {Switch} stays unmeasured: the portal stops", id);
        }
        catch (GatewayException error)
        {
            log.LogWarning("Switch {Switch} stays unmeasured: {Problem}", id, error.Message);
        }
        finally
        {
            open.TryRemove(id, out _);
        }
    }

    private Task WriteAsync(Permit permit, Guid tenant, Guid id, Colour old, long requests, long failed, double? drained, CancellationToken cancellationToken) =>
        changes.RunAsync<bool>(permit, async db =>
        {
            await db.Switches.Where(row => row.Id == id).ExecuteUpdateAsync(
                row => row.SetProperty(one => one.Requests, requests).SetProperty(one => one.FailedRequests, failed).SetProperty(one => one.DrainSeconds, drained),
                cancellationToken);
            return (true, new AuditLine("switch.measured", "pair", $"{old.Text()} → {old.Other().Text()}")
            {
                Result = failed == 0 ? "ok" : $"{failed} of {requests} requests failed",
                After = new { requests, failed, drainSeconds = drained },
                Correlation = id,
                Notes = [new ChangeNote(tenant, "switch", id)],
            });
        }, cancellationToken);
}
