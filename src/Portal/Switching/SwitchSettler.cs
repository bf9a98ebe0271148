using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Gateway;
using Portal.Store;
using Portal.Switching.Asking;

namespace Portal.Switching;

/// <summary>
/// The database is the truth. Ends switches whose portal died between intent and record, and points a gateway that says
/// something else back to it. One portal leads.
/// </summary>
public sealed class SwitchSettler(PortalDbFactory databases, Changes changes, StoreLocks locks, IGateway gateway, EndStaleAsks stale, TimeProvider clock, ILogger<SwitchSettler> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    /// <summary>A switch takes milliseconds; one that is open for so long has nobody who works on it.</summary>
    private static readonly TimeSpan Abandoned = TimeSpan.FromSeconds(10);
    private static readonly Actor Settler = Actor.System("switch settler");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var ticks = new PeriodicTimer(Pause, clock);
        do
        {
            try
            {
                await using var lead = await locks.TryTakeAsync("switch-settler", stoppingToken);
                if (lead is not null)
                {
                    await EndAbandonedAsync(stoppingToken);
                    await PointAllAsync(stoppingToken);
                    await stale.ExecuteAsync(Settler, stoppingToken);
                }
            }
            catch (Exception error) when (error is GatewayException or Npgsql.NpgsqlException or DbUpdateException or InvalidOperationException && !stoppingToken.IsCancellationRequested)
            {
                log.LogWarning(error, "Gateway and database could not be compared; trying again");
            }
        }
        while (await ticks.WaitForNextTickAsync(stoppingToken));
    }

    private async Task EndAbandonedAsync(CancellationToken cancellationToken)
    {
        await using var db = databases.Platform();
        var before = clock.GetUtcNow() - Abandoned;
        var open = await db.Switches.AsNoTracking().Where(row => row.State == SwitchState.Requested && row.RequestedAt < before).ToListAsync(cancellationToken);
        foreach (var intent in open)
        {
            await changes.RunAsync<bool>(Settler.Demand(Permission.Switch, intent.TenantId), async inner =>
            {
                var row = await inner.Switches.SingleAsync(candidate => candidate.Id == intent.Id, cancellationToken);
                if (row.State != SwitchState.Requested)
                {
                    return Changed.Nothing(false);
                }

                row.State = SwitchState.Failed;
                row.Failure = "The portal ended before the switch was recorded; the tenant stays as it was.";
                return (true, new AuditLine("switch.failed", "pair", $"{row.From.Text()} → {row.To.Text()}")
                {
                    Result = row.Failure,
                    Correlation = row.Id,
                    Notes = [new ChangeNote(row.TenantId, "switch", row.Id)],
                });
            }, cancellationToken);
        }
    }

    private async Task PointAllAsync(CancellationToken cancellationToken)
    {
        await using var db = databases.Platform();
        var tenants = await (
            from pair in db.Pairs.AsNoTracking()
            join tenant in db.Tenants on pair.TenantId equals tenant.Id
            where tenant.ArchivedAt == null && !db.Switches.Any(row => row.TenantId == tenant.Id && row.State == SwitchState.Requested)
            select new { tenant.Slug, pair.Live }).ToListAsync(cancellationToken);
        var live = await gateway.LiveAsync(cancellationToken);
        foreach (var tenant in tenants)
        {
            Colour? seen = live.TryGetValue(tenant.Slug, out var colour) ? colour : null;
            if (seen != tenant.Live)
            {
                log.LogWarning("The gateway has {Tenant} on {Seen}, the database on {Live}: pointing it back", tenant.Slug, seen, tenant.Live);
                await gateway.PointAsync(tenant.Slug, tenant.Live, cancellationToken);
            }
        }
    }
}
