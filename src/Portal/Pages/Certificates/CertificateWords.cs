using System.Globalization;
using Portal.Gateway.Certificates;
using Portal.Pages.Shared;

namespace Portal.Pages.Certificates;

/// <summary>A certificate's state in shapes and words.</summary>
internal static class CertificateWords
{
    public static StatusKind Kind(string level) => level switch
    {
        "ok" => StatusKind.Ok,
        "soon" => StatusKind.Warn,
        _ => StatusKind.Bad,
    };

    public static string Expiry(CertificateView certificate, DateTimeOffset now) => certificate.NotAfter <= now
        ? "expired"
        : (int)(certificate.NotAfter - now).TotalDays is var days && days < 1 ? "less than a day left" : days == 1 ? "1 day left" : string.Create(CultureInfo.InvariantCulture, $"{days} days left");

    public static string Date(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
