using Microsoft.EntityFrameworkCore;
using Portal.Gateway;
using Portal.HAProxy;
using Portal.Store;
using Portal.Switching.Automatic;

namespace Portal.Switching.Gradual;

/// <summary>Watches gradual switches and takes them on, every second while there are any. One portal leads.</summary>
public sealed class GradualWorker(PortalDbFactory databases, IGateway gateway, SettleGradual settle, StoreLocks locks, ChangeFeed feed, TimeProvider clock, ILogger<GradualWorker> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(30);

    /// <summary>What the gateway had counted when each step was first seen.</summary>
    private readonly Dictionary<(Guid Gradual, int Step), TrafficReading> begun = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var wake = new Wake(clock);
        using var subscription = feed.Subscribe(note =>
        {
            if (note.Kind is GradualLine.Note or "resync")
            {
                wake.Up();
            }
        });
        while (!stoppingToken.IsCancellationRequested)
        {
            var running = true;
            try
            {
                running = await LookAsync(stoppingToken);
            }
            catch (Exception error) when (error is GatewayException || (StoreFaults.MayPass(error) && !stoppingToken.IsCancellationRequested))
            {
                log.LogWarning("Gradual switches cannot be looked at now; trying again: {Problem}", error.Message);
            }

            await wake.WaitAsync(running ? Pause : Idle, stoppingToken);
        }
    }

    /// <returns>Whether there are any.</returns>
    private async Task<bool> LookAsync(CancellationToken cancellationToken)
    {
        var running = await RunningAsync(cancellationToken);
        var steps = running.Select(gradual => (gradual.Id, gradual.Step)).ToHashSet();
        foreach (var over in begun.Keys.Where(step => !steps.Contains(step)).ToList())
        {
            begun.Remove(over);
        }

        if (running.Count == 0)
        {
            return false;
        }

        await using var lead = await locks.TryTakeAsync("gradual-switches", cancellationToken);
        if (lead is null)
        {
            return true;
        }

        var now = await gateway.TrafficAsync(cancellationToken);
        // Read again: who led before may have gone on with some.
        foreach (var gradual in await RunningAsync(cancellationToken))
        {
            begun.TryAdd((gradual.Id, gradual.Step), now);
            try
            {
                await settle.ExecuteAsync(gradual, now.Since(begun[(gradual.Id, gradual.Step)]), cancellationToken);
            }
            catch (DbUpdateConcurrencyException)
            {
                log.LogInformation("Gradual switch {Gradual} was changed at the same moment; looking again", gradual.Id);
            }
        }

        return true;
    }

    private async Task<IReadOnlyList<GradualSwitch>> RunningAsync(CancellationToken cancellationToken)
    {
        await using var db = databases.Platform();
        return await db.GradualSwitches.AsNoTracking().Where(gradual => gradual.State == GradualState.Running).OrderBy(gradual => gradual.RequestedAt).ToListAsync(cancellationToken);
    }
}
