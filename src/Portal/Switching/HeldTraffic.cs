using Portal.Gateway;

namespace Portal.Switching;

/// <summary>
/// For what must not run on both sides at once: the tenant's requests wait at the gateway while those in flight are answered, and go on to
/// whichever side is live afterwards.
/// </summary>
public sealed class HeldTraffic(IGateway gateway, TimeProvider clock)
{
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(20);

    /// <summary>Holds until nothing is in flight on the live side any more, or for that long.</summary>
    /// <returns>Its end lets the requests go on, unless a switch has.</returns>
    /// <exception cref="GatewayException">Nothing is held.</exception>
    public async Task<IAsyncDisposable> BeginAsync(string tenantSlug, Colour live, TimeSpan most, CancellationToken cancellationToken)
    {
        var held = new Held(gateway, tenantSlug, live);
        try
        {
            await gateway.HoldAsync(tenantSlug, live, cancellationToken);
            for (var began = clock.GetTimestamp(); clock.GetElapsedTime(began) < most && (await gateway.CountAsync(tenantSlug, cancellationToken)).InFlight(live.Text()) > 0;)
            {
                await Task.Delay(LookAgain, clock, cancellationToken);
            }
        }
        catch
        {
            await held.DisposeAsync();
            throw;
        }

        return held;
    }

    private sealed class Held(IGateway gateway, string tenantSlug, Colour live) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await gateway.ReleaseAsync(tenantSlug, live, CancellationToken.None);
    }
}
