using System.Text.Json;
using Portal.Audit;
using Portal.Store;
using Portal.Switching.Checks;
using Portal.Tenants;

namespace Portal.Switching.Rehearsing;

/// <summary>All checks of a switch, and no switch. What they ran against is kept: a switch that relies on it goes with nothing else.</summary>
public sealed class RehearseSwitch(Changes changes, Preflight preflight, HttpCheckQueries checks, Examination examination, StandbyQueries standby, TimeProvider clock)
{
    /// <exception cref="DeniedException">Whoever may switch may rehearse.</exception>
    public async Task<RehearsalView> ExecuteAsync(Actor actor, TenantView tenant, CancellationToken cancellationToken)
    {
        var permit = actor.Demand(Permission.Switch, tenant.Id);
        var (looking, reading) = (preflight.ExecuteAsync(tenant.Id, cancellationToken), checks.ListAsync(tenant.Id, cancellationToken));
        var first = await looking;
        var report = await examination.ExecuteAsync(tenant.Id, first, await reading, tested: null, cancellationToken);
        var there = await standby.OfAsync(tenant.Id, report.To, cancellationToken);
        if (report.Passed && !StandbyStack.AreThose(there, report))
        {
            report = report with { Checks = [.. report.Checks, new PreflightCheck("standby", false, $"it changed while the checks ran: now {string.Join(", ", there.Select(stack => $"{stack.Stack} r{stack.Revision}"))}")] };
        }

        var now = clock.GetUtcNow();
        var row = new Rehearsal
        {
            Id = Guid.CreateVersion7(now),
            TenantId = tenant.Id,
            From = report.From,
            To = report.To,
            Passed = report.Passed,
            Actor = actor.Name,
            At = now,
            Report = JsonSerializer.Serialize(report, JsonSerializerOptions.Web),
            Standby = JsonSerializer.Serialize(there, JsonSerializerOptions.Web),
        };
        await changes.AddAsync(permit, new AuditLine("rehearsal.made", "pair", $"{report.From.Text()} → {report.To.Text()}")
        {
            Result = report.Passed ? "ok" : report.Obstacle!,
            After = new { report.Checks, standby = there },
            Correlation = row.Id,
            Notes = [new ChangeNote(tenant.Id, "rehearsal", row.Id)],
        }, [row], cancellationToken);
        return RehearsalView.Of(row);
    }
}
