using Portal.Store;

namespace Portal.Gateway;

/// <summary>Keeps the gateway as the database has it: starts it where it does not run, takes in routes as they come; all that are in line, where there are several. Traffic survives this process.</summary>
internal sealed class GatewayKeeper(IGateway gateway, ChangeFeed feed, TimeProvider clock, ILogger<GatewayKeeper> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>A whole look reads every place of every backend, and switches wait for it: seldom, for what somebody changes by hand.</summary>
    private static readonly TimeSpan Whole = TimeSpan.FromSeconds(30);

    private bool changed = true;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var wake = new Wake(clock);
        using var subscription = feed.Subscribe(note =>
        {
            if (note.Kind is "route" or "tenant" or "certificate" or "resync")
            {
                Volatile.Write(ref changed, true);
                wake.Up();
            }
        });
        var problem = "";
        var looked = clock.GetTimestamp();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (Interlocked.Exchange(ref changed, false) || clock.GetElapsedTime(looked) >= Whole || !await gateway.KeepAsync(stoppingToken))
                {
                    looked = clock.GetTimestamp();
                    await gateway.ApplyAsync(stoppingToken);
                }

                problem = "";
            }
            catch (Exception error) when (error is GatewayException or Npgsql.NpgsqlException or InvalidOperationException or IOException && !stoppingToken.IsCancellationRequested)
            {
                // Said once, not every two seconds.
                if (problem != error.Message)
                {
                    problem = error.Message;
                    log.LogError(error, "The gateway is not as it should be; trying again");
                }
            }

            await wake.WaitAsync(Pause, stoppingToken);
        }
    }
}
