using System.Globalization;
using Portal.Clusters;
using Portal.Clusters.Health;
using Portal.Gateway;
using Portal.Store;

namespace Portal.Switching.Automatic;

/// <summary>
/// Switches a tenant that allows it when live has had no healthy replica of a routed service for long enough and standby has. One portal
/// leads; what it has seen so far is in its memory, so that one that takes over waits anew.
/// </summary>
public sealed class FailoverWorker(
    OutageQueries outages, Inventory inventory, HealthBook health, SwitchByItself switches, StoreLocks locks, TimeProvider clock, ILogger<FailoverWorker> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly OutageBook book = new(clock.GetUtcNow());

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var wake = new Wake(clock);
        void OnReplicas(IReadOnlySet<StackOnSide> _) => wake.Up();
        void OnHealth(string container, HealthNote note) => wake.Up();
        inventory.Changed += OnReplicas;
        health.Changed += OnHealth;
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                try
                {
                    await LookAsync(stoppingToken);
                }
                catch (Exception error) when (error is GatewayException || (StoreFaults.MayPass(error) && !stoppingToken.IsCancellationRequested))
                {
                    log.LogWarning("Whether live is down cannot be told now; trying again: {Problem}", error.Message);
                }

                await wake.WaitAsync(Pause, stoppingToken);
            }
        }
        finally
        {
            inventory.Changed -= OnReplicas;
            health.Changed -= OnHealth;
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var tenants = await outages.TenantsAsync(cancellationToken);
        book.Keep(tenants.SelectMany(tenant => tenant.Services).Select(service => service.Service).ToHashSet());
        foreach (var tenant in tenants)
        {
            foreach (var guarded in tenant.Services)
            {
                book.Note(guarded.Service, await outages.StateAsync(guarded, cancellationToken), clock.GetUtcNow());
            }

            var down = tenant.Services
                .Select(guarded => (guarded.Service, For: book.Due(guarded.Service, tenant.Rule.After, clock.GetUtcNow())))
                .Where(service => service.For is not null)
                .ToList();
            if (down.Count > 0)
            {
                await SwitchAsync(tenant, [.. down.Select(service => service.Service)], down.Max(service => service.For!.Value), cancellationToken);
            }
        }
    }

    private async Task SwitchAsync(GuardedTenant tenant, IReadOnlyList<LiveService> down, TimeSpan since, CancellationToken cancellationToken)
    {
        await using var lead = await locks.TryTakeAsync($"failover {tenant.Key.Id}", cancellationToken);
        if (lead is null)
        {
            return;
        }

        var names = string.Join(", ", down.Select(service => service.ToString()).Order(StringComparer.Ordinal));
        var wanted = new SwitchRequest(string.Create(CultureInfo.InvariantCulture, $"Failover: {names} had no healthy replica on {tenant.Live.Text()} for {since.TotalSeconds:0.0} s."))
        {
            Cause = SwitchCause.Failover,
            Measured = new { down = names, seconds = Math.Round(since.TotalSeconds, 1), limitSeconds = tenant.Rule.After.TotalSeconds },
        };
        if (tenant.Last + tenant.Rule.AtMostEvery is { } next && next > clock.GetUtcNow())
        {
            await switches.TellAsync("failover", tenant.Key, wanted, $"{tenant.Generation} {names}", $"It switched by itself at {tenant.Last:yyyy-MM-dd HH:mm:ss} UTC, and may again at {next:yyyy-MM-dd HH:mm:ss} UTC.");
            return;
        }

        await switches.TryAsync("failover", tenant.Key, tenant.Generation, wanted, $"{tenant.Generation} {names}");
    }
}
