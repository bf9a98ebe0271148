using System.Text.Json;
using Portal.HAProxy;

namespace Portal.Stacks;

/// <summary>What the gateway does with a route's requests besides leading them on. Null: nothing of the kind.</summary>
/// <param name="MaxBodyBytes">Larger request bodies are refused with 413, and those that do not say their length with 411.</param>
/// <param name="TimeoutSeconds">How long the service may be silent; 60 where nobody says.</param>
/// <param name="ClientRate">Requests a second from one address, averaged over ten seconds; more are refused with 429.</param>
/// <param name="Rate">The same from all together.</param>
/// <param name="Maintenance">A page with 503 for everybody; the preview of standby stays.</param>
/// <param name="RedirectTo">Where requests are sent instead, with their path and query after it.</param>
/// <param name="HoldSeconds">Where the live side has no replica just now, as in a redeploy that stops first, requests wait so long for one instead of being refused.</param>
/// <param name="HttpsOnly">Requests by HTTP are sent to HTTPS with 308, where the gateway takes that.</param>
public sealed record RouteSettings(long? MaxBodyBytes, int? TimeoutSeconds, int? ClientRate, int? Rate, bool Maintenance, string? RedirectTo, bool HttpsOnly, int? HoldSeconds)
{
    private const long LargestBody = 1L << 40;
    private const int LongestTimeout = 3600;
    private const int LongestHold = 60;
    private const int HighestRate = 1_000_000;

    public static RouteSettings None { get; } = new(null, null, null, null, false, null, false, null);

    public static RouteSettings Of(Route route) => new(route.MaxBodyBytes, route.TimeoutSeconds, route.ClientRate, route.Rate, route.Maintenance, route.RedirectTo, route.HttpsOnly, route.HoldSeconds);

    internal RoutePolicy Policy => new()
    {
        MaxBodyBytes = MaxBodyBytes ?? 0,
        Timeout = TimeSpan.FromSeconds(TimeoutSeconds ?? 0),
        ClientRate = ClientRate ?? 0,
        Rate = Rate ?? 0,
        Maintenance = Maintenance,
        RedirectTo = RedirectTo,
        HttpsOnly = HttpsOnly,
        Hold = TimeSpan.FromSeconds(HoldSeconds ?? 0),
    };

    internal void ApplyTo(Route route) =>
        (route.MaxBodyBytes, route.TimeoutSeconds, route.ClientRate, route.Rate, route.Maintenance, route.RedirectTo, route.HttpsOnly, route.HoldSeconds) = (MaxBodyBytes, TimeoutSeconds, ClientRate, Rate, Maintenance, RedirectTo, HttpsOnly, HoldSeconds);

    /// <returns>Null where all is well; else the field, by its name in the API, and what is wrong.</returns>
    public (string Field, string Problem)? Problem(string hostName) => this switch
    {
        { MaxBodyBytes: <= 0 or > LargestBody } => ("maxBodyBytes", $"1 to {LargestBody} bytes."),
        { TimeoutSeconds: <= 0 or > LongestTimeout } => ("timeoutSeconds", $"1 to {LongestTimeout} seconds."),
        { ClientRate: <= 0 or > HighestRate } => ("clientRate", $"1 to {HighestRate} requests a second."),
        { Rate: <= 0 or > HighestRate } => ("rate", $"1 to {HighestRate} requests a second."),
        { HoldSeconds: <= 0 or > LongestHold } => ("holdSeconds", $"1 to {LongestHold} seconds."),
        { RedirectTo: { } target } when !RoutePolicy.IsRedirect(target) => ("redirectTo", "An address such as https://new.example.com or https://example.com/below, without a slash at its end: path and query of a request come after it."),
        { RedirectTo: { } target } when new Uri(target).Host.Equals(hostName, StringComparison.OrdinalIgnoreCase) => ("redirectTo", "It leads back to the route's own host name."),
        _ => null,
    };

    /// <summary>These with a merge patch (RFC 7396): what is absent stays, what is null goes.</summary>
    /// <returns>No settings: the field that is wrong, and why.</returns>
    public (RouteSettings? Settings, string Field, string Problem) With(JsonElement patch)
    {
        if (patch.ValueKind != JsonValueKind.Object)
        {
            return (null, "", "A JSON object with the fields to change.");
        }

        var after = this;
        foreach (var field in patch.EnumerateObject())
        {
            var none = field.Value.ValueKind == JsonValueKind.Null;
            var (next, problem) = field.Name switch
            {
                "maxBodyBytes" => none ? (after with { MaxBodyBytes = null }, "") : IsWhole(field.Value, out var bytes) ? (after with { MaxBodyBytes = bytes }, "") : (null, "A whole number, or null."),
                "timeoutSeconds" => none ? (after with { TimeoutSeconds = null }, "") : IsInt(field.Value, out var seconds) ? (after with { TimeoutSeconds = seconds }, "") : (null, "A whole number, or null."),
                "clientRate" => none ? (after with { ClientRate = null }, "") : IsInt(field.Value, out var client) ? (after with { ClientRate = client }, "") : (null, "A whole number, or null."),
                "rate" => none ? (after with { Rate = null }, "") : IsInt(field.Value, out var rate) ? (after with { Rate = rate }, "") : (null, "A whole number, or null."),
                "holdSeconds" => none ? (after with { HoldSeconds = null }, "") : IsInt(field.Value, out var hold) ? (after with { HoldSeconds = hold }, "") : (null, "A whole number, or null."),
                "maintenance" => field.Value.ValueKind is JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null ? (after with { Maintenance = field.Value.ValueKind == JsonValueKind.True }, "") : (null, "true, false or null."),
                "redirectTo" => none ? (after with { RedirectTo = null }, "") : field.Value.ValueKind == JsonValueKind.String ? (after with { RedirectTo = field.Value.GetString() }, "") : (null, "A text, or null."),
                "httpsOnly" => field.Value.ValueKind is JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null ? (after with { HttpsOnly = field.Value.ValueKind == JsonValueKind.True }, "") : (null, "true, false or null."),
                _ => ((RouteSettings?)null, "There is no such setting."),
            };
            if (next is null)
            {
                return (null, field.Name, problem);
            }

            after = next;
        }

        return (after, "", "");
    }

    private static bool IsWhole(JsonElement value, out long number)
    {
        number = 0;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out number);
    }

    private static bool IsInt(JsonElement value, out int number)
    {
        number = 0;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out number);
    }
}
