using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Audit;
using Portal.Deployments.Scaling;
using Portal.Gateway;
using Portal.Gateway.Members;
using Portal.HAProxy;
using Portal.Switching.Asking;
using Portal.Switching.Planned;
using Portal.Switching.Rehearsing;
using Portal.Tenants;
using Portal.Tenants.Freezing;
using SwitchResult = Portal.Switching.SwitchResult;
using Portal.Store;

namespace Portal.Switching;

public abstract record SwitchResult
{
    /// <param name="SwitchBackUntil">Null: it was the way back or a failover, and opens no window.</param>
    public sealed record Applied(Guid SwitchId, Colour From, Colour To, double Milliseconds, DateTimeOffset? SwitchBackUntil) : SwitchResult
    {
        /// <summary>Gateways that did not answer: each is brought in line before it is ready again.</summary>
        public IReadOnlyList<string> Away { get; init; } = [];
    }

    public sealed record ReasonMissing : SwitchResult;

    public sealed record Invalid(string Field, string Problem) : SwitchResult;

    /// <summary>A lock or a time of quiet; there is nothing that a check could say to it.</summary>
    public sealed record Held(Hold Why) : SwitchResult;

    public sealed record Blocked(PreflightReport Report) : SwitchResult;

    /// <summary>It waits for a second person's word.</summary>
    public sealed record Asked(Guid AskedId, DateTimeOffset Until) : SwitchResult;

    /// <summary>Somebody else's waits for a second person already.</summary>
    public sealed record AskedAlready(string By, DateTimeOffset Until) : SwitchResult;

    /// <summary>What was asked for is so.</summary>
    public sealed record LiveAlready(Colour Colour) : SwitchResult;

    /// <summary>Somebody else's switch came first.</summary>
    public sealed record AnotherIsOpen : SwitchResult;

    /// <summary>The gateway did not do it; traffic flows as before.</summary>
    public sealed record GatewayFailed(string Problem) : SwitchResult;
}

/// <param name="Override">Why to switch although a check fails: an owner's word.</param>
/// <param name="Rehearsal">What was tested: the switch goes with nothing else.</param>
/// <param name="Delivery">The webhook delivery that asks: it is served once, and what it brings is never a way back, so it has to pass every check.</param>
public sealed record SwitchRequest(string? Reason, string? Override = null, Guid? Rehearsal = null, Guid? Delivery = null)
{
    /// <summary>The side that is to be live; null: the other one, whichever that is.</summary>
    public Colour? To { get; init; }

    public SwitchCause Cause { get; init; }

    /// <summary>Let requests wait until those in flight are answered, so long at most: for what must not run on both sides at once. Null: they go on.</summary>
    public TimeSpan? Hold { get; init; }

    /// <summary>The numbers that led to it, for the audit event.</summary>
    public object? Measured { get; init; }

    /// <summary>The plan that asks. Like a delivery's, what it brings is never a way back; and where somebody has stopped it, nothing is brought.</summary>
    public Guid? Plan { get; init; }

    /// <summary>In whose name a plan asks for a second person: the one who asked for its deployment. Null: the actor.</summary>
    public (ActorKind Kind, string Name)? AskedBy { get; init; }

    /// <summary>What the actor approves, as the second person.</summary>
    public AskedSwitch? Approved { get; init; }
}

