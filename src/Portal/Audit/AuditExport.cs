using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Portal.Audit;

/// <summary>An audit event as a line of JSON Lines or of CSV (RFC 4180). Pure.</summary>
public static class AuditExport
{
    public const string CsvHead = "at,actor,actor_kind,source,action,target_kind,target,tenant,result,before,after,correlation";

    public static string JsonLine(AuditEvent line) => JsonSerializer.Serialize(Answer(line), JsonSerializerOptions.Web);

    public static string CsvLine(AuditEvent line) => string.Join(',', new[]
    {
        line.At.UtcDateTime.ToString("o", CultureInfo.InvariantCulture),
        line.Actor,
        Kind(line),
        line.Source,
        line.Action,
        line.TargetKind,
        line.Target,
        line.TenantId?.ToString() ?? "",
        line.Result,
        line.Before ?? "",
        line.After ?? "",
        line.Correlation?.ToString() ?? "",
    }.Select(Cell));

    public static object Answer(AuditEvent line) => new
    {
        line.Id,
        line.At,
        line.Actor,
        actorKind = Kind(line),
        line.Source,
        line.Action,
        line.TargetKind,
        line.Target,
        tenant = line.TenantId,
        line.Result,
        before = Json(line.Before),
        after = Json(line.After),
        line.Correlation,
    };

    private static string Kind(AuditEvent line) => Store.SnakeCase.Of(line.ActorKind.ToString());

    private static JsonElement? Json(string? text) => text is null ? null : JsonSerializer.Deserialize<JsonElement>(text);

    private static string Cell(string text)
    {
        // A spreadsheet runs what begins like a formula; what people typed must stay text.
        var safe = text.Length > 0 && "=+-@\t\r".Contains(text[0], StringComparison.Ordinal) ? "'" + text : text;
        return safe.AsSpan().ContainsAny("\",\r\n") ? new StringBuilder("\"").Append(safe.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"').ToString() : safe;
    }
}
