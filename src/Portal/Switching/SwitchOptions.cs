using System.ComponentModel.DataAnnotations;

namespace Portal.Switching;

/// <summary>Section <c>Portal:Switching</c>.</summary>
public sealed class SwitchOptions
{
    public const string Section = "Portal:Switching";

    /// <summary>How long the former live side is kept ready for a switch back.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "7.00:00:00")]
    public TimeSpan SwitchBackWindow { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>How long a switch that follows a deployment by itself is tried again while standby is not ready for it: another deployment may be running there.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan PlanPatience { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long after it was due such a switch may still come, as when every portal was away meanwhile. Later it would surprise.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "1.00:00:00")]
    public TimeSpan PlanLimit { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How long a switch waits for a second person's word where the tenant asks for one.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan ApprovalLimit { get; set; } = TimeSpan.FromHours(12);

    /// <summary>How long requests are counted after a switch, unless it drained earlier.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan MeasureFor { get; set; } = TimeSpan.FromSeconds(10);
}
