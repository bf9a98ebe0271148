using Portal.Access;
using Portal.Switching.Automatic;
using Portal.Switching.Asking;
using Portal.Switching.Checks;
using Portal.Switching.Gradual;
using Portal.Switching.Parity;
using Portal.Switching.Planned;
using Portal.Switching.Rehearsing;
using Portal.Switching.Window;
using Portal.Tenants;

namespace Portal.Switching;

/// <param name="Override">Why to switch although a check fails; owners may.</param>
/// <param name="Rehearsal">The rehearsal to rely on: anything different since then blocks.</param>
/// <param name="To">The colour that is to be live, or left out for the other one. Named, a call that is made twice switches once.</param>
/// <param name="HoldSeconds">Let requests wait while those in flight are answered, so long at most; left out, they go on.</param>
public sealed record SwitchBody(string? Reason, string? Override, Guid? Rehearsal, string? To, int? HoldSeconds);

public static class SwitchingFeature
{
    public static void AddSwitching(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<SwitchOptions>().BindConfiguration(SwitchOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<CheckTargets>();
        services.AddSingleton<HttpChecks>();
        services.AddSingleton<HttpCheckQueries>();
        services.AddSingleton<AddHttpCheck>();
        services.AddSingleton<RemoveHttpCheck>();
        services.AddSingleton<Preflight>();
        services.AddSingleton<StandbyQueries>();
        services.AddSingleton<Examination>();
        services.AddSingleton<RehearsalQueries>();
        services.AddSingleton<RehearseSwitch>();
        services.AddSingleton<HeldTraffic>();
        services.AddSingleton<SwitchMeter>();
        services.AddSingleton<Asks>();
        services.AddSingleton<AskedSwitchQueries>();
        services.AddSingleton<ChooseSecondPerson>();
        services.AddSingleton<ApproveSwitch>();
        services.AddSingleton<RefuseSwitch>();
        services.AddSingleton<EndStaleAsks>();
        services.AddSingleton<RequestSwitch>();
        services.AddSingleton<SwitchBackQueries>();
        services.AddSingleton<ExtendSwitchBack>();
        services.AddSingleton<GiveUpSwitchBack>();
        services.AddSingleton<SwitchQueries>();
        services.AddSingleton<ParityQueries>();
        services.AddSingleton<AlignSides>();
        services.AddSingleton<PlannedSwitchQueries>();
        services.AddSingleton<StopPlannedSwitch>();
        services.AddSingleton<SettlePlannedSwitch>();
        services.AddHostedService<PlannedSwitchWorker>();
        services.AddHostedService<SwitchSettler>();
        services.AddSingleton<AutomationQueries>();
        services.AddSingleton<ChooseAutomation>();
        services.AddSingleton<OutageQueries>();
        services.AddSingleton<AddressWitness>();
        services.AddSingleton<SwitchByItself>();
        services.AddSingleton<GradualQueries>();
        services.AddSingleton<BeginGradual>();
        services.AddSingleton<StopGradual>();
        services.AddSingleton<SettleGradual>();
        services.AddHostedService<GradualWorker>();
        services.AddHostedService<FailoverWorker>();
        services.AddHostedService<UndoWorker>();
        services.AddHostedService<ScaleDownWorker>();
    }

    public static void MapSwitching(this IEndpointRouteBuilder api)
    {
        api.MapPost("/tenants/{tenant}/switches", RequestAsync).WithName("RequestSwitch").WithSummary("Moves the tenant's live pointer to its other side").WithTags("Switches");
        api.MapGet("/tenants/{tenant}/switches", ListAsync).WithName("ListSwitches").WithSummary("A tenant's switches with what was measured").WithTags("Switches");
        api.MapGet("/tenants/{tenant}/switches/{id:guid}", GetAsync).WithName("GetSwitch").WithSummary("One switch; with measured, once its measurement is done").WithTags("Switches");
        api.MapGet("/tenants/{tenant}/preflight", PreflightAsync).WithName("GetPreflight").WithSummary("Whether standby can take the traffic, and what differs").WithTags("Switches");
        ParityEndpoints.Map(api);
        CheckEndpoints.Map(api);
        RehearsalEndpoints.Map(api);
        SwitchBackEndpoints.Map(api);
        AutomationEndpoints.Map(api);
        GradualEndpoints.Map(api);
        PlannedSwitchEndpoints.Map(api);
        AskedSwitchEndpoints.Map(api);
    }

    private static async Task<IResult> RequestAsync(string tenant, SwitchBody body, HttpContext http, TenantQueries tenants, RequestSwitch request, CancellationToken cancellationToken)
    {
        if (await tenants.KeyAsync(http.Actor(), tenant, cancellationToken) is not { } key)
        {
            return Problems.NotFound("tenant");
        }

        Colour? to = Colours.TryParse(body.To ?? "", out var named) ? named : null;
        if (body.To is not null && to is null)
        {
            return Problems.Invalid("to", "blue or green: the colour that is to be live.");
        }

        return SwitchAnswer.Of(tenant, await request.ExecuteAsync(http.Actor(), key, generation: null, new SwitchRequest(body.Reason, body.Override, body.Rehearsal) { To = to, Hold = body.HoldSeconds is { } hold ? TimeSpan.FromSeconds(hold) : null }, cancellationToken));
    }

    private static async Task<IResult> ListAsync(string tenant, HttpContext http, TenantQueries tenants, SwitchQueries switches, CancellationToken cancellationToken) =>
        await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is { } view
            ? Results.Ok((await switches.ListAsync(view.Id, 100, cancellationToken)).Select(row => Answer(row)))
            : Problems.NotFound("tenant");

    private static async Task<IResult> GetAsync(string tenant, Guid id, bool? measured, HttpContext http, TenantQueries tenants, SwitchQueries switches, SwitchMeter meter, CancellationToken cancellationToken)
    {
        if (await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is not { } view || await switches.FindAsync(view.Id, id, cancellationToken) is null)
        {
            return Problems.NotFound("switch");
        }

        if (measured == true)
        {
            await meter.WhenMeasuredAsync(id).WaitAsync(cancellationToken);
        }

        return Results.Ok(Answer((await switches.FindAsync(view.Id, id, cancellationToken))!, meter.Draining(id)));
    }

    private static async Task<IResult> PreflightAsync(string tenant, HttpContext http, TenantQueries tenants, Preflight preflight, CancellationToken cancellationToken) =>
        await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is { } view
            ? Results.Ok(await preflight.ExecuteAsync(view.Id, cancellationToken))
            : Problems.NotFound("tenant");

    /// <param name="draining">Requests that the old side still finishes.</param>
    private static object Answer(Switch row, long? draining = null) => new
    {
        row.Id,
        from = row.From.Text(),
        to = row.To.Text(),
        state = Store.SnakeCase.Of(row.State.ToString()),
        cause = Store.SnakeCase.Of(row.Cause.ToString()),
        row.Reason,
        row.Actor,
        row.ApprovedBy,
        row.RequestedAt,
        row.AppliedAt,
        row.Milliseconds,
        row.Requests,
        failed = row.FailedRequests,
        row.DrainSeconds,
        draining,
        row.SwitchBackUntil,
        row.UndoOf,
        plan = row.PlanId,
        rehearsal = row.RehearsalId,
        @override = row.OverrideReason,
        row.Failure,
        row.GatewaysAway,
    };
}
