using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Store;

namespace Portal.Stacks;

public abstract record ChangeRouteResult
{
    public sealed record Changed(RouteSettings Settings) : ChangeRouteResult;

    public sealed record Invalid(string Field, string Problem) : ChangeRouteResult;

    public sealed record NoSuchRoute : ChangeRouteResult;
}

/// <summary>Changes what the gateway does with a route's requests. Nothing is reloaded, and no connection ends.</summary>
public sealed class ChangeRoute(Changes changes)
{
    /// <param name="change">From the settings that hold to those that are to hold, or to what is wrong with them.</param>
    public Task<ChangeRouteResult> ExecuteAsync(
        Actor actor, Guid tenant, Guid id, Func<RouteSettings, (RouteSettings? Settings, string Field, string Problem)> change, CancellationToken cancellationToken) =>
        changes.RunAsync(actor.Demand(Permission.RouteManage, tenant), async db =>
        {
            if (await db.Routes.SingleOrDefaultAsync(row => row.Id == id && row.ListenPort == null, cancellationToken) is not { } route)
            {
                return Audit.Changed.Nothing<ChangeRouteResult>(new ChangeRouteResult.NoSuchRoute());
            }

            var before = RouteSettings.Of(route);
            var (after, field, problem) = change(before);
            if (after is null)
            {
                return Audit.Changed.Nothing<ChangeRouteResult>(new ChangeRouteResult.Invalid(field, problem));
            }

            if (after.Problem(route.HostName) is var (wrong, why))
            {
                return Audit.Changed.Nothing<ChangeRouteResult>(new ChangeRouteResult.Invalid(wrong, why));
            }

            if (after == before)
            {
                return Audit.Changed.Nothing<ChangeRouteResult>(new ChangeRouteResult.Changed(after));
            }

            after.ApplyTo(route);
            return Audit.Changed.Of<ChangeRouteResult>(new ChangeRouteResult.Changed(after), new AuditLine("route.changed", "route", route.HostName + route.Path)
            {
                Before = before,
                After = after,
                Correlation = route.Id,
                Notes = [new ChangeNote(tenant, "route", route.Id)],
            });
        }, cancellationToken);
}
