using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Portal.Store;

namespace Portal.Tenants.Freezing;

public enum HoldKind { Locked, Frozen, KeptForSwitchBack, TakesClients }

/// <summary>Why nothing is taken now.</summary>
/// <param name="Sentence">For people: what holds it, until when, and the way out.</param>
/// <param name="Until">Null: until somebody says so.</param>
public sealed record Hold(HoldKind Kind, string Sentence, DateTimeOffset? Until);

/// <summary>What the gate goes by: read in the caller's own query, so that it costs no exchange.</summary>
/// <param name="Rules">Null: the tenant has never said anything.</param>
public sealed record GateStanding(string Slug, Colour Live, DateTimeOffset? SwitchBackUntil, string TimeZone, SwitchRules? Rules)
{
    /// <summary>A gradual switch is under way: standby has clients.</summary>
    public bool Gradual { get; init; }
}

/// <summary>
/// The one place that says whether a switch or a deployment is taken now. What heals does not ask, nor does the way back within the
/// switch-back window.
/// </summary>
public sealed class SwitchAndDeployGate(TimeProvider clock)
{
    /// <returns>Null: the tenant may be switched.</returns>
    public Hold? Switch(GateStanding standing) => Locked(standing) ?? Frozen(standing);

    /// <param name="colours">Where the deployment is to go.</param>
    /// <param name="givesUp">Whoever asks gives the way back up for it.</param>
    /// <returns>Null: it may go there.</returns>
    public Hold? Deploy(GateStanding standing, IReadOnlyCollection<Colour> colours, bool givesUp) => Locked(standing) ?? Frozen(standing) ?? Taken(standing, colours) ?? (givesUp ? null : Kept(standing, colours));

    /// <summary>Whether a deployment there ends the way back.</summary>
    public bool EndsWayBack(GateStanding standing, IReadOnlyCollection<Colour> colours) => Kept(standing, colours) is not null;

    private static Hold? Locked(GateStanding standing) => standing.Rules?.Held is { } held
        ? new Hold(HoldKind.Locked, $"{held.Holder} holds this tenant as it is since {Clock(held.Since, ZoneOf(standing.TimeZone))}: {held.Reason.TrimEnd('.')}. {held.Holder} or an owner can release it.", null)
        : null;

    private Hold? Frozen(GateStanding standing)
    {
        if (standing.Rules?.Freezes is not { IsDefaultOrEmpty: false } freezes)
        {
            return null;
        }

        var (now, zone) = (clock.GetUtcNow(), ZoneOf(standing.TimeZone));
        return freezes
            .Select(freeze => (freeze.Name, Span: FreezeCalendar.At(freeze, zone, now)))
            .Where(freeze => freeze.Span is not null)
            .OrderByDescending(freeze => freeze.Span!.Until)
            .Select(freeze => new Hold(HoldKind.Frozen, $"Nothing is switched or deployed until {Clock(freeze.Span!.Until, zone)}: {freeze.Name}. Healing goes on.", freeze.Span.Until))
            .FirstOrDefault();
    }

    private static Hold? Taken(GateStanding standing, IReadOnlyCollection<Colour> colours) =>
        standing.Gradual && standing.Live.Other() is var standby && colours.Contains(standby)
            ? new Hold(HoldKind.TakesClients, $"{standby.Text()} takes a share of the clients: a gradual switch to it is under way. Stop that first, on the tenant's home or with DELETE /api/v1/tenants/{standing.Slug}/gradual.", null)
            : null;

    private Hold? Kept(GateStanding standing, IReadOnlyCollection<Colour> colours)
    {
        var standby = standing.Live.Other();
        return standing.SwitchBackUntil is { } until && until > clock.GetUtcNow() && colours.Contains(standby)
            ? new Hold(
                HoldKind.KeptForSwitchBack,
                $"{standby.Text()} is kept as it was for the way back until {Clock(until, ZoneOf(standing.TimeZone))}. Give the switch-back window up first, on the tenant's home or with DELETE /api/v1/tenants/{standing.Slug}/switchback, and deploy again.",
                until)
            : null;
    }

    /// <summary>A moment as the tenant's clocks show it.</summary>
    public static string Clock(DateTimeOffset moment, TimeZoneInfo zone) =>
        $"{TimeZoneInfo.ConvertTime(moment, zone).ToString("ddd d MMM yyyy HH:mm", CultureInfo.InvariantCulture)} {zone.Id}";

    /// <summary>UTC where this machine does not know the zone (any more): its times are off then, and nothing stands still.</summary>
    public static TimeZoneInfo ZoneOf(string name) => TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : TimeZoneInfo.Utc;
}

public static class GateStandings
{
    /// <summary>Of the tenant that the context sees.</summary>
    public static IQueryable<GateStanding> Standings(this PortalDb db) =>
        from pair in db.Pairs.AsNoTracking()
        join tenant in db.Tenants on pair.TenantId equals tenant.Id
        select new GateStanding(tenant.Slug, pair.Live, pair.SwitchBackUntil, tenant.TimeZone, db.SwitchRules.FirstOrDefault())
        {
            Gradual = db.GradualSwitches.Any(gradual => gradual.State == GradualState.Running && gradual.Generation == pair.Generation),
        };
}
