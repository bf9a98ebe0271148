using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Audit;
using Portal.Clusters;
using Portal.Docker;
using Portal.Registries.Images;
using Portal.Store;

namespace Portal.Deployments.Images;

/// <summary>
/// Removes from the hosts what pulls of tenants have brought there and nothing needs any more. Never what others have put on a host, and
/// never by force: what a container uses, whoever made it, its engine keeps. One portal leads.
/// </summary>
public sealed class ImageKeeper(
    PortalDbFactory databases, StoreLocks locks, Engines engines, Changes changes, IOptions<ImageOptions> options, TimeProvider clock, ILogger<ImageKeeper> log) : BackgroundService
{
    private static readonly Actor Keeper = Actor.System("image keeper");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var ticks = new PeriodicTimer(options.Value.Every, clock);
        while (await ticks.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await using var lead = await locks.TryTakeAsync("images", stoppingToken);
                if (lead is not null)
                {
                    await PassAsync(stoppingToken);
                }
            }
            catch (Exception error) when (error is Npgsql.NpgsqlException or InvalidOperationException && !stoppingToken.IsCancellationRequested)
            {
                log.LogError(error, "A pass over the hosts' images failed; the next one tries again");
            }
        }
    }

    private async Task PassAsync(CancellationToken cancellationToken)
    {
        await using var db = databases.Platform();
        foreach (var host in await db.Hosts.AsNoTracking().Where(host => host.Enabled).ToListAsync(cancellationToken))
        {
            try
            {
                await HostAsync(engines.Of(host), cancellationToken);
            }
            catch (EngineException error)
            {
                log.LogWarning("The images of {Host} could not be looked through: {Problem}", host.Name, error.Message);
            }
        }
    }

    private async Task HostAsync(EngineHost engine, CancellationToken cancellationToken)
    {
        var begun = clock.GetUtcNow();
        await using var db = databases.Platform();
        var brought = await db.PulledImages.AsNoTracking().Where(row => row.HostId == engine.Host.Id && row.Brought).Select(row => new { row.Name, row.Digest }).Distinct().ToListAsync(cancellationToken);
        var needed = await NeededImages.ReadAsync(db, options.Value.KeepRevisions, cancellationToken);
        foreach (var image in brought.Where(image => !needed.Contains(image.Digest)))
        {
            // Once more: removals take their time, and somebody may have asked for it meanwhile.
            if ((await NeededImages.ReadAsync(db, options.Value.KeepRevisions, cancellationToken)).Contains(image.Digest)
                || !await RemoveAsync(engine, ImageReference.Parse(image.Name).WithDigest(image.Digest), cancellationToken))
            {
                continue;
            }

            await NoteAsync(engine.Host, image.Name, image.Digest, begun, cancellationToken);
        }
    }

    /// <returns>False: a container uses it.</returns>
    private async Task<bool> RemoveAsync(EngineHost engine, ImageReference image, CancellationToken cancellationToken)
    {
        try
        {
            await engine.Client.Images.RemoveAsync(image.ToString(), cancel: cancellationToken);
            log.LogInformation("{Image} was removed from {Host}: nothing needs it", image, engine.Host.Name);
            return true;
        }
        catch (EngineException error) when (error.Kind == EngineErrorKind.NotFound)
        {
            return true;
        }
        catch (EngineException error) when (error.Kind == EngineErrorKind.Conflict)
        {
            log.LogInformation("{Image} stays on {Host}: {Problem}", image, engine.Host.Name, error.Message);
            return false;
        }
    }

    private Task NoteAsync(Host host, string name, string digest, DateTimeOffset begun, CancellationToken cancellationToken) =>
        changes.RunAsync<bool>(Keeper.Demand(Permission.PlatformManage), async db =>
        {
            // One that was asked for since is on its way back, and is known from then on.
            await db.PulledImages.Where(row => row.HostId == host.Id && row.Name == name && row.Digest == digest && row.AskedAt < begun).ExecuteDeleteAsync(cancellationToken);
            return (true, new AuditLine("image.removed", "host", host.Name)
            {
                Before = new { image = $"{name}@{digest}" },
                Notes = [new ChangeNote(null, ImageBook.RemovedNote, host.Id)],
            });
        }, cancellationToken);
}
