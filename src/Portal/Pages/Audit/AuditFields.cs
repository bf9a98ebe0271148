using System.Globalization;
using Portal.Audit;

namespace Portal.Pages.Audit;

/// <summary>The filter as its form and the address hold it. Times are UTC.</summary>
internal sealed record AuditFields
{
    private const string TimeForm = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    public string? Text { get; set; }
    public string? Actor { get; set; }
    public string? Action { get; set; }
    public string? Result { get; set; }
    public DateTime? Since { get; set; }
    public DateTime? Until { get; set; }
    public Guid? Correlation { get; set; }

    public AuditFilter Filter(Guid? tenant, Guid? before) => new(
        tenant, At(Since), At(Until), Trimmed(Action), Trimmed(Actor), Trimmed(Text), Correlation, before, Trimmed(Result));

    /// <summary>By the names that the API has for them too, so that what is seen is what is exported.</summary>
    public IEnumerable<(string Name, string Value)> Query() => new (string Name, string? Value)[]
    {
        ("text", Trimmed(Text)), ("actor", Trimmed(Actor)), ("action", Trimmed(Action)), ("result", Trimmed(Result)),
        ("since", Form(Since)), ("until", Form(Until)), ("correlation", Correlation?.ToString()),
    }.Where(pair => pair.Value is not null).Select(pair => (pair.Name, pair.Value!));

    public static DateTime? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? DateTime.SpecifyKind(at.UtcDateTime, DateTimeKind.Unspecified) : null;

    private static DateTimeOffset? At(DateTime? time) => time is { } at ? new DateTimeOffset(DateTime.SpecifyKind(at, DateTimeKind.Utc)) : null;

    private static string? Form(DateTime? time) => time?.ToString(TimeForm, CultureInfo.InvariantCulture);

    private static string? Trimmed(string? text) => text?.Trim() is { Length: > 0 } words ? words : null;
}

internal static class AuditWords
{
    /// <summary>To choose from; the beginning of one is enough.</summary>
    public static readonly string[] Actions =
    [
        "delivery", "deployment", "host", "member", "route", "session", "stack", "switch", "tenant", "webhook",
        "deployment.requested", "deployment.succeeded", "switch.requested", "switch.applied", "switch.measured", "session.started", "session.refused",
    ];
}
