using Microsoft.EntityFrameworkCore;
using Portal.Store;

namespace Portal.Audit;

/// <param name="Tenant">Null: every tenant's, for platform administrators.</param>
/// <param name="Action">Whole, or its beginning: <c>stack</c>.</param>
/// <param name="Result"><c>ok</c>, <c>failed</c> for everything else, or a part of the reason.</param>
/// <param name="Text">Part of actor, action or target.</param>
/// <param name="Before">Events older than this one's id: the next page.</param>
public sealed record AuditFilter(Guid? Tenant, DateTimeOffset? Since = null, DateTimeOffset? Until = null, string? Action = null, string? Actor = null, string? Text = null, Guid? Correlation = null, Guid? Before = null, string? Result = null)
{
    public const string Ok = "ok";
    public const string Failed = "failed";
}

/// <summary>Reads the audit log, newest first. Ids grow with time, so they page it.</summary>
public sealed class AuditQueries(PortalDbFactory databases)
{
    public async Task<IReadOnlyList<AuditEvent>> ListAsync(Actor actor, AuditFilter filter, int most, CancellationToken cancellationToken)
    {
        await using var db = Open(actor, filter);
        return await Rows(db, filter).OrderByDescending(line => line.Id).Take(most).ToListAsync(cancellationToken);
    }

    /// <summary>All that match, streamed: an export may be long. Refused at once, not with the first line: by then an answer has begun.</summary>
    public IAsyncEnumerable<AuditEvent> ExportAsync(Actor actor, AuditFilter filter, CancellationToken cancellationToken) => StreamAsync(Open(actor, filter), filter, cancellationToken);

    private static async IAsyncEnumerable<AuditEvent> StreamAsync(PortalDb opened, AuditFilter filter, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var db = opened;
        await foreach (var line in Rows(db, filter).OrderBy(line => line.Id).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            yield return line;
        }
    }

    private PortalDb Open(Actor actor, AuditFilter filter)
    {
        actor.Demand(filter.Tenant is null ? Permission.PlatformManage : Permission.AuditRead, filter.Tenant);
        return databases.Open(filter.Tenant is { } tenant ? TenantScope.Of(tenant) : TenantScope.Platform);
    }

    private static IQueryable<AuditEvent> Rows(PortalDb db, AuditFilter filter)
    {
        var rows = db.AuditEvents.AsNoTracking();
        rows = filter.Since is { } since ? rows.Where(line => line.At >= since.ToUniversalTime()) : rows;
        rows = filter.Until is { } until ? rows.Where(line => line.At < until.ToUniversalTime()) : rows;
        rows = filter.Action is { Length: > 0 } action ? rows.Where(line => line.Action.StartsWith(action)) : rows;
        rows = filter.Actor is { Length: > 0 } actor ? rows.Where(line => line.Actor == actor) : rows;
        rows = filter.Correlation is { } correlation ? rows.Where(line => line.Correlation == correlation) : rows;
        rows = filter.Result switch
        {
            null or "" => rows,
            AuditFilter.Ok => rows.Where(line => line.Result == AuditFilter.Ok),
            AuditFilter.Failed => rows.Where(line => line.Result != AuditFilter.Ok),
            var result => rows.Where(line => EF.Functions.ILike(line.Result, Pattern(result), "\\")),
        };
        rows = filter.Text is { Length: > 0 } text
            ? rows.Where(line => EF.Functions.ILike(line.Actor, Pattern(text), "\\") || EF.Functions.ILike(line.Action, Pattern(text), "\\") || EF.Functions.ILike(line.Target, Pattern(text), "\\"))
            : rows;
        return filter.Before is { } before ? rows.Where(line => line.Id < before) : rows;
    }

    private static string Pattern(string text) =>
        "%" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal) + "%";
}
