using System.Globalization;
using Portal.Stacks;

namespace Portal.Pages.Routes;

/// <summary>A route's settings as people type them.</summary>
internal sealed class SettingsForm
{
    private const decimal BytesOfOne = 1 << 20;

    public bool Maintenance { get; set; }
    public bool HttpsOnly { get; set; }
    public string? RedirectTo { get; set; }
    public decimal? MaxBodyMiB { get; set; }
    public int? TimeoutSeconds { get; set; }
    public int? ClientRate { get; set; }
    public int? Rate { get; set; }
    public int? HoldSeconds { get; set; }

    public static SettingsForm Of(RouteSettings settings) => new()
    {
        Maintenance = settings.Maintenance,
        HttpsOnly = settings.HttpsOnly,
        RedirectTo = settings.RedirectTo,
        MaxBodyMiB = settings.MaxBodyBytes is { } bytes ? Math.Round(bytes / BytesOfOne, 6) : null,
        TimeoutSeconds = settings.TimeoutSeconds,
        ClientRate = settings.ClientRate,
        Rate = settings.Rate,
        HoldSeconds = settings.HoldSeconds,
    };

    /// <summary>What was typed, over what holds by now: what was not touched stays as somebody else may have set it meanwhile.</summary>
    /// <param name="shown">As the form was opened with.</param>
    public RouteSettings Over(RouteSettings now, RouteSettings shown)
    {
        var before = Of(shown);
        var target = RedirectTo?.Trim() is { Length: > 0 } typed ? typed : null;
        return new RouteSettings(
            MaxBodyMiB == before.MaxBodyMiB ? now.MaxBodyBytes : (long?)(MaxBodyMiB * BytesOfOne),
            TimeoutSeconds == before.TimeoutSeconds ? now.TimeoutSeconds : TimeoutSeconds,
            ClientRate == before.ClientRate ? now.ClientRate : ClientRate,
            Rate == before.Rate ? now.Rate : Rate,
            Maintenance == before.Maintenance ? now.Maintenance : Maintenance,
            target == before.RedirectTo ? now.RedirectTo : target,
            HttpsOnly == before.HttpsOnly ? now.HttpsOnly : HttpsOnly,
            HoldSeconds == before.HoldSeconds ? now.HoldSeconds : HoldSeconds);
    }

    public static string Size(long bytes) => bytes switch
    {
        < 1 << 10 => string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes"),
        < 1 << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024m:0.##} KiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / BytesOfOne:0.##} MiB"),
    };
}
