using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Deployments.Scaling;
using Portal.Gateway;
using Portal.Store;
using Portal.Switching.Rehearsing;
using Portal.Tenants;
using Portal.Tenants.Freezing;

namespace Portal.Switching.Gradual;

/// <param name="Steps">Percent of the clients, growing; a last 100 may be there or not.</param>
public sealed record NewGradual(ImmutableArray<int> Steps, int StepSeconds, StickTo StickTo, string? Reason);

public abstract record BeginGradualResult
{
    public sealed record Begun(GradualSwitch Gradual) : BeginGradualResult;

    public sealed record Invalid(string Field, string Problem) : BeginGradualResult;

    public sealed record Held(Hold Why) : BeginGradualResult;

    public sealed record Blocked(PreflightReport Report) : BeginGradualResult;

    /// <summary>One is under way, or the tenant was switched at the same moment.</summary>
    public sealed record AnotherIsOpen : BeginGradualResult;
}

/// <summary>Begins a switch in steps. It passes every check of a switch now, and again at its last step.</summary>
public sealed class BeginGradual(PortalDbFactory databases, Changes changes, Preflight preflight, Examination examination, SwitchAndDeployGate gate, IGateway gateway, TimeProvider clock)
{
    private const int All = 100;
    private const int LongestReason = 500;

    /// <exception cref="DeniedException">Whoever may switch may.</exception>
    /// <exception cref="GatewayException">It is recorded, and the gateway follows once it can.</exception>
    public async Task<BeginGradualResult> ExecuteAsync(Actor actor, TenantKey tenant, NewGradual wanted, CancellationToken cancellationToken)
    {
        var permit = actor.Demand(Permission.Switch, tenant.Id);
        if (Problem(wanted) is { } problem)
        {
            return problem;
        }

        await using var db = databases.Tenant(tenant.Id);
        var standing = await db.Standings().SingleAsync(cancellationToken);
        var pair = await db.Pairs.AsNoTracking().SingleAsync(cancellationToken);
        if (gate.Switch(standing) is { } hold)
        {
            return new BeginGradualResult.Held(hold);
        }

        var report = await examination.ExecuteAsync(tenant.Id, await preflight.ExecuteAsync(tenant.Id, pair.Live, cancellationToken), standing.Rules?.Checks ?? [], null, cancellationToken);
        if (standing.Rules is { SecondPerson: true })
        {
            report = report with { Checks = [.. report.Checks, new PreflightCheck("second person", false, "this tenant's switches need another person's word, and one in steps cannot ask for it")] };
        }

        if (!report.Passed)
        {
            return new BeginGradualResult.Blocked(report);
        }

        var now = clock.GetUtcNow();
        var gradual = new GradualSwitch
        {
            Id = Guid.CreateVersion7(now),
            TenantId = tenant.Id,
            From = pair.Live,
            To = pair.Standby,
            Generation = pair.Generation,
            Steps = [.. wanted.Steps.Where(step => step != All)],
            StepSeconds = wanted.StepSeconds,
            StickTo = wanted.StickTo,
            Reason = wanted.Reason!.Trim(),
            Actor = actor.Name,
            RequestedAt = now,
            StepAt = now,
        };
        try
        {
            await changes.RunAsync<bool>(permit, async inner =>
            {
                if (await inner.IsScalingAsync(tenant.Id, gradual.To, cancellationToken))
                {
                    throw new ConflictException(ScaledSides.Scaling, new InvalidOperationException($"{gradual.To.Text()} is being scaled down."));
                }

                inner.GradualSwitches.Add(gradual);
                return (true, GradualLine.Of("gradual.begun", gradual) with
                {
                    After = new { gradual.Steps, gradual.StepSeconds, gradual.StickTo, gradual.Reason, checks = report.Checks, differences = report.Differences },
                });
            }, cancellationToken);
        }
        catch (ConflictException)
        {
            return new BeginGradualResult.AnotherIsOpen();
        }

        await gateway.ShareAsync(tenant.Slug, gradual.From, gradual.AsShare(), CancellationToken.None);
        return new BeginGradualResult.Begun(gradual);
    }

    private static BeginGradualResult.Invalid? Problem(NewGradual wanted) =>
        string.IsNullOrWhiteSpace(wanted.Reason) || wanted.Reason.Length > LongestReason ? new("reason", $"Say why, in at most {LongestReason} characters.")
        : wanted.Steps is [] or [All] || wanted.Steps.Length > GradualSwitch.MostSteps || wanted.Steps.Any(step => step is < 1 or > All) || !wanted.Steps.Zip(wanted.Steps.Skip(1)).All(pair => pair.First < pair.Second)
            ? new("steps", $"Percentages from 1 to 99, each larger than the one before, at most {GradualSwitch.MostSteps}: [1, 5, 25]. After the last comes the switch.")
        : wanted.StepSeconds < GradualSwitch.ShortestStep.TotalSeconds || wanted.StepSeconds > GradualSwitch.LongestStep.TotalSeconds ? new("stepSeconds", "1 second to a day.")
        : null;
}
