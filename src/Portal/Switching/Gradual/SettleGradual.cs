using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Gateway;
using Portal.HAProxy;
using Portal.Store;
using Portal.Switching.Automatic;
using Portal.Tenants;

namespace Portal.Switching.Gradual;

/// <summary>Takes a gradual switch as far as it goes now. May be called again at any time, after any crash: the step and its time are in the database.</summary>
public sealed class SettleGradual(PortalDbFactory databases, Changes changes, IGateway gateway, Preflight preflight, SwitchByItself switches, TimeProvider clock)
{
    /// <summary>A portal that has just started has an empty inventory; what it never saw fit gets so long to show.</summary>
    private static readonly TimeSpan GraceAtFirst = TimeSpan.FromSeconds(30);

    private const string Loop = "gradual switch";
    private static readonly Actor Acting = Actor.System(Loop);

    private readonly DateTimeOffset started = clock.GetUtcNow();
    private readonly ConcurrentDictionary<Guid, bool> seenFit = new();

    /// <param name="passed">By the gateway's counters, since the step began or this portal did.</param>
    /// <exception cref="DbUpdateConcurrencyException">Somebody stopped it at the same moment.</exception>
    public async Task ExecuteAsync(GradualSwitch gradual, TrafficBetween passed, CancellationToken cancellationToken)
    {
        var (tenant, seen) = await LookAsync(gradual, passed, cancellationToken);
        switch (GradualRule.Decide(gradual, seen, clock.GetUtcNow()))
        {
            case GradualVerdict.Later:
                return;
            case GradualVerdict.Advance:
                await ShareAsync(tenant, await ChangeAsync(gradual, "gradual.advanced", row => row.Advance(clock.GetUtcNow()), seen));
                return;
            case GradualVerdict.Switch:
                if (await switches.TryAsync(Loop, tenant, gradual.Generation, new SwitchRequest(gradual.Reason) { To = gradual.To, Measured = Numbers(seen) }, gradual.Id.ToString()))
                {
                    await ChangeAsync(gradual, "gradual.ended", row => row.End(GradualState.Finished, GradualRule.AllOn(gradual.To), clock.GetUtcNow()), seen);
                }

                return;
            case GradualVerdict.End { State: GradualState.TakenBack } end:
                await ShareAsync(tenant, await ChangeAsync(gradual, "gradual.taken_back", row => row.End(end.State, end.Outcome, clock.GetUtcNow()), seen));
                return;
            case GradualVerdict.End end:
                // Somebody's switch has taken the share away with it.
                await ChangeAsync(gradual, "gradual.ended", row => row.End(end.State, end.Outcome, clock.GetUtcNow()), seen);
                return;
            case var other:
                throw new InvalidOperationException($"A verdict without a consequence: {other}.");
        }
    }

    private Task ShareAsync(TenantKey tenant, GradualSwitch gradual) => gateway.ShareAsync(tenant.Slug, gradual.From, gradual.AsShare(), CancellationToken.None);

    private Task<GradualSwitch> ChangeAsync(GradualSwitch gradual, string action, Action<GradualSwitch> change, GradualSight seen) =>
        changes.RunAsync<GradualSwitch>(Acting.Demand(Permission.Switch, gradual.TenantId), db =>
        {
            var before = gradual.Percent;
            // As it was read: whoever changed it since makes the commit fail.
            var row = db.Attach(gradual).Entity;
            change(row);
            return Task.FromResult(Changed.Of(row, GradualLine.Of(action, row) with
            {
                Result = row.State == GradualState.TakenBack ? row.Outcome! : "ok",
                Before = new { percent = before },
                After = new { percent = row.Percent, row.State, row.Outcome, measured = Numbers(seen) },
            }));
        }, CancellationToken.None);

    private static object Numbers(GradualSight seen) => new { @new = seen.New, old = seen.Old };

    private async Task<(TenantKey Tenant, GradualSight Seen)> LookAsync(GradualSwitch gradual, TrafficBetween passed, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(gradual.TenantId);
        var found = await (
            from pair in db.Pairs.AsNoTracking()
            join tenant in db.Tenants on pair.TenantId equals tenant.Id
            select new { tenant.Slug, pair.Live, pair.Generation, Rules = db.SwitchRules.FirstOrDefault() }).SingleAsync(cancellationToken);
        var report = await preflight.ExecuteAsync(gradual.TenantId, gradual.From, cancellationToken);
        var unfit = report.Unfit.FirstOrDefault(check => !check.Able);
        if (unfit is null)
        {
            seenFit.TryAdd(gradual.Id, true);
        }
        else if (!seenFit.ContainsKey(gradual.Id) && clock.GetUtcNow() - started < GraceAtFirst)
        {
            unfit = null;
        }

        return (new TenantKey(gradual.TenantId, found.Slug), new GradualSight(
            found.Live,
            found.Generation,
            found.Rules?.Limits,
            SideNumbers.Of(passed.Of(found.Slug, gradual.To.Text())),
            SideNumbers.Of(passed.Of(found.Slug, gradual.From.Text())),
            unfit is null ? null : $"{unfit.Subject}: {unfit.Seen}"));
    }
}
