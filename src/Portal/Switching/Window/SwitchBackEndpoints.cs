using Portal.Access;
using Portal.Tenants;

namespace Portal.Switching.Window;

/// <param name="Until">Later than it is open now.</param>
/// <param name="Minutes">Instead: for so many more.</param>
public sealed record SwitchBackBody(DateTimeOffset? Until, int? Minutes);

internal static class SwitchBackEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/tenants/{tenant}/switchback", GetAsync).WithName("GetSwitchBack").WithSummary("Whether the way back is open, until when, and whether the old side could take the traffic").WithTags("Switches");
        api.MapPost("/tenants/{tenant}/switchback", ExtendAsync).WithName("ExtendSwitchBack").WithSummary("Keeps the way back open for longer").WithTags("Switches");
        api.MapDelete("/tenants/{tenant}/switchback", GiveUpAsync).WithName("GiveUpSwitchBack").WithSummary("Gives the way back up: standby takes deployments again").WithTags("Switches");
    }

    private static async Task<IResult> GetAsync(string tenant, HttpContext http, TenantQueries tenants, SwitchBackQueries windows, CancellationToken cancellationToken)
    {
        if (await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is not { } view)
        {
            return Problems.NotFound("tenant");
        }

        var window = await windows.FindAsync(view.Id, cancellationToken);
        return Results.Ok(new
        {
            open = window is not null,
            to = window?.To.Text(),
            window?.Until,
            @switch = window?.SwitchId,
            ready = window?.Unfit.IsEmpty,
            unfit = window?.Unfit,
        });
    }

    private static async Task<IResult> ExtendAsync(string tenant, SwitchBackBody body, HttpContext http, TenantQueries tenants, ExtendSwitchBack extend, CancellationToken cancellationToken) =>
        await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is { } view
            ? Answer(await extend.ExecuteAsync(http.Actor(), view.Id, body.Until, body.Minutes, cancellationToken))
            : Problems.NotFound("tenant");

    private static async Task<IResult> GiveUpAsync(string tenant, HttpContext http, TenantQueries tenants, GiveUpSwitchBack give, CancellationToken cancellationToken) =>
        await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is { } view
            ? Answer(await give.ExecuteAsync(http.Actor(), view.Id, cancellationToken))
            : Problems.NotFound("tenant");

    private static IResult Answer(ChangeSwitchBackResult result) => result switch
    {
        ChangeSwitchBackResult.Done { Until: null } => Results.NoContent(),
        ChangeSwitchBackResult.Done done => Results.Ok(new { switchBackUntil = done.Until }),
        ChangeSwitchBackResult.NotOpen => Problems.Conflict("No switch-back window is open."),
        ChangeSwitchBackResult.Invalid invalid => Problems.Invalid(invalid.Field, invalid.Problem),
        _ => throw new InvalidOperationException($"An outcome without an answer: {result}."),
    };
}
