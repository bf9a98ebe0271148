namespace Portal.Clusters.Health;

/// <summary>From one probe's result to the replica's state. Pure.</summary>
public static class HealthJudge
{
    public static HealthNote Next(HealthNote? before, ProbeRule rule, bool passed, string answer, TimeSpan up, DateTimeOffset now)
    {
        var state = before?.State ?? HealthState.Starting;
        var row = before?.Passed == passed ? before.Row + 1 : 1;
        var next = (state, passed) switch
        {
            (HealthState.Starting, true) when up < rule.Steady => state,
            (_, true) => row >= rule.HealthyThreshold ? HealthState.Healthy : state,
            // A slow start is not a failure; once it was healthy, each failure counts.
            (HealthState.Starting, false) => up > rule.StartPeriod && row >= rule.UnhealthyThreshold ? HealthState.Unhealthy : HealthState.Starting,
            (_, false) => row >= rule.UnhealthyThreshold ? HealthState.Unhealthy : state,
        };
        return new HealthNote(next, passed, answer, row, next == before?.State ? before.Since : now);
    }
}
