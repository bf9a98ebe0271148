using System.Globalization;

namespace Portal.Pages.Shared;

/// <summary>Times and spans in few words. Pure; the caller brings the clock.</summary>
public static class RelativeTime
{
    /// <summary>"just now", "12 s ago", "4 min ago", "2 h ago", "3 d ago", a date beyond 30 days; "in 12 s" for the future.</summary>
    public static string Of(DateTimeOffset at, DateTimeOffset now)
    {
        var age = now - at;
        if (age.Duration() < TimeSpan.FromSeconds(2))
        {
            return "just now";
        }

        if (age.Duration() > TimeSpan.FromDays(30))
        {
            return at.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        }

        var words = Largest(age.Duration());
        return age < TimeSpan.Zero ? $"in {words}" : $"{words} ago";
    }

    /// <summary>"2026-11-21 07:02:11 UTC".</summary>
    public static string Exact(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>Two units at most: "0.2 s" (below 10 s), "12 s", "3 min 4 s", "1 h 5 min", "2 d 3 h".</summary>
    public static string Span(TimeSpan span)
    {
        var s = span < TimeSpan.Zero ? TimeSpan.Zero : span;
        return s switch
        {
            { TotalSeconds: < 10 } => $"{s.Seconds}.{s.Milliseconds / 100} s",
            { TotalMinutes: < 1 } => $"{(int)s.TotalSeconds} s",
            { TotalHours: < 1 } => $"{s.Minutes} min {s.Seconds} s",
            { TotalDays: < 1 } => $"{s.Hours} h {s.Minutes} min",
            _ => $"{(int)s.TotalDays} d {s.Hours} h",
        };
    }

    /// <summary>A time that somebody chose, whole: "90 s" reads "1 min 30 s", "10 min", "1 h 30 min".</summary>
    public static string Words(TimeSpan span)
    {
        (int Number, string Unit)[] parts = [((int)span.TotalHours, "h"), (span.Minutes, "min"), (span.Seconds, "s")];
        return string.Join(' ', parts.Where(part => part.Number > 0).Select(part => $"{part.Number} {part.Unit}"));
    }

    /// <summary>"4:09" or "1:04:09": time left to a deadline, "0:00" once it has passed.</summary>
    public static string Left(TimeSpan span)
    {
        var s = span < TimeSpan.Zero ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Ceiling(span.TotalSeconds));
        return s.TotalHours < 1 ? $"{s.Minutes}:{s.Seconds:00}" : $"{(int)s.TotalHours}:{s.Minutes:00}:{s.Seconds:00}";
    }

    private static string Largest(TimeSpan age) => age switch
    {
        { TotalMinutes: < 1 } => $"{(int)age.TotalSeconds} s",
        { TotalHours: < 1 } => $"{(int)age.TotalMinutes} min",
        { TotalDays: < 1 } => $"{(int)age.TotalHours} h",
        _ => $"{(int)age.TotalDays} d",
    };
}
