using System.Globalization;

namespace Portal.Tenants.Freezing;

/// <summary>A day of the week and a time as people write them: <c>fri 17:00</c>.</summary>
public static class WeeklyTime
{
    private static readonly string[] Days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    public static bool TryParse(string? text, out DayOfWeek day, out TimeOnly time)
    {
        (day, time) = (DayOfWeek.Sunday, TimeOnly.MinValue);
        if (text?.Trim().ToLowerInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries) is not [var word, var clock] || Array.IndexOf(Days, word) is not (>= 0 and var number))
        {
            return false;
        }

        day = (DayOfWeek)number;
        return TimeOnly.TryParseExact(clock, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out time);
    }

    public static string Text(DayOfWeek day, TimeOnly time) => $"{Days[(int)day]} {time.ToString("HH:mm", CultureInfo.InvariantCulture)}";
}
