using System.Text;
using Portal.Access;
using Portal.Audit;
using Portal.Tenants;

namespace Portal.Observing;

/// <summary>The audit log over HTTP. Here and not in Audit, which lies below sign-in and tenants.</summary>
internal static class AuditEndpoints
{
    private const int Page = 200;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/audit", ListAsync).WithName("ListAudit").WithSummary("Audit events, newest first; before pages on").WithTags("Audit");
        api.MapGet("/audit/export", ExportAsync).WithName("ExportAudit").WithSummary("All audit events that match, oldest first, as JSON Lines or CSV").WithTags("Audit");
    }

    private static async Task<IResult> ListAsync(string? tenant, DateTimeOffset? since, DateTimeOffset? until, string? action, string? actor, string? result, string? text, Guid? correlation, Guid? before, HttpContext http, TenantQueries tenants, AuditQueries audit, CancellationToken cancellationToken)
    {
        var (found, id) = await TenantAsync(tenant, http, tenants, cancellationToken);
        return found
            ? Results.Ok((await audit.ListAsync(http.Actor(), new AuditFilter(id, since, until, action, actor, text, correlation, before, result), Page, cancellationToken)).Select(AuditExport.Answer))
            : Problems.NotFound("tenant");
    }

    private static async Task<IResult> ExportAsync(string? tenant, DateTimeOffset? since, DateTimeOffset? until, string? action, string? actor, string? result, string? text, Guid? correlation, string? format, HttpContext http, TenantQueries tenants, AuditQueries audit, CancellationToken cancellationToken)
    {
        var (found, id) = await TenantAsync(tenant, http, tenants, cancellationToken);
        if (!found)
        {
            return Problems.NotFound("tenant");
        }

        if (format is not (null or "jsonl" or "csv"))
        {
            return Problems.Invalid("format", "jsonl or csv.");
        }

        var filter = new AuditFilter(id, since, until, action, actor, text, correlation, Result: result);
        var lines = audit.ExportAsync(http.Actor(), filter, cancellationToken);
        var csv = format == "csv";
        return Results.Stream(
            async body =>
            {
                await using var writer = new StreamWriter(body, new UTF8Encoding(false), leaveOpen: true) { NewLine = csv ? "\r\n" : "\n" };
                if (csv)
                {
                    await writer.WriteLineAsync(AuditExport.CsvHead);
                }

                await foreach (var line in lines)
                {
                    await writer.WriteLineAsync(csv ? AuditExport.CsvLine(line) : AuditExport.JsonLine(line));
                }
            },
            csv ? "text/csv" : "application/x-ndjson",
            $"audit{(tenant is null ? "" : "-" + tenant)}.{(csv ? "csv" : "jsonl")}");
    }

    private static async Task<(bool Found, Guid? Id)> TenantAsync(string? slug, HttpContext http, TenantQueries tenants, CancellationToken cancellationToken)
    {
        if (slug is null)
        {
            return (true, null);
        }

        var view = await tenants.FindAsync(http.Actor(), slug, cancellationToken);
        return (view is not null, view?.Id);
    }
}
