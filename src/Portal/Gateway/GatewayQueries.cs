using Portal.Gateway.Members;

namespace Portal.Gateway;

/// <param name="Listen">Where it takes requests.</param>
/// <param name="Health">Where it says whether it may; null: nowhere.</param>
public sealed record GatewayView(string Name, GatewayState State, DateTimeOffset Since, string? Problem, IReadOnlyList<string> Listen, string? Health);

public sealed class GatewayQueries(GatewayFleet fleet)
{
    /// <exception cref="DeniedException">Gateways are the platform's.</exception>
    public IReadOnlyList<GatewayView> List(Actor actor)
    {
        actor.Demand(Permission.PlatformManage);
        return [.. fleet.Members.Select(member => new GatewayView(
            member.Name, member.Standing.State, member.Standing.Since, member.Standing.Problem,
            [.. member.Listen.Binds.Select(bind => $"http://{bind}"), .. member.Listen.TlsBinds.Select(bind => $"https://{bind}")], member.Listen.Health?.ToString()))];
    }
}
