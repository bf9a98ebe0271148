using System.ComponentModel.DataAnnotations;

namespace Portal.Webhooks;

/// <summary>Section <c>Portal:Webhooks</c>. The limits hold in each portal process.</summary>
public sealed class WebhookOptions
{
    public const string Section = "Portal:Webhooks";

    /// <summary>Longer bodies are refused with 413, in bytes.</summary>
    [Range(1024, 64 * 1024 * 1024)]
    public int LargestBody { get; set; } = 1024 * 1024;

    /// <summary>What is kept of the body of a call that was refused, in bytes.</summary>
    [Range(0, 1024 * 1024)]
    public int LargestRefusedBody { get; set; } = 4 * 1024;

    /// <summary>How far a signed timestamp may be from the portal's own clock.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan TimestampTolerance { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The same stack, image and digest again within this time is folded into the deployment that runs or succeeded.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan CoalesceWindow { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Longest <c>?wait=</c>; more is cut to this.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan LongestWait { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Calls from one address, whatever they hold.</summary>
    [Required]
    public RateOptions PerSource { get; set; } = new() { Burst = 200, PerSecond = 50 };

    /// <summary>Verified calls of one webhook: strangers cannot use these up.</summary>
    [Required]
    public RateOptions PerHook { get; set; } = new() { Burst = 60, PerSecond = 5 };

    /// <summary>Refused calls of one webhook that are kept; further ones are only counted in the log.</summary>
    [Required]
    public RateOptions KeptRefusals { get; set; } = new() { Burst = 20, PerSecond = 1 };

    /// <summary>Lines of the deployment's log in the answer to a caller whose deployment failed.</summary>
    [Range(0, 200)]
    public int FailureLogLines { get; set; } = 20;
}

/// <summary>A token bucket.</summary>
public sealed class RateOptions
{
    [Range(1, 1_000_000)]
    public int Burst { get; set; } = 1;

    [Range(1, 1_000_000)]
    public int PerSecond { get; set; } = 1;
}
