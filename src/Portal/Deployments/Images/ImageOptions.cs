using System.ComponentModel.DataAnnotations;

namespace Portal.Deployments.Images;

/// <summary>Section <c>Portal:Images</c>.</summary>
public sealed class ImageOptions
{
    public const string Section = "Portal:Images";

    /// <summary>Of each stack, the images of so many of its newest revisions, and of the newest that succeeded, stay on the hosts.</summary>
    [Range(1, 100)]
    public int KeepRevisions { get; set; } = 5;

    /// <summary>How often hosts are looked through for images that nothing needs.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan Every { get; set; } = TimeSpan.FromHours(1);

    /// <summary>MiB that a pull leaves free on a host whose disk can be looked at.</summary>
    [Range(0, 1024 * 1024)]
    public int KeepFree { get; set; } = 128;
}
