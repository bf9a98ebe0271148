using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Audit;
using Portal.Store;

namespace Portal.Switching.Asking;

/// <summary>Where a tenant wants four eyes on a switch: writes down what is asked for, so that another person can say yes to just that.</summary>
public sealed class Asks(Changes changes, PortalDbFactory databases, IOptions<SwitchOptions> options, TimeProvider clock)
{
    public const string Note = "asked-switch";
    private const string OneIndex = "asked_switches_open";

    /// <param name="report">That every check passes.</param>
    /// <returns>Asked, also where the same asks again; or AskedAlready.</returns>
    public async Task<SwitchResult> ExecuteAsync(Permit permit, Pair pair, SwitchRequest request, PreflightReport report, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var (kind, name) = request.AskedBy ?? (permit.Actor.Kind, permit.Actor.Name);
        var asked = new AskedSwitch
        {
            Id = Guid.CreateVersion7(now),
            TenantId = pair.TenantId,
            From = report.From,
            To = report.To,
            Generation = pair.Generation,
            Reason = request.Reason!.Trim(),
            AskedKind = kind,
            AskedBy = name,
            Source = permit.Actor.Source,
            Standby = JsonSerializer.Serialize(report.Standby, JsonSerializerOptions.Web),
            RehearsalId = request.Rehearsal,
            DeliveryId = request.Delivery,
            PlanId = request.Plan,
            AskedAt = now,
            Until = now + options.Value.ApprovalLimit,
        };
        try
        {
            await changes.AddAsync(permit, Line("switch.asked", asked) with { After = new { live = asked.To.Text(), asked.Reason, asked.AskedBy, asked.Until, standby = report.Standby } }, [asked], cancellationToken);
            return new SwitchResult.Asked(asked.Id, asked.Until);
        }
        catch (ConflictException error) when (error.Constraint == OneIndex)
        {
            await using var db = databases.Tenant(pair.TenantId);
            return await db.AskedSwitches.AsNoTracking().SingleOrDefaultAsync(row => row.State == AskedSwitchState.Waiting, cancellationToken) switch
            {
                // Decided meanwhile.
                null => new SwitchResult.AnotherIsOpen(),
                var other when other.To == asked.To && other.PlanId == asked.PlanId && SamePerson(other, kind, name) => new SwitchResult.Asked(other.Id, other.Until),
                var other => new SwitchResult.AskedAlready(other.AskedBy, other.Until),
            };
        }
    }

    /// <summary>Whether they are the one who asked, by whichever way they come: sign-in names are the directory's own, for pages and tokens alike.</summary>
    public static bool SamePerson(AskedSwitch asked, ActorKind kind, string name) => asked.AskedKind == kind && string.Equals(asked.AskedBy, name, StringComparison.OrdinalIgnoreCase);

    /// <summary>The report, held against what was asked for.</summary>
    /// <param name="approved">Null: nobody approves anything.</param>
    internal static PreflightReport Approving(PreflightReport report, AskedSwitch? approved)
    {
        if (approved is null)
        {
            return report;
        }

        var same = JsonSerializer.Deserialize<ImmutableArray<StackStanding>>(approved.Standby, JsonSerializerOptions.Web).SequenceEqual(report.Standby);
        return report with
        {
            Checks =
            [
                .. report.Checks,
                same
                    ? new PreflightCheck("second person", true, $"standby is what {approved.AskedBy} asked for")
                    : new PreflightCheck("second person", false, $"standby is not what {approved.AskedBy} asked for any more: now {string.Join(", ", report.Standby.Select(stack => $"{stack.Stack} r{stack.Revision}"))}"),
            ],
        };
    }

    internal static AuditLine Line(string action, AskedSwitch asked) => new(action, "pair", $"{asked.From.Text()} → {asked.To.Text()}")
    {
        Correlation = asked.Id,
        Notes = [new ChangeNote(asked.TenantId, Note, asked.Id), .. asked.PlanId is { } plan ? [new ChangeNote(asked.TenantId, Deployments.Requests.PlannedSwitchLine.Note, plan)] : Array.Empty<ChangeNote>()],
    };
}

internal static class AskedSwitchLock
{
    /// <summary>What was asked for, kept as it is until the transaction ends; null: there is none.</summary>
    public static Task<AskedSwitch?> LockedAskAsync(this PortalDb db, Guid id, CancellationToken cancellationToken) =>
        db.AskedSwitches.FromSql($"select * from asked_switches where id = {id} for update").SingleOrDefaultAsync(cancellationToken);
}
