using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Store;

namespace Portal.Gateway.Certificates;

/// <summary>Writes into the audit log, once for each, that a certificate has 30 days left, then 7, then none. One portal leads.</summary>
internal sealed class CertificateExpiryWorker(PortalDbFactory databases, Changes changes, StoreLocks locks, ChangeFeed feed, TimeProvider clock, ILogger<CertificateExpiryWorker> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromHours(1);
    private static readonly Actor Watch = Actor.System("certificate watch");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var wake = new Wake(clock);
        using var subscription = feed.Subscribe(note =>
        {
            if (note.Kind is "certificate" or "resync")
            {
                wake.Up();
            }
        });
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var lead = await locks.TryTakeAsync("certificate-watch", stoppingToken);
                if (lead is not null)
                {
                    await WarnAsync(stoppingToken);
                }
            }
            catch (Exception error) when (StoreFaults.MayPass(error) && !stoppingToken.IsCancellationRequested)
            {
                log.LogWarning(error, "Certificates could not be looked at; trying again");
            }

            await wake.WaitAsync(Pause, stoppingToken);
        }
    }

    internal async Task WarnAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var far = now.AddDays(CertificateExpiry.Marks[0]);
        await using var db = databases.Platform();
        var near = await db.Certificates.AsNoTracking().Where(row => row.NotAfter <= far).Select(row => new { row.Id, row.TenantId, row.NotAfter, row.WarnedDays }).ToListAsync(cancellationToken);
        foreach (var one in near.Where(one => IsNews(one.WarnedDays, CertificateExpiry.Mark(one.NotAfter, now))))
        {
            var permit = one.TenantId is null ? Watch.Demand(Permission.PlatformManage) : Watch.Demand(Permission.CertificateManage, one.TenantId);
            await changes.RunAsync<bool>(permit, async inner =>
            {
                var row = await inner.Certificates.SingleOrDefaultAsync(candidate => candidate.Id == one.Id, cancellationToken);
                // Replaced or removed meanwhile.
                if (row is null || CertificateExpiry.Mark(row.NotAfter, now) is not { } mark || !IsNews(row.WarnedDays, mark))
                {
                    return Changed.Nothing(false);
                }

                row.WarnedDays = mark;
                return (true, new AuditLine(mark == 0 ? "certificate.expired" : "certificate.expiring", "certificate", row.Name)
                {
                    Result = mark == 0 ? $"It expired on {row.NotAfter:yyyy-MM-dd}; browsers warn everybody who comes." : $"{mark} days or less are left: it expires on {row.NotAfter:yyyy-MM-dd}.",
                    After = AddCertificate.Told(row),
                    Correlation = row.Id,
                    Notes = [new ChangeNote(row.TenantId, "certificate", row.Id)],
                });
            }, cancellationToken);
        }
    }

    private static bool IsNews(int? warned, int? mark) => mark is { } now && (warned is not { } before || before > now);
}
