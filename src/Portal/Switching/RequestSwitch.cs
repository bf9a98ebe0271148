using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Audit;
using Portal.Gateway;
using Portal.HAProxy;
using SwitchResult = Portal.Switching.SwitchResult;
using Portal.Store;

namespace Portal.Switching;

public abstract record SwitchResult
{
    public sealed record Applied(Guid SwitchId, Colour From, Colour To, double Milliseconds, DateTimeOffset SwitchBackUntil) : SwitchResult;

    public sealed record ReasonMissing : SwitchResult;

    public sealed record Blocked(PreflightReport Report) : SwitchResult;

    /// <summary>Somebody else's switch came first.</summary>
    public sealed record AnotherIsOpen : SwitchResult;

    /// <summary>The gateway did not do it; traffic flows as before.</summary>
    public sealed record GatewayFailed(string Problem) : SwitchResult;
}

/// <summary>
/// Moves a tenant's live pointer. Intent first, then the gateway at run time and read back, then the pair: whatever dies in
/// between, <see cref="SwitchSettler"/> brings gateway and database together again.
/// </summary>
public sealed class RequestSwitch(
    PortalDbFactory databases, Changes changes, Preflight preflight, IGateway gateway, SwitchMeter meter, IOptions<SwitchOptions> options, TimeProvider clock)
{
    private const int LongestReason = 500;

    public async Task<SwitchResult> ExecuteAsync(Actor actor, Guid tenant, string? reason, CancellationToken cancellationToken)
    {
        var permit = actor.Demand(Permission.Switch, tenant);
        if (string.IsNullOrWhiteSpace(reason) || reason.Length > LongestReason)
        {
            return new SwitchResult.ReasonMissing();
        }

        var standing = await StandingAsync(tenant, cancellationToken);
        var (checking, counting) = (preflight.ExecuteAsync(tenant, standing.Pair.Live, cancellationToken), CountAsync(standing.Slug, cancellationToken));
        await Task.WhenAll(checking, counting);
        var report = await checking;
        // Back within the window is what the window is for: no check of the side that failed may block it.
        var undo = standing.UndoneBy(report.To, clock.GetUtcNow());
        if (!report.Passed && undo is null)
        {
            return new SwitchResult.Blocked(report);
        }

        try
        {
            var intent = await IntendAsync(permit, standing, reason.Trim(), report, undo, cancellationToken);
            return await ApplyAsync(permit, standing, intent, undo, await counting, cancellationToken);
        }
        catch (ConflictException)
        {
            return new SwitchResult.AnotherIsOpen();
        }
        catch (DbUpdateConcurrencyException)
        {
            return new SwitchResult.AnotherIsOpen();
        }
    }

    private async Task<Standing> StandingAsync(Guid tenant, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        return await (
            from pair in db.Pairs.AsNoTracking()
            join row in db.Tenants on pair.TenantId equals row.Id
            select new Standing(row.Slug, pair, db.Switches.Where(last => last.State == SwitchState.Applied).OrderByDescending(last => last.Generation).FirstOrDefault()))
            .SingleAsync(cancellationToken);
    }

    /// <summary>Null: the gateway does not count now; whether it switches shows when it is told to.</summary>
    private async Task<GroupCounters?> CountAsync(string slug, CancellationToken cancellationToken)
    {
        try
        {
            return await gateway.CountAsync(slug, cancellationToken);
        }
        catch (GatewayException)
        {
            return null;
        }
    }

    /// <exception cref="ConflictException">Somebody else's switch is open, or made this generation since it was read.</exception>
    private Task<Switch> IntendAsync(Permit permit, Standing standing, string reason, PreflightReport report, Switch? undo, CancellationToken cancellationToken) =>
        changes.RunAsync<Switch>(permit, db =>
        {
            var now = clock.GetUtcNow();
            var tenant = standing.Pair.TenantId;
            var intent = new Switch
            {
                Id = Guid.CreateVersion7(now),
                TenantId = tenant,
                From = report.From,
                To = report.To,
                Generation = standing.Pair.Generation + 1,
                Reason = reason,
                Actor = permit.Actor.Name,
                Source = permit.Actor.Source,
                Preflight = JsonSerializer.Serialize(report, JsonSerializerOptions.Web),
                UndoOf = undo?.Id,
                RequestedAt = now,
            };
            db.Switches.Add(intent);
            return Task.FromResult(Changed.Of(intent, new AuditLine("switch.requested", "pair", $"{report.From.Text()} → {report.To.Text()}")
            {
                Before = new { live = report.From.Text() },
                After = new { live = report.To.Text(), reason, switchBack = undo is not null, checks = report.Checks, differences = report.Differences },
                Correlation = intent.Id,
                Notes = [new ChangeNote(tenant, "switch", intent.Id)],
            }));
        }, cancellationToken);

    private async Task<SwitchResult> ApplyAsync(Permit permit, Standing standing, Switch intent, Switch? undo, GroupCounters? before, CancellationToken cancellationToken)
    {
        TimeSpan took;
        try
        {
            took = await gateway.PointAsync(standing.Slug, intent.To, cancellationToken);
        }
        catch (GatewayException error)
        {
            await FailAsync(permit, intent, error.Message);
            return new SwitchResult.GatewayFailed(error.Message);
        }

        // From here on traffic has moved: the record follows whatever the caller does.
        var until = await SettleAsync(permit, standing.Pair, intent, undo, took);
        if (before is not null)
        {
            meter.Begin(permit, intent.TenantId, standing.Slug, intent.Id, before, intent.From);
        }

        return new SwitchResult.Applied(intent.Id, intent.From, intent.To, took.TotalMilliseconds, until);
    }

    /// <exception cref="DbUpdateConcurrencyException">Another ended the intent first, or moved the pair.</exception>
    private Task<DateTimeOffset> SettleAsync(Permit permit, Pair pair, Switch intent, Switch? undo, TimeSpan took) =>
        changes.RunAsync<DateTimeOffset>(permit, async db =>
        {
            var now = clock.GetUtcNow();
            var until = now + options.Value.SwitchBackWindow;
            var settled = await db.Switches.Where(row => row.Id == intent.Id && row.State == SwitchState.Requested).ExecuteUpdateAsync(
                row => row
                    .SetProperty(one => one.State, SwitchState.Applied)
                    .SetProperty(one => one.AppliedAt, now)
                    .SetProperty(one => one.Milliseconds, took.TotalMilliseconds)
                    .SetProperty(one => one.SwitchBackUntil, until),
                CancellationToken.None);
            if (settled == 0)
            {
                throw new DbUpdateConcurrencyException($"Switch {intent.Id} was ended by another.");
            }

            db.Attach(pair);
            pair.MoveTo(intent.To, until);
            if (undo is not null)
            {
                db.Attach(undo).Entity.State = SwitchState.Undone;
            }

            return (until, Line("switch.applied", intent) with
            {
                Before = new { live = intent.From.Text() },
                After = new { live = intent.To.Text(), intent.Reason, milliseconds = took.TotalMilliseconds, switchBackUntil = until },
            });
        }, CancellationToken.None);

    private Task FailAsync(Permit permit, Switch intent, string failure) =>
        changes.RunAsync<bool>(permit, async db =>
        {
            var failed = await db.Switches.Where(row => row.Id == intent.Id && row.State == SwitchState.Requested).ExecuteUpdateAsync(
                row => row.SetProperty(one => one.State, SwitchState.Failed).SetProperty(one => one.Failure, failure), CancellationToken.None);
            return failed == 0
                ? Changed.Nothing(false)
                : Changed.Of(true, Line("switch.failed", intent) with { Result = failure, After = new { live = intent.From.Text(), intent.Reason } });
        }, CancellationToken.None);

    private static AuditLine Line(string action, Switch intent) => new(action, "pair", $"{intent.From.Text()} → {intent.To.Text()}")
    {
        Correlation = intent.Id,
        Notes = [new ChangeNote(intent.TenantId, "switch", intent.Id)],
    };

    /// <summary>The tenant as a switch meets it.</summary>
    /// <param name="Last">The last one applied and not undone.</param>
    private sealed record Standing(string Slug, Pair Pair, Switch? Last)
    {
        /// <summary>The switch whose window is open and whose way back leads to the colour.</summary>
        public Switch? UndoneBy(Colour to, DateTimeOffset now) => Last is { UndoOf: null } && Last.From == to && Last.SwitchBackUntil > now ? Last : null;
    }
}
