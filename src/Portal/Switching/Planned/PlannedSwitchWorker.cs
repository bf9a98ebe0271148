using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Portal.Deployments.Requests;
using Portal.Gateway;
using Portal.Store;
using Portal.Switching.Asking;

namespace Portal.Switching.Planned;

/// <summary>Settles planned switches, oldest first. Woken by changes, and looks every second anyway for those that are due. One portal leads; two at once would do no harm but work twice.</summary>
public sealed class PlannedSwitchWorker(PortalDbFactory databases, SettlePlannedSwitch settle, StoreLocks locks, ChangeFeed feed, TimeProvider clock, ILogger<PlannedSwitchWorker> log) : BackgroundService
{
    private static readonly TimeSpan Sweep = TimeSpan.FromSeconds(1);
    /// <summary>A deployment's notes come in bursts.</summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(50);
    /// <summary>Tenants in which something has changed; null: perhaps in any.</summary>
    private readonly ConcurrentQueue<Guid?> noted = new([null]);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var wake = new Wake(clock);
        using var subscription = feed.Subscribe(note =>
        {
            if (note.Kind is "deployment" or "switch" or "stack" or "webhook" or Asks.Note or PlannedSwitchLine.Note or "resync")
            {
                noted.Enqueue(note.Tenant);
                wake.Up();
            }
        });
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await SettleAllAsync(stoppingToken);
            }
            catch (Exception error) when (StoreFaults.MayPass(error) && !stoppingToken.IsCancellationRequested)
            {
                log.LogWarning("Planned switches cannot be read; trying again: {Problem}", error.Message);
            }

            await Task.Delay(BetweenLooks, clock, stoppingToken);
            await wake.WaitAsync(Sweep, stoppingToken);
        }
    }

    private async Task SettleAllAsync(CancellationToken cancellationToken)
    {
        var changed = Noted();
        if (!(await WaitingAsync(cancellationToken)).Any(one => Concerns(one, changed)))
        {
            return;
        }

        await using var lead = await locks.TryTakeAsync("planned-switches", cancellationToken);
        if (lead is null)
        {
            return;
        }

        // Read again: who led before may have settled some.
        foreach (var (plan, _) in (await WaitingAsync(cancellationToken)).Where(one => Concerns(one, changed)))
        {
            try
            {
                await settle.ExecuteAsync(plan, cancellationToken);
            }
            catch (Exception error) when (error is GatewayException or Npgsql.NpgsqlException or DbUpdateException or ConflictException or InvalidOperationException && !cancellationToken.IsCancellationRequested)
            {
                // One that cannot be settled now does not keep the others waiting; its limit ends it.
                log.LogError(error, "Planned switch {Plan} could not be settled; trying again", plan.Id);
            }
        }
    }

    private HashSet<Guid?> Noted()
    {
        HashSet<Guid?> tenants = [];
        while (noted.TryDequeue(out var tenant))
        {
            tenants.Add(tenant);
        }

        return tenants;
    }

    /// <summary>One whose time is yet to come, or that waits for somebody's word, is looked at only when something in its tenant has changed.</summary>
    private bool Concerns((PlannedSwitch Plan, bool Asked) one, HashSet<Guid?> changed) =>
        (!one.Asked && (one.Plan.DueAt is not { } due || due <= clock.GetUtcNow())) || changed.Contains(null) || changed.Contains(one.Plan.TenantId);

    private async Task<IReadOnlyList<(PlannedSwitch Plan, bool Asked)>> WaitingAsync(CancellationToken cancellationToken)
    {
        await using var db = databases.Platform();
        var rows = await db.PlannedSwitches.AsNoTracking().Where(plan => plan.State == PlannedSwitchState.Waiting).OrderBy(plan => plan.RequestedAt)
            .Select(plan => new { plan, asked = db.AskedSwitches.Any(asked => asked.PlanId == plan.Id && asked.State == AskedSwitchState.Waiting) }).ToListAsync(cancellationToken);
        return [.. rows.Select(row => (row.plan, row.asked))];
    }
}
