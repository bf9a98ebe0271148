using Portal.HAProxy;

namespace Portal.Gateway.Traffic;

/// <summary>Reads the gateway's counters every five seconds. Each portal for itself: its pages show what it has seen.</summary>
internal sealed class TrafficWorker(IGateway gateway, TrafficBook book, TimeProvider clock, ILogger<TrafficWorker> log) : BackgroundService
{
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var ticks = new PeriodicTimer(Span, clock);
        (TrafficReading Reading, long At)? before = null;
        var away = false;
        while (await ticks.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                var (now, at) = (await gateway.TrafficAsync(stoppingToken), clock.GetTimestamp());
                if (before is { } former)
                {
                    book.Add(clock.GetUtcNow(), clock.GetElapsedTime(former.At, at), now.Since(former.Reading));
                }

                (before, away) = ((now, at), false);
            }
            catch (GatewayException error) when (!stoppingToken.IsCancellationRequested)
            {
                // Said once, not every five seconds.
                if (!away)
                {
                    log.LogWarning("The gateway's counters cannot be read; trying again: {Problem}", error.Message);
                }

                away = true;
            }
        }
    }
}
