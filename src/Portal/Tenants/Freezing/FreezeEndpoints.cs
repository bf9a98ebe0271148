using Portal.Access;

namespace Portal.Tenants.Freezing;

/// <param name="From">With <paramref name="Until"/>: once.</param>
/// <param name="Weekly">Instead: every week, by the tenant's clocks.</param>
public sealed record FreezeBody(string? Name, DateTimeOffset? From, DateTimeOffset? Until, WeeklyBody? Weekly);

/// <param name="From">A day and a time: <c>fri 17:00</c>.</param>
public sealed record WeeklyBody(string? From, string? Until);

public sealed record LockBody(string? Reason);

/// <param name="TimeZone">By its IANA name: <c>Europe/Berlin</c>.</param>
public sealed record TimeZoneBody(string? TimeZone);

internal static class FreezeEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/tenants/{tenant}/freezes", ListAsync).WithName("ListFreezes").WithSummary("Times in which nothing is switched or deployed, the lock, and what holds now").WithTags("Tenants");
        api.MapPost("/tenants/{tenant}/freezes", AddAsync).WithName("AddFreeze").WithSummary("A time in which nothing is switched or deployed: once, or every week by the tenant's clocks").WithTags("Tenants");
        api.MapDelete("/tenants/{tenant}/freezes/{name}", RemoveAsync).WithName("RemoveFreeze").WithSummary("Takes a time of quiet away").WithTags("Tenants");
        api.MapPut("/tenants/{tenant}/lock", HoldAsync).WithName("HoldLock").WithSummary("Keeps the tenant as it is until its holder or an owner lets go").WithTags("Tenants");
        api.MapDelete("/tenants/{tenant}/lock", ReleaseAsync).WithName("ReleaseLock").WithSummary("Lets go of the tenant").WithTags("Tenants");
        api.MapPut("/tenants/{tenant}/time-zone", ChooseZoneAsync).WithName("ChooseTimeZone").WithSummary("By whose clocks the tenant's times are told").WithTags("Tenants");
    }

    private static async Task<IResult> ListAsync(string tenant, HttpContext http, TenantQueries tenants, FreezeQueries freezes, CancellationToken cancellationToken)
    {
        if (await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is not { } view)
        {
            return Problems.NotFound("tenant");
        }

        var quiet = await freezes.FindAsync(view.Id, cancellationToken);
        return Results.Ok(new
        {
            quiet.TimeZone,
            quiet.Lock,
            freezes = quiet.Freezes.Select(freeze => new { window = FreezeAnswer.Of(freeze.Window), freeze.Current, freeze.Next }),
            now = quiet.Now is { } hold ? new { kind = Store.SnakeCase.Of(hold.Kind.ToString()), why = hold.Sentence, hold.Until } : null,
        });
    }

    private static async Task<IResult> AddAsync(string tenant, FreezeBody body, HttpContext http, TenantQueries tenants, AddFreeze add, CancellationToken cancellationToken)
    {
        if (await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is not { } view)
        {
            return Problems.NotFound("tenant");
        }

        return await add.ExecuteAsync(http.Actor(), view.Id, new NewFreeze(body.Name ?? "", body.From, body.Until, body.Weekly?.From, body.Weekly?.Until), cancellationToken) switch
        {
            AddFreezeResult.Added added => Results.Created($"/api/v1/tenants/{tenant}/freezes/{Uri.EscapeDataString(added.Freeze.Name)}", FreezeAnswer.Of(added.Freeze)),
            AddFreezeResult.Invalid invalid => Problems.Invalid(invalid.Field, invalid.Problem),
            AddFreezeResult.NameTaken => Problems.Conflict("There is a time of quiet of this name already."),
            AddFreezeResult.TooMany => Problems.Conflict($"A tenant has at most {SwitchRules.MostFreezes} times of quiet."),
            var other => throw new InvalidOperationException($"An outcome without an answer: {other}."),
        };
    }

    private static async Task<IResult> RemoveAsync(string tenant, string name, HttpContext http, TenantQueries tenants, RemoveFreeze remove, CancellationToken cancellationToken) =>
        await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is { } view && await remove.ExecuteAsync(http.Actor(), view.Id, name, cancellationToken)
            ? Results.NoContent()
            : Problems.NotFound("freeze");

    private static async Task<IResult> HoldAsync(string tenant, LockBody body, HttpContext http, TenantQueries tenants, HoldLock hold, CancellationToken cancellationToken)
    {
        if (await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is not { } view)
        {
            return Problems.NotFound("tenant");
        }

        return await hold.ExecuteAsync(http.Actor(), view.Id, body.Reason, cancellationToken) switch
        {
            HoldLockResult.Held held => Results.Ok(held.Lock),
            HoldLockResult.ReasonMissing => Problems.Invalid("reason", "Say why, in at most 500 characters."),
            HoldLockResult.HeldAlready other => Problems.Conflict($"{other.Lock.Holder} holds it already: {other.Lock.Reason}"),
            var other => throw new InvalidOperationException($"An outcome without an answer: {other}."),
        };
    }

    private static async Task<IResult> ReleaseAsync(string tenant, HttpContext http, TenantQueries tenants, ReleaseLock release, CancellationToken cancellationToken) =>
        await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is { } view && await release.ExecuteAsync(http.Actor(), view.Id, cancellationToken) == ReleaseLockOutcome.Released
            ? Results.NoContent()
            : Problems.NotFound("lock");

    private static async Task<IResult> ChooseZoneAsync(string tenant, TimeZoneBody body, HttpContext http, TenantQueries tenants, ChooseTimeZone choose, CancellationToken cancellationToken)
    {
        if (await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is not { } view)
        {
            return Problems.NotFound("tenant");
        }

        return await choose.ExecuteAsync(http.Actor(), view.Id, body.TimeZone ?? "", cancellationToken)
            ? Results.Ok(new { body.TimeZone })
            : Problems.Invalid("timeZone", "A zone by its IANA name, such as Europe/Berlin.");
    }
}
