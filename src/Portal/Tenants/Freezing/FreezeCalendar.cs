namespace Portal.Tenants.Freezing;

/// <summary>
/// When a time of quiet begins and ends. Pure. A weekly one is told by the tenant's clocks: where they are put forward over its beginning
/// or end, it begins or ends at the jump; where they are put back and an hour comes twice, it begins with the first and ends with the
/// second. So each time is one whole, never shorter than its clock says.
/// </summary>
public static class FreezeCalendar
{
    private const int DaysOfWeek = 7;

    /// <returns>The time of quiet that the moment lies in; null: none. Its end is not in it.</returns>
    public static FreezeSpan? At(FreezeWindow window, TimeZoneInfo zone, DateTimeOffset moment) =>
        window.Once is { } once
            ? Holds(once, moment) ? once : null
            : window.Weekly is { } weekly ? Around(weekly, zone, moment).FirstOrDefault(span => Holds(span, moment)) : null;

    /// <returns>The next one that begins after the moment; null: none is to come.</returns>
    public static FreezeSpan? Next(FreezeWindow window, TimeZoneInfo zone, DateTimeOffset moment) =>
        window.Once is { } once
            ? once.From > moment ? once : null
            : window.Weekly is { } weekly ? Around(weekly, zone, moment).FirstOrDefault(span => span.From > moment && span.Until > span.From) : null;

    /// <summary>The moment at which a zone's clocks show this; of two, the first or the last; of none, that of the jump over it.</summary>
    public static DateTimeOffset Moment(DateTime local, TimeZoneInfo zone, bool last)
    {
        if (zone.IsInvalidTime(local))
        {
            return Jump(local, zone);
        }

        // Of an hour that comes twice, the first is that of the larger offset.
        var offset = zone.IsAmbiguousTime(local)
            ? last ? zone.GetAmbiguousTimeOffsets(local).Min() : zone.GetAmbiguousTimeOffsets(local).Max()
            : zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }

    /// <summary>Occurrences from the week before to two weeks after, in their order.</summary>
    private static IEnumerable<FreezeSpan> Around(WeeklySpan weekly, TimeZoneInfo zone, DateTimeOffset moment)
    {
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(moment, zone).DateTime);
        var begins = today.AddDays(-(((int)today.DayOfWeek - (int)weekly.FromDay + DaysOfWeek) % DaysOfWeek));
        var days = ((int)weekly.UntilDay - (int)weekly.FromDay + DaysOfWeek) % DaysOfWeek;
        if (days == 0 && weekly.UntilTime < weekly.FromTime)
        {
            days = DaysOfWeek;
        }

        return from week in Enumerable.Range(-1, 4)
               let day = begins.AddDays(week * DaysOfWeek)
               select new FreezeSpan(Moment(day.ToDateTime(weekly.FromTime), zone, last: false), Moment(day.AddDays(days).ToDateTime(weekly.UntilTime), zone, last: true));
    }

    /// <summary>Where the clocks skip a time, the moment at which they do.</summary>
    private static DateTimeOffset Jump(DateTime local, TimeZoneInfo zone)
    {
        // Clocks that are put forward jump from the one offset to the other at one moment: the first at which the later offset is in force.
        var (before, after) = (local.AddDays(-1), local.AddDays(1));
        var (low, high) = (Utc(before, zone), Utc(after, zone));
        var later = zone.GetUtcOffset(high);
        while (high - low > TimeSpan.FromSeconds(1))
        {
            var middle = low + ((high - low) / 2);
            (low, high) = zone.GetUtcOffset(middle) == later ? (low, middle) : (middle, high);
        }

        return new DateTimeOffset(high.Ticks - (high.Ticks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
    }

    private static DateTimeOffset Utc(DateTime local, TimeZoneInfo zone) => new DateTimeOffset(local, zone.GetUtcOffset(local)).ToUniversalTime();

    private static bool Holds(FreezeSpan span, DateTimeOffset moment) => span.From <= moment && moment < span.Until;
}
