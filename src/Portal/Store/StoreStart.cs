using Microsoft.EntityFrameworkCore;

namespace Portal.Store;

/// <summary>Opens the database and brings it up to date before anything else runs. A failure stops the process.</summary>
internal sealed class StoreStart(PortalDataSource source, PortalDbFactory databases, ILogger<StoreStart> log) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await source.OpenAsync(cancellationToken);
        await using var db = databases.Platform();
        // Two portals may start at once: EF's migrator takes a lock in the database.
        await db.Database.MigrateAsync(cancellationToken);
        log.LogInformation("The database is ready");
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
