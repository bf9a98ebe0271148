using System.Collections.Immutable;
using Portal.Switching.Checks;

namespace Portal.Switching.Rehearsing;

/// <summary>
/// What takes longer than the preflight: the tenant's own checks, and whether standby still is what was tested. Of a tenant that has no
/// checks and names no rehearsal it asks nobody anything.
/// </summary>
public sealed class Examination(Preflight preflight, HttpChecks http, StandbyQueries standby)
{
    /// <param name="report">The preflight's, as just made.</param>
    /// <param name="tested">The rehearsal that is relied on.</param>
    /// <returns>The report with all that was found besides.</returns>
    public async Task<PreflightReport> ExecuteAsync(Guid tenant, PreflightReport report, ImmutableArray<HttpCheck> checks, RehearsalView? tested, CancellationToken cancellationToken)
    {
        if (!checks.IsEmpty)
        {
            var found = await http.RunAsync(tenant, checks, cancellationToken);
            // Checks take their time, and standby may have become another meanwhile: what counts is how it is after them.
            var after = await preflight.ExecuteAsync(tenant, report.From, cancellationToken);
            var changed = after.Standby.SequenceEqual(report.Standby)
                ? []
                : ImmutableArray.Create(new PreflightCheck("standby", false, $"it changed while the checks ran: now {string.Join(", ", after.Standby.Select(stack => $"{stack.Stack} r{stack.Revision}"))}"));
            report = after with { Checks = [.. after.Checks, .. found, .. changed] };
        }

        return tested is null ? report : report with { Checks = [.. report.Checks, await CompareAsync(tenant, report, tested, cancellationToken)] };
    }

    private async Task<PreflightCheck> CompareAsync(Guid tenant, PreflightReport report, RehearsalView tested, CancellationToken cancellationToken)
    {
        var subject = $"rehearsal of {tested.At:yyyy-MM-dd HH:mm:ss} UTC";
        if (tested.Report.To != report.To)
        {
            return new PreflightCheck(subject, false, $"it looked at {tested.Report.To.Text()}, and standby is {report.To.Text()} now");
        }

        if (!tested.Passed)
        {
            return new PreflightCheck(subject, false, $"it did not pass: {tested.Report.Obstacle}");
        }

        if (StandbyStack.AreThose(tested.Standby, report))
        {
            return new PreflightCheck(subject, true, "standby is what was tested");
        }

        var differences = StandbyStack.Differences(tested.Standby, await standby.OfAsync(tenant, report.To, cancellationToken));
        return new PreflightCheck(subject, false, $"standby is not what was tested: {(differences.IsEmpty ? "it is changing right now" : string.Join(". ", differences))}");
    }
}
