using Portal.Gateway.Members;
using Portal.HAProxy;

namespace Portal.Gateway;

/// <summary>Brings gateways that are out in line again, each by itself: one that hangs keeps nobody else waiting.</summary>
internal sealed class GatewayJoiner(HAProxyGateway gateway, GatewayFleet fleet, TimeProvider clock, ILogger<GatewayJoiner> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Where there is one gateway alone, its keeper does.</summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        fleet.IsOne ? Task.CompletedTask : Task.WhenAll(fleet.Members.Select(member => FollowAsync(member, stoppingToken)));

    private async Task FollowAsync(GatewayMember member, CancellationToken stoppingToken)
    {
        using var ticks = new PeriodicTimer(Pause, clock);
        while (await ticks.WaitForNextTickAsync(stoppingToken))
        {
            if (!member.Standing.Out || !member.TryBeginJoining())
            {
                continue;
            }

            // A folder on a share that hangs holds the thread that writes there.
            await Task.Run(() => JoinAsync(member, stoppingToken), CancellationToken.None).WaitAsync(stoppingToken);
        }
    }

    private async Task JoinAsync(GatewayMember member, CancellationToken stoppingToken)
    {
        try
        {
            if (member.Standing.State == GatewayState.Wrong)
            {
                await UnreadyAsync(member, stoppingToken);
            }

            await gateway.JoinAsync(member, stoppingToken);
        }
        catch (Exception error) when (error is HAProxyException or IOException or UnauthorizedAccessException && !stoppingToken.IsCancellationRequested)
        {
            if (member.Standing.Out)
            {
                member.Note(GatewayFault.IsAway(error) ? GatewayState.Away : GatewayState.Wrong, GatewayFault.Words(error));
            }
        }
        catch (Exception error) when (error is GatewayException or Npgsql.NpgsqlException or InvalidOperationException && !stoppingToken.IsCancellationRequested)
        {
            log.LogWarning(error, "Gateway {Gateway} cannot be brought in line just now; trying again", member.Name);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Nobody waits for it any more.
        }
        finally
        {
            member.EndJoining();
        }
    }

    private async Task UnreadyAsync(GatewayMember member, CancellationToken stoppingToken)
    {
        try
        {
            await member.Driver.ClearReadyAsync(stoppingToken);
        }
        catch (HAProxyException error)
        {
            log.LogInformation("Gateway {Gateway} could not be told that it is not ready; that lapses by itself: {Problem}", member.Name, error.Message);
        }
    }
}