/// <summary>
/// Moves a tenant's live pointer. Intent first, then the gateway at run time and read back, then the pair: whatever dies in
/// between, <see cref="SwitchSettler"/> brings gateway and database together again.
/// </summary>
public sealed class RequestSwitch(
    PortalDbFactory databases, Changes changes, Preflight preflight, Examination examination, RehearsalQueries rehearsals, SwitchAndDeployGate gate, Asks asks, IGateway gateway, SwitchMeter meter, HeldTraffic traffic,
    IOptions<SwitchOptions> options, TimeProvider clock)
{
    private const int LongestReason = 500;

    /// <param name="tenant">As the caller saw it: whoever has switched it since comes first.</param>
    /// <exception cref="DeniedException">The actor may not switch, or not against a check.</exception>
    public Task<SwitchResult> ExecuteAsync(Actor actor, TenantView tenant, SwitchRequest request, CancellationToken cancellationToken) =>
        ExecuteAsync(actor, new TenantKey(tenant.Id, tenant.Slug), tenant.Generation, request, cancellationToken);

    /// <param name="generation">That the caller saw; null: the tenant is switched from wherever it is live.</param>
    /// <exception cref="DeniedException">As above.</exception>
    public async Task<SwitchResult> ExecuteAsync(Actor actor, TenantKey tenant, long? generation, SwitchRequest request, CancellationToken cancellationToken)
    {
        var permit = actor.Demand(Permission.Switch, tenant.Id);
        if (request.Override is not null)
        {
            actor.Demand(Permission.SwitchOverride, tenant.Id);
        }

        if (Problem(request) is { } problem)
        {
            return problem;
        }

        var reading = StandingAsync(tenant.Id, cancellationToken);
        var (checking, counting, remembering) = (
            preflight.ExecuteAsync(tenant.Id, LiveAsync(reading), cancellationToken), CountAsync(tenant.Slug, cancellationToken),
            request.Rehearsal is { } id ? rehearsals.FindAsync(tenant.Id, id, cancellationToken) : Task.FromResult<RehearsalView?>(null));
        await Task.WhenAll(reading, checking, counting, remembering);
        var (standing, report, before, tested) = (await reading, await checking, await counting, await remembering);
        if (generation is not null && standing.Pair.Generation != generation)
        {
            return new SwitchResult.AnotherIsOpen();
        }

        if (request.To == report.From)
        {
            return new SwitchResult.LiveAlready(report.From);
        }

        // Back within the window is what the window is for: no check of the side that failed may block it, nor may anybody's quiet.
        var undo = request is { Delivery: null, Plan: null, Approved: null } ? standing.UndoneBy(report.To, clock.GetUtcNow()) : null;
        if (undo is null && request.Cause == SwitchCause.Undo)
        {
            return new SwitchResult.AnotherIsOpen();
        }

        if (undo is null)
        {
            if (request.Rehearsal is not null && tested is null)
            {
                return new SwitchResult.Invalid("rehearsal", "The tenant has no such rehearsal.");
            }

            if (Hold(standing.Gate, request.Cause) is { } hold)
            {
                return new SwitchResult.Held(hold);
            }

            report = Asks.Approving(await examination.ExecuteAsync(tenant.Id, report, standing.Gate.Rules?.Checks ?? [], tested, cancellationToken), request.Approved);
            if (request.Cause == SwitchCause.Failover ? report.KeepsFromFailover is not null : !report.Passed && request.Override is null)
            {
                return new SwitchResult.Blocked(report);
            }

            // Whoever allowed failover has said that nobody is to be asked when it comes to that.
            if (standing.Gate.Rules is { SecondPerson: true } && request.Approved is null && request.Cause != SwitchCause.Failover)
            {
                if (request.Override is null && request.Hold is not null)
                {
                    return new SwitchResult.Invalid("holdSeconds", "A switch that waits for a second person's word does not hold requests: nobody knows when that comes.");
                }

                if (request.Override is null)
                {
                    return await asks.ExecuteAsync(permit, standing.Pair, request, report, cancellationToken);
                }

                report = report with { Checks = [.. report.Checks, new PreflightCheck("second person", false, "nobody else has approved it")] };
            }
        }

        try
        {
            await using var waiting = request.Hold is { } most ? await traffic.BeginAsync(tenant.Slug, report.From, most, cancellationToken) : null;
            var intent = await IntendAsync(permit, standing, request, report, undo, cancellationToken);
            return await ApplyAsync(permit, tenant.Slug, standing.Pair, intent, undo, before, cancellationToken);
        }
        catch (GatewayException error)
        {
            return new SwitchResult.GatewayFailed(error.Message);
        }
        catch (ConflictException error) when (error.Constraint == ScaledSides.Scaling)
        {
            // It began after the checks, and no word of an owner's makes a side that is just being taken away whole.
            return new SwitchResult.Blocked(report with { Checks = [new PreflightCheck(report.To.Text(), false, "it is just being scaled down: cancel that deployment, or bring it to its full size afterwards") { ScaledDown = true }, .. report.Checks] });
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

    /// <summary>A time of quiet keeps people from changing what runs; it does not keep a tenant down.</summary>
    private Hold? Hold(GateStanding standing, SwitchCause cause) =>
        gate.Switch(standing) is { } hold && !(cause == SwitchCause.Failover && hold.Kind == HoldKind.Frozen) ? hold : null;

    private static SwitchResult? Problem(SwitchRequest request) =>
        string.IsNullOrWhiteSpace(request.Reason) || request.Reason.Length > LongestReason ? new SwitchResult.ReasonMissing()
        : request.Override is { } why && (string.IsNullOrWhiteSpace(why) || why.Length > LongestReason) ? new SwitchResult.Invalid("override", $"Say why to switch against a check, in at most {LongestReason} characters.")
        : request.Hold is { } hold && (hold <= TimeSpan.Zero || hold > HeldTraffic.Longest) ? new SwitchResult.Invalid("holdSeconds", $"1 to {HeldTraffic.Longest.TotalSeconds:0} seconds.")
        : null;

    private async Task<Standing> StandingAsync(Guid tenant, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        return await (
            from pair in db.Pairs.AsNoTracking()
            join owner in db.Tenants on pair.TenantId equals owner.Id
            select new Standing(
                pair, new GateStanding(owner.Slug, pair.Live, pair.SwitchBackUntil, owner.TimeZone, db.SwitchRules.FirstOrDefault()), db.Switches.Where(last => last.State == SwitchState.Applied).OrderByDescending(last => last.Generation).FirstOrDefault()))
            .SingleAsync(cancellationToken);
    }

    private static async Task<Colour> LiveAsync(Task<Standing> reading) => (await reading).Pair.Live;

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
    private async Task<Switch> IntendAsync(Permit permit, Standing standing, SwitchRequest request, PreflightReport report, Switch? undo, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var reason = request.Reason!.Trim();
        var overridden = undo is null && !report.Passed ? request.Override?.Trim() : null;
        var intent = new Switch
        {
            Id = Guid.CreateVersion7(now),
            TenantId = standing.Pair.TenantId,
            From = report.From,
            To = report.To,
            Generation = standing.Pair.Generation + 1,
            Cause = request.Cause,
            Reason = reason,
            Actor = request.Approved?.AskedBy ?? permit.Actor.Name,
            ApprovedBy = request.Approved is null ? null : permit.Actor.Name,
            Source = permit.Actor.Source,
            Preflight = JsonSerializer.Serialize(report, JsonSerializerOptions.Web),
            UndoOf = undo?.Id,
            DeliveryId = request.Delivery,
            PlanId = request.Plan,
            RehearsalId = undo is null ? request.Rehearsal : null,
            OverrideReason = overridden,
            RequestedAt = now,
        };
        var line = Line("switch.requested", intent) with
        {
            Before = new { live = report.From.Text() },
            After = new { live = report.To.Text(), reason, cause = request.Cause, holdSeconds = request.Hold?.TotalSeconds, measured = request.Measured, switchBack = undo is not null, rehearsal = intent.RehearsalId, askedBy = request.Approved?.AskedBy, approvedBy = intent.ApprovedBy, checks = report.Checks, differences = report.Differences },
            Also =
            [
                .. overridden is null ? Array.Empty<AuditLine>() : [Line("switch.overridden", intent) with { After = new { reason = overridden, failed = report.Failed } }],
                .. request.Approved is null ? Array.Empty<AuditLine>() : [Asks.Line("switch.approved", request.Approved) with { After = new { askedBy = request.Approved.AskedBy, approvedBy = intent.ApprovedBy, reason, @switch = intent.Id } }],
            ],
        };
        if (request.Plan is not null || request.Approved is not null || overridden is not null || standing.Gate.Rules?.ScaleDown is not null)
        {
            await AddGuardedAsync(permit, line, intent, request.Approved, cancellationToken);
        }
        else
        {
            await changes.AddAsync(permit, line, [intent], cancellationToken);
        }

        return intent;
    }

    /// <summary>
    /// Of a plan that nobody has ended, and of what somebody asked for and nobody has decided: who decides at the same instant is told
    /// that the switch has begun, or comes first. So it is with what scales the other side down.
    /// </summary>
    /// <exception cref="ConflictException">As above.</exception>
    private async Task AddGuardedAsync(Permit permit, AuditLine line, Switch intent, AskedSwitch? approved, CancellationToken cancellationToken)
    {
        var waits = await changes.RunAsync<bool>(permit, async db =>
        {
            if (intent.PlanId is { } plan && await db.LockedAsync(plan, cancellationToken) is not { State: PlannedSwitchState.Waiting })
            {
                return Changed.Nothing(false);
            }

            if (approved is not null)
            {
                if (await db.LockedAskAsync(approved.Id, cancellationToken) is not { State: AskedSwitchState.Waiting } asked || asked.Until <= intent.RequestedAt)
                {
                    return Changed.Nothing(false);
                }

                asked.End(AskedSwitchState.Approved, permit.Actor.Name, null, intent.RequestedAt, intent.Id);
            }

            if (await db.IsScalingAsync(intent.TenantId, intent.To, cancellationToken))
            {
                throw new ConflictException(ScaledSides.Scaling, new InvalidOperationException($"{intent.To.Text()} is being scaled down."));
            }

            db.Switches.Add(intent);
            return (true, line);
        }, cancellationToken);
        if (!waits)
        {
            throw new ConflictException("switches_guarded", new InvalidOperationException($"What switch {intent.Id} follows has been ended."));
        }
    }

    private async Task<SwitchResult> ApplyAsync(Permit permit, string slug, Pair pair, Switch intent, Switch? undo, GroupCounters? before, CancellationToken cancellationToken)
    {
        Pointed pointed;
        try
        {
            pointed = await gateway.PointAsync(slug, intent.To, cancellationToken);
        }
        catch (GatewayException error)
        {
            await FailAsync(permit, intent, error.Message);
            return new SwitchResult.GatewayFailed(error.Message);
        }

        // From here on traffic has moved: the record follows whatever the caller does.
        var until = await SettleAsync(permit, pair, intent, undo, pointed);
        if (before is not null)
        {
            meter.Begin(permit, intent.TenantId, slug, intent.Id, before, intent.From);
        }

        return new SwitchResult.Applied(intent.Id, intent.From, intent.To, pointed.Took.TotalMilliseconds, until) { Away = pointed.Away };
    }

    /// <exception cref="DbUpdateConcurrencyException">Another ended the intent first, or moved the pair.</exception>
    private Task<DateTimeOffset?> SettleAsync(Permit permit, Pair pair, Switch intent, Switch? undo, Pointed pointed) =>
        changes.RunAsync<DateTimeOffset?>(permit, db =>
        {
            // As they were read or written before: what another has changed since makes the commit fail.
            db.AttachRange(intent, pair);
            var now = clock.GetUtcNow();
            // After a failover there is nothing to go back to: the other side is to be mended first.
            DateTimeOffset? until = undo is null && intent.Cause != SwitchCause.Failover ? now + options.Value.SwitchBackWindow : null;
            intent.State = SwitchState.Applied;
            intent.AppliedAt = now;
            intent.Milliseconds = pointed.Took.TotalMilliseconds;
            intent.GatewaysAway = pointed.Away.IsEmpty ? null : string.Join(", ", pointed.Away);
            intent.SwitchBackUntil = until;
            pair.MoveTo(intent.To, until);
            if (undo is not null)
            {
                db.Attach(undo).Entity.State = SwitchState.Undone;
            }

            return Task.FromResult(Changed.Of(until, Line("switch.applied", intent) with
            {
                Before = new { live = intent.From.Text() },
                After = new { live = intent.To.Text(), intent.Reason, intent.Milliseconds, intent.SwitchBackUntil, intent.GatewaysAway },
            }));
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
    private sealed record Standing(Pair Pair, GateStanding Gate, Switch? Last)
    {
        /// <summary>The switch whose window is open and whose way back leads to the colour.</summary>
        public Switch? UndoneBy(Colour to, DateTimeOffset now) => Last is { UndoOf: null } && Last.From == to && Last.SwitchBackUntil > now ? Last : null;
    }
}
