using Portal.Model;
using Portal.Tenants.Freezing;

namespace Portal.Tests.Switching;

/// <summary>Times of quiet around the days on which clocks are put forward and back. Over generated weeks; a failure names its seed.</summary>
public sealed class FreezeCalendarTests
{
    /// <summary>Both hemispheres, half-hour offsets, a half-hour jump, a jump at midnight, and none.</summary>
    private static readonly string[] Zones =
        ["Europe/Berlin", "America/New_York", "Australia/Sydney", "Australia/Lord_Howe", "America/Santiago", "Asia/Kolkata", "Pacific/Chatham", "Africa/Cairo", "UTC"];

    [Theory]
    [InlineData(20261122)]
    [InlineData(11)]
    public void Every_weekly_time_is_whole_and_covers_what_the_clocks_say(int seed)
    {
        for (var round = 0; round < 2_000; round++)
        {
            var random = new Random(HashCode.Combine(seed, round));
            var (zone, weekly, moment) = (TimeZoneInfo.FindSystemTimeZoneById(Zones[random.Next(Zones.Length)]), Span(random), Near(random));
            var window = new FreezeWindow("w", null, weekly);
            var what = $"seed {seed}, round {round}: {zone.Id} {weekly} at {moment:u}";
            var found = FreezeCalendar.At(window, zone, moment);

            // Never shorter than the clock says; and where that says one thing only, no longer either.
            var local = TimeZoneInfo.ConvertTime(moment, zone).DateTime;
            Assert.True(found is not null || !ByTheClock(weekly, local), what);
            if (!zone.IsAmbiguousTime(local))
            {
                Assert.True((found is not null) == ByTheClock(weekly, local), what);
            }

            if (found is null)
            {
                continue;
            }

            Assert.True(found.From <= moment && moment < found.Until, what);
            // One whole: whatever lies between its ends is in it, and belongs to the same one.
            var between = found.From + ((found.Until - found.From) * random.NextDouble());
            Assert.True(FreezeCalendar.At(window, zone, between) == found, $"{what}, between at {between:u}");
            Assert.True(FreezeCalendar.At(window, zone, found.From) == found, what);
            Assert.True(FreezeCalendar.At(window, zone, found.Until) != found, what);
            Assert.True(FreezeCalendar.Next(window, zone, moment) is { } next && next.From > moment, what);
        }
    }

    [Fact]
    public void Where_an_hour_comes_twice_it_begins_with_the_first_and_ends_with_the_second()
    {
        // Berlin, 25 October 2026: from 02:00 to 03:00 twice, at 00:00 and at 01:00 UTC.
        var berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        var night = new FreezeWindow("night", null, new WeeklySpan(DayOfWeek.Saturday, new TimeOnly(22, 0), DayOfWeek.Sunday, new TimeOnly(2, 30)));
        var early = new FreezeWindow("early", null, new WeeklySpan(DayOfWeek.Sunday, new TimeOnly(2, 30), DayOfWeek.Sunday, new TimeOnly(5, 0)));

        Assert.Equal(Utc("2026-10-25T01:30:00"), FreezeCalendar.At(night, berlin, Utc("2026-10-25T00:45:00"))!.Until);
        Assert.Null(FreezeCalendar.At(night, berlin, Utc("2026-10-25T01:30:00")));
        Assert.Equal(Utc("2026-10-25T00:30:00"), FreezeCalendar.At(early, berlin, Utc("2026-10-25T01:10:00"))!.From);
        Assert.Null(FreezeCalendar.At(early, berlin, Utc("2026-10-25T00:29:59")));
    }

    [Fact]
    public void Where_the_clocks_skip_its_beginning_or_end_it_is_the_jump()
    {
        // Berlin, 29 March 2026: 02:00 to 03:00 is not there; the clocks jump at 01:00 UTC.
        var berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        var begins = new FreezeWindow("begins", null, new WeeklySpan(DayOfWeek.Sunday, new TimeOnly(2, 30), DayOfWeek.Sunday, new TimeOnly(5, 0)));
        var ends = new FreezeWindow("ends", null, new WeeklySpan(DayOfWeek.Saturday, new TimeOnly(22, 0), DayOfWeek.Sunday, new TimeOnly(2, 30)));
        var inside = new FreezeWindow("inside", null, new WeeklySpan(DayOfWeek.Sunday, new TimeOnly(2, 10), DayOfWeek.Sunday, new TimeOnly(2, 40)));

        Assert.Equal(new FreezeSpan(Utc("2026-03-29T01:00:00"), Utc("2026-03-29T03:00:00")), FreezeCalendar.At(begins, berlin, Utc("2026-03-29T01:00:00")));
        Assert.Null(FreezeCalendar.At(begins, berlin, Utc("2026-03-29T00:59:59")));
        Assert.Equal(Utc("2026-03-29T01:00:00"), FreezeCalendar.At(ends, berlin, Utc("2026-03-28T22:00:00"))!.Until);
        Assert.Null(FreezeCalendar.At(inside, berlin, Utc("2026-03-29T01:00:00")));
        Assert.Equal(Utc("2026-04-05T00:10:00"), FreezeCalendar.Next(inside, berlin, Utc("2026-03-28T12:00:00"))!.From);
    }

