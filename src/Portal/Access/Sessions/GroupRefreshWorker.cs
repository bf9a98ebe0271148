using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using Portal.Store;

namespace Portal.Access.Sessions;

/// <summary>
/// Keeps the groups of sessions in use fresh, so that requests seldom wait for the directory, and ends those of people who
/// left. Needs no leader. Also removes the rows of sessions long over.
/// </summary>
internal sealed class GroupRefreshWorker(PortalDbFactory databases, GroupRefresh groups, TimeProvider clock, IOptions<AccessOptions> options, ILogger<GroupRefreshWorker> log) : BackgroundService
{
    private const int AtOnce = 4;
    private static readonly TimeSpan InUse = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan KeptAfterEnd = TimeSpan.FromDays(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.GroupsFreshFor / 6, clock);
        var nextSweep = clock.GetUtcNow();
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await RefreshAsync(stoppingToken);
                if (clock.GetUtcNow() >= nextSweep)
                {
                    await SweepAsync(stoppingToken);
                    nextSweep = clock.GetUtcNow() + TimeSpan.FromHours(1);
                }
            }
            catch (Exception error) when (error is NpgsqlException or DbUpdateException or TimeoutException or InvalidOperationException { InnerException: NpgsqlException })
            {
                log.LogWarning(error, "Could not refresh groups; trying again");
            }
        }
    }

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var (seenSince, checkedBefore) = (now - InUse, now - options.Value.GroupsFreshFor);
        await using var db = databases.Platform();
        var people = await db.Sessions
            .Where(session => session.EndedAt == null && session.ExpiresAt > now && session.UserDn != null && session.LastSeenAt > seenSince && session.GroupsCheckedAt < checkedBefore)
            .Select(session => new { Dn = session.UserDn!, session.UserName })
            .Distinct()
            .ToListAsync(cancellationToken);
        await Parallel.ForEachAsync(
            people,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (person, _) => await groups.OfAsync(person.Dn, person.UserName));
    }

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        var before = clock.GetUtcNow() - KeptAfterEnd;
        await using var db = databases.Platform();
        await db.Sessions.Where(session => session.ExpiresAt < before || session.EndedAt < before).ExecuteDeleteAsync(cancellationToken);
    }
}
