using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Store;

namespace Portal.Tenants.Freezing;

/// <summary>By whose clocks the tenant's weekly times are told.</summary>
public sealed class ChooseTimeZone(Changes changes)
{
    /// <returns>False: this machine knows no such zone.</returns>
    /// <exception cref="DeniedException">Only an owner may.</exception>
    public Task<bool> ExecuteAsync(Actor actor, Guid tenant, string name, CancellationToken cancellationToken)
    {
        var permit = actor.Demand(Permission.FreezeManage, tenant);
        return !Known(name)
            ? Task.FromResult(false)
            : changes.RunAsync<bool>(permit, async db =>
            {
                var row = await db.Tenants.SingleAsync(one => one.Id == tenant, cancellationToken);
                if (row.TimeZone == name)
                {
                    return Changed.Nothing(true);
                }

                var before = row.TimeZone;
                row.TimeZone = name;
                return (true, new AuditLine("tenant.timezone", "tenant", row.Slug) { Before = new { timeZone = before }, After = new { timeZone = name }, Notes = [new ChangeNote(tenant, "tenant", tenant)] });
            }, cancellationToken);
    }

    // "UTC" or "Area/City"; the files of zones know more names, such as paths into them.
    private static bool Known(string name) => name.Length is > 0 and <= 64 && !name.Contains("..", StringComparison.Ordinal) && !name.StartsWith('/') && TimeZoneInfo.TryFindSystemTimeZoneById(name, out _);
}
