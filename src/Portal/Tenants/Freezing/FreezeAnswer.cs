namespace Portal.Tenants.Freezing;

/// <summary>A time of quiet as the API answers it, and as it stands in the audit log.</summary>
internal static class FreezeAnswer
{
    public static object Of(FreezeWindow freeze) => new
    {
        freeze.Name,
        from = freeze.Once?.From,
        until = freeze.Once?.Until,
        weekly = freeze.Weekly is { } weekly ? new { from = WeeklyTime.Text(weekly.FromDay, weekly.FromTime), until = WeeklyTime.Text(weekly.UntilDay, weekly.UntilTime) } : null,
    };
}
