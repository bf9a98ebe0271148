using System.ComponentModel.DataAnnotations;

namespace Portal.Deployments;

/// <summary>Section <c>Portal:Deployments</c>.</summary>
public sealed class DeploymentOptions
{
    public const string Section = "Portal:Deployments";

    /// <summary>A deployment ends by itself after this long, and rolls back.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "24:00:00")]
    public TimeSpan Limit { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Going back ends by itself after this long. The healing loop goes on from there, and the next deployment may begin.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "24:00:00")]
    public TimeSpan BackLimit { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>A deployment that waits longer than this to begin is ended, with what it waited for.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "24:00:00")]
    public TimeSpan QueueLimit { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long a migration waits for somebody's word that it is backward compatible.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan WordLimit { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How long an engine or a gateway that does not answer is waited for before the deployment turns back.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long requests in flight may keep an old replica; afterwards it is stopped.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan DrainLimit { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// A folder of every host's, in memory (tmpfs), for the secrets of containers; an absolute path. Null: <c>/run/portal</c>, or
    /// <c>/dev/shm/portal</c> on a host whose <c>/run</c> is on a disk.
    /// </summary>
    [RegularExpression("^(/[A-Za-z0-9._-]+)+$")]
    public string? SecretsFolder { get; set; }

    /// <summary>How many deployments this portal works on at once.</summary>
    [Range(1, 256)]
    public int Parallel { get; set; } = 16;

    /// <summary>How many deployments there are at once on one cluster, whichever portal works on them.</summary>
    [Range(1, 64)]
    public int ParallelPerHost { get; set; } = 4;

    /// <summary>How long a worker that went silent keeps its deployment from others.</summary>
    [Range(typeof(TimeSpan), "00:00:02", "00:10:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Lines kept of a failing replica's log.</summary>
    [Range(1, 1000)]
    public int FailureLogLines { get; set; } = 40;
}