    [Fact]
    public void What_is_once_is_by_the_moment_and_no_clock()
    {
        var once = new FreezeWindow("once", new FreezeSpan(Utc("2026-12-24T00:00:00"), Utc("2026-12-27T00:00:00")), null);

        foreach (var zone in Zones.Select(TimeZoneInfo.FindSystemTimeZoneById))
        {
            Assert.Null(FreezeCalendar.At(once, zone, Utc("2026-12-23T23:59:59")));
            Assert.NotNull(FreezeCalendar.At(once, zone, Utc("2026-12-24T00:00:00")));
            Assert.Null(FreezeCalendar.At(once, zone, Utc("2026-12-27T00:00:00")));
            Assert.NotNull(FreezeCalendar.Next(once, zone, Utc("2026-12-01T00:00:00")));
            Assert.Null(FreezeCalendar.Next(once, zone, Utc("2026-12-24T00:00:00")));
        }
    }

    [Theory]
    [InlineData("fri 17:00", DayOfWeek.Friday, 17, 0)]
    [InlineData(" Mon  08:05 ", DayOfWeek.Monday, 8, 5)]
    public void A_day_and_a_time_are_read_as_people_write_them(string text, DayOfWeek day, int hour, int minute)
    {
        Assert.True(WeeklyTime.TryParse(text, out var seen, out var time));
        Assert.Equal((day, new TimeOnly(hour, minute)), (seen, time));
        Assert.True(WeeklyTime.TryParse(WeeklyTime.Text(seen, time), out var again, out var then) && (again, then) == (seen, time));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("friday 17:00")]
    [InlineData("fri 24:00")]
    [InlineData("fri 5pm")]
    [InlineData("fri")]
    public void What_is_no_day_and_time_is_refused(string? text) => Assert.False(WeeklyTime.TryParse(text, out _, out _));

    private static WeeklySpan Span(Random random)
    {
        while (true)
        {
            var span = new WeeklySpan((DayOfWeek)random.Next(7), new TimeOnly(random.Next(24), random.Next(4) * 15), (DayOfWeek)random.Next(7), new TimeOnly(random.Next(24), random.Next(4) * 15));
            // So long that one ends where the next begins would be two that overlap on the days in question.
            var minutes = (Minute(span.UntilDay, span.UntilTime) - Minute(span.FromDay, span.FromTime) + 10_080) % 10_080;
            if (minutes is > 0 and < 9_000)
            {
                return span;
            }
        }
    }

    /// <summary>Half of them within a day of a change of some zone's clocks.</summary>
    private static DateTimeOffset Near(Random random)
    {
        DateTimeOffset[] changes = [Utc("2026-03-29T01:00:00"), Utc("2026-10-25T01:00:00"), Utc("2026-03-08T07:00:00"), Utc("2026-11-01T06:00:00"), Utc("2026-04-04T16:00:00"), Utc("2026-10-03T16:00:00"), Utc("2026-09-06T04:00:00"), Utc("2026-04-23T22:00:00")];
        return random.Next(2) == 0
            ? changes[random.Next(changes.Length)].AddMinutes(random.Next(-1440, 1440))
            : Utc("2026-01-01T00:00:00").AddMinutes(random.Next(365 * 1440));
    }

    private static bool ByTheClock(WeeklySpan weekly, DateTime local)
    {
        var (from, until, now) = (Minute(weekly.FromDay, weekly.FromTime), Minute(weekly.UntilDay, weekly.UntilTime), Minute(local.DayOfWeek, TimeOnly.FromDateTime(local)));
        return from < until ? from <= now && now < until : now >= from || now < until;
    }

    private static int Minute(DayOfWeek day, TimeOnly time) => ((int)day * 1440) + (time.Hour * 60) + time.Minute;

    private static DateTimeOffset Utc(string text) => new(DateTime.Parse(text, System.Globalization.CultureInfo.InvariantCulture), TimeSpan.Zero);
}
