using System.Collections.Immutable;

namespace Portal.Gateway.Certificates;

/// <summary>How near a certificate's end is. Pure.</summary>
public static class CertificateExpiry
{
    /// <summary>Days before the end at which people are warned, farthest first; 0 once it has passed.</summary>
    public static ImmutableArray<int> Marks { get; } = [30, 7, 0];

    /// <returns>The nearest mark that has been passed; null while there is time.</returns>
    public static int? Mark(DateTimeOffset notAfter, DateTimeOffset now)
    {
        int? passed = null;
        foreach (var mark in Marks.Where(mark => notAfter - now <= TimeSpan.FromDays(mark)))
        {
            passed = mark;
        }

        return passed;
    }

    /// <returns><c>ok</c>, <c>soon</c> (30 days), <c>urgent</c> (7 days) or <c>expired</c>.</returns>
    public static string Level(DateTimeOffset notAfter, DateTimeOffset now) => Mark(notAfter, now) switch
    {
        null => "ok",
        0 => "expired",
        7 => "urgent",
        _ => "soon",
    };
}
