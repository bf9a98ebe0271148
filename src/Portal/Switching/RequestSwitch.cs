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

        await using var db = databases.Tenant(tenant);
        var slug = await db.Tenants.Select(row => row.Slug).SingleAsync(cancellationToken);
        var report = await preflight.ExecuteAsync(tenant, cancellationToken);
        // Back within the window is what the window is for: no check of the side that failed may block it.
        var undo = await UndoneByAsync(db, report.To, cancellationToken);
        if (!report.Passed && undo is null)
        {
            return new SwitchResult.Blocked(report);
        }

        try
        {
            var intent = await IntendAsync(permit, tenant, reason.Trim(), report, undo, cancellationToken);
            return await ApplyAsync(permit, tenant, slug, intent, cancellationToken);
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

    /// <summary>The applied switch whose window is open and whose way back leads to the colour.</summary>
    private async Task<Guid?> UndoneByAsync(PortalDb db, Colour to, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var last = await db.Switches.AsNoTracking().Where(row => row.State == SwitchState.Applied).OrderByDescending(row => row.Generation).FirstOrDefaultAsync(cancellationToken);
        return last is { UndoOf: null } && last.From == to && last.SwitchBackUntil > now ? last.Id : null;
    }

    private Task<Switch> IntendAsync(Permit permit, Guid tenant, string reason, PreflightReport report, Guid? undo, CancellationToken cancellationToken) =>
        changes.RunAsync<Switch>(permit, async db =>
        {
            var pair = await db.Pairs.SingleAsync(cancellationToken);
            if (pair.Live != report.From)
            {
                throw new DbUpdateConcurrencyException("The tenant was switched since the checks.");
            }

            var now = clock.GetUtcNow();
            var intent = new Switch
            {
                Id = Guid.CreateVersion7(now),
                TenantId = tenant,
                From = report.From,
                To = report.To,
                Generation = pair.Generation + 1,
                Reason = reason,
                Actor = permit.Actor.Name,
                Source = permit.Actor.Source,
                Preflight = JsonSerializer.Serialize(report, JsonSerializerOptions.Web),
                UndoOf = undo,
                RequestedAt = now,
            };
            db.Switches.Add(intent);
            return (intent, new AuditLine("switch.requested", "pair", $"{report.From.Text()} → {report.To.Text()}")
            {
                Before = new { live = report.From.Text() },
                After = new { live = report.To.Text(), reason, switchBack = undo is not null, checks = report.Checks, differences = report.Differences },
                Correlation = intent.Id,
                Notes = [new ChangeNote(tenant, "switch", intent.Id)],
            });
        }, cancellationToken);

    private async Task<SwitchResult> ApplyAsync(Permit permit, Guid tenant, string slug, Switch intent, CancellationToken cancellationToken)
    {
        TimeSpan took;
        GroupCounters before;
        try
        {
            before = await gateway.CountAsync(slug, cancellationToken);
            took = await gateway.PointAsync(slug, intent.To, cancellationToken);
        }
        catch (GatewayException error)
        {
            await SettleAsync(permit, intent, SwitchState.Failed, error.Message, null);
            return new SwitchResult.GatewayFailed(error.Message);
        }

        // From here on traffic has moved: the record follows whatever the caller does.
        var until = await SettleAsync(permit, intent, SwitchState.Applied, null, took);
        meter.Begin(permit, tenant, slug, intent.Id, before, intent.From);
        return new SwitchResult.Applied(intent.Id, intent.From, intent.To, took.TotalMilliseconds, until!.Value);
    }

    private Task<DateTimeOffset?> SettleAsync(Permit permit, Switch intent, SwitchState state, string? failure, TimeSpan? took) =>
        changes.RunAsync<DateTimeOffset?>(permit, async db =>
        {
            var now = clock.GetUtcNow();
            var row = await db.Switches.SingleAsync(candidate => candidate.Id == intent.Id, CancellationToken.None);
            if (row.State != SwitchState.Requested)
            {
                return Changed.Nothing(row.SwitchBackUntil);
            }

            row.State = state;
            row.Failure = failure;
            if (state == SwitchState.Applied)
            {
                row.AppliedAt = now;
                row.Milliseconds = took?.TotalMilliseconds;
                row.SwitchBackUntil = now + options.Value.SwitchBackWindow;
                (await db.Pairs.SingleAsync(CancellationToken.None)).MoveTo(row.To, row.SwitchBackUntil);
                if (row.UndoOf is { } undone)
                {
                    (await db.Switches.SingleAsync(candidate => candidate.Id == undone, CancellationToken.None)).State = SwitchState.Undone;
                }
            }

            return (row.SwitchBackUntil, new AuditLine(state == SwitchState.Applied ? "switch.applied" : "switch.failed", "pair", $"{row.From.Text()} → {row.To.Text()}")
            {
                Result = failure ?? "ok",
                Before = new { live = row.From.Text() },
                After = new { live = (state == SwitchState.Applied ? row.To : row.From).Text(), row.Reason, row.Milliseconds, row.SwitchBackUntil },
                Correlation = row.Id,
                Notes = [new ChangeNote(row.TenantId, "switch", row.Id), new ChangeNote(row.TenantId, "tenant", row.TenantId)],
            });
        }, CancellationToken.None);
}
