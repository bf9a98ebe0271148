using Microsoft.Extensions.Options;

namespace Portal.Store;

/// <summary>Starts the private PostgreSQL again where it has died; one of yours is yours to keep.</summary>
internal sealed class PostgresKeeper(EmbeddedPostgres postgres, IOptions<StoreOptions> options, TimeProvider clock, ILogger<PostgresKeeper> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.ConnectionString is not null)
        {
            return;
        }

        using var ticks = new PeriodicTimer(Pause, clock);
        while (await ticks.WaitForNextTickAsync(stoppingToken))
        {
            if (await postgres.IsAliveAsync(stoppingToken))
            {
                continue;
            }

            try
            {
                log.LogWarning("The private PostgreSQL has ended; starting it again");
                await postgres.StartAsync(stoppingToken);
            }
            catch (Exception error) when (error is InvalidOperationException or Npgsql.NpgsqlException && !stoppingToken.IsCancellationRequested)
            {
                log.LogError(error, "The private PostgreSQL cannot be started; trying again");
            }
        }
    }
}
