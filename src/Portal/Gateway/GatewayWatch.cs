using System.Threading.Channels;
using Portal.Audit;
using Portal.Gateway.Members;
using Portal.Store;

namespace Portal.Gateway;

/// <summary>Tells pages, log and audit trail of gateways that go away and come back. A single gateway's words are its keeper's.</summary>
internal sealed class GatewayWatch(GatewayFleet fleet, Changes changes, ChangeFeed feed, TimeProvider clock, ILogger<GatewayWatch> log) : BackgroundService
{
    private const int MostWaiting = 1000;
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(2);
    private static readonly Actor Keeper = Actor.System("gateway keeper");

    private readonly Channel<(GatewayMember Member, GatewayStanding Former, GatewayStanding Now)> seen =
        Channel.CreateBounded<(GatewayMember, GatewayStanding, GatewayStanding)>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest });

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (fleet.IsOne)
        {
            return;
        }

        foreach (var member in fleet.Members)
        {
            member.Changed += OnChanged;
        }

        try
        {
            await foreach (var (member, former, now) in seen.Reader.ReadAllAsync(stoppingToken))
            {
                // That it was found where it should be is no news.
                if (former.State != GatewayState.Unknown || now.State != GatewayState.InLine)
                {
                    await WriteAsync(member, former, now, stoppingToken);
                }
            }
        }
        finally
        {
            foreach (var member in fleet.Members)
            {
                member.Changed -= OnChanged;
            }
        }
    }

    private void OnChanged(GatewayMember member, GatewayStanding former)
    {
        var now = member.Standing;
        feed.Publish(new ChangeNote(null, "gateway", Guid.Empty));
        if (now.State == former.State)
        {
            return;
        }

        if (now.Out)
        {
            log.LogWarning("Gateway {Gateway} is {State} and takes no part in changes: {Problem}", member.Name, now.State, now.Problem);
        }
        else
        {
            log.LogInformation("Gateway {Gateway} is in line", member.Name);
        }

        seen.Writer.TryWrite((member, former, now));
    }

    private async Task WriteAsync(GatewayMember member, GatewayStanding former, GatewayStanding now, CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await changes.RunAsync(Keeper.Demand(Permission.PlatformManage), _ => Task.FromResult(Changed.Of(true, new AuditLine(Action(now.State), "gateway", member.Name)
                {
                    Result = now.Problem ?? "ok",
                    Before = new { state = former.State, former.Since },
                    After = new { state = now.State, now.Since },
                })), stoppingToken);
                return;
            }
            catch (Exception error) when (StoreFaults.MayPass(error) && !stoppingToken.IsCancellationRequested)
            {
                log.LogWarning("The audit trail cannot be written; trying again: {Problem}", error.Message);
                await Task.Delay(Retry, clock, stoppingToken);
            }
        }
    }

    private static string Action(GatewayState state) => state switch
    {
        GatewayState.InLine => "gateway.in_line",
        GatewayState.Away => "gateway.away",
        GatewayState.Wrong => "gateway.wrong",
        _ => throw new InvalidOperationException($"A gateway became {state}."),
    };
}
