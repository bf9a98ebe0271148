using Microsoft.EntityFrameworkCore;
using Portal.Gateway;
using Portal.HAProxy;
using Portal.Store;
using Portal.Tenants;

namespace Portal.Switching.Automatic;

/// <summary>
/// Watches the new side in the minute after a switch, by HAProxy's own counters, and switches back where it is beyond the tenant's limits.
/// A portal that starts within that minute counts from its start on.
/// </summary>
public sealed class UndoWorker(
    PortalDbFactory databases, IGateway gateway, Preflight preflight, SwitchByItself switches, StoreLocks locks, ChangeFeed feed, TimeProvider clock, ILogger<UndoWorker> log) : BackgroundService
{
    public static readonly TimeSpan WatchFor = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    /// <summary>A switch is told of several times, and whoever makes it has the machine first.</summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(30);

    private readonly Dictionary<Guid, TrafficReading> begun = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var wake = new Wake(clock);
        using var subscription = feed.Subscribe(note =>
        {
            if (note.Kind is "switch" or "resync")
            {
                wake.Up();
            }
        });
        while (!stoppingToken.IsCancellationRequested)
        {
            var watching = true;
            try
            {
                watching = await LookAsync(stoppingToken);
            }
            catch (Exception error) when (error is GatewayException || (StoreFaults.MayPass(error) && !stoppingToken.IsCancellationRequested))
            {
                log.LogWarning("What followed a switch cannot be measured now; trying again: {Problem}", error.Message);
            }

            await wake.WaitAsync(watching ? Pause : Idle, stoppingToken);
            await Task.Delay(BetweenLooks, clock, stoppingToken);
        }
    }

    /// <returns>Whether there is a switch to watch.</returns>
    private async Task<bool> LookAsync(CancellationToken cancellationToken)
    {
        var fresh = await FreshAsync(cancellationToken);
        foreach (var over in begun.Keys.Except(fresh.Select(one => one.Switch.Id)).ToList())
        {
            begun.Remove(over);
        }

        if (fresh.Count == 0)
        {
            return false;
        }

        var now = await gateway.TrafficAsync(cancellationToken);
        foreach (var one in fresh)
        {
            if (begun.TryAdd(one.Switch.Id, now))
            {
                continue;
            }

            var numbers = SideNumbers.Of(now.Since(begun[one.Switch.Id]).Of(one.Key.Slug, one.Switch.To.Text()));
            if (LimitJudge.Exceeded(one.Limits, numbers) is { } exceeded)
            {
                await TakeBackAsync(one, numbers, exceeded, cancellationToken);
            }
        }

        return true;
    }

    private async Task TakeBackAsync(FreshSwitch one, SideNumbers numbers, string exceeded, CancellationToken cancellationToken)
    {
        await using var lead = await locks.TryTakeAsync($"undo {one.Key.Id}", cancellationToken);
        if (lead is null)
        {
            return;
        }

        var wanted = new SwitchRequest($"Taken back: after the switch to {one.Switch.To.Text()}, {exceeded}.")
        {
            To = one.Switch.From,
            Cause = SwitchCause.Undo,
            Measured = new { of = one.Switch.Id, numbers.Requests, numbers.Failed, numbers.FailedPercent, numbers.P95Milliseconds, limits = one.Limits },
        };
        if ((await preflight.ExecuteAsync(one.Key.Id, one.Switch.To, cancellationToken)).KeepsFromFailover is { Health: true } unfit)
        {
            await switches.TellAsync("undo", one.Key, wanted, one.Switch.Id.ToString(), $"The other side cannot take the traffic either: {unfit.Subject}: {unfit.Seen}.");
            return;
        }

        await switches.TryAsync("undo", one.Key, one.Switch.Generation, wanted, one.Switch.Id.ToString());
    }

    private async Task<List<FreshSwitch>> FreshAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var since = now - WatchFor;
        await using var db = databases.Platform();
        var found = await (
            from done in db.Switches.AsNoTracking()
            where done.State == SwitchState.Applied && done.UndoOf == null && done.AppliedAt > since && done.SwitchBackUntil > now
            join pair in db.Pairs on new { done.TenantId, done.Generation } equals new { pair.TenantId, pair.Generation }
            join rules in db.SwitchRules on done.TenantId equals rules.TenantId
            where rules.Limits != null
            join tenant in db.Tenants on done.TenantId equals tenant.Id
            select new FreshSwitch(done, new TenantKey(tenant.Id, tenant.Slug), rules.Limits!)).ToListAsync(cancellationToken);
        return [.. found.Where(one => one.Limits.Undo)];
    }

    private sealed record FreshSwitch(Switch Switch, TenantKey Key, SwitchLimits Limits);
}
