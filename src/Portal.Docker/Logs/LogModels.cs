namespace Portal.Docker;

public enum OutputKind { StdOut, StdErr }

/// <param name="Text">Without its line end. Bytes that are not UTF-8 come as the replacement character.</param>
/// <param name="Time">When the engine took it; only with <see cref="LogOptions.Timestamps"/>.</param>
/// <param name="Truncated">The line was longer than <see cref="LogOptions.LongestLine"/>; the rest of it is gone.</param>
public sealed record LogLine(OutputKind Kind, string Text, DateTimeOffset? Time = null, bool Truncated = false);

public sealed record LogOptions
{
    /// <summary>Go on with what comes, until the container stops or the caller cancels.</summary>
    public bool Follow { get; init; }

    /// <summary>The last so many lines; null is all.</summary>
    public int? Tail { get; init; }

    public DateTimeOffset? Since { get; init; }

    public DateTimeOffset? Until { get; init; }

    public bool Timestamps { get; init; }

    /// <summary>Bytes.</summary>
    public int LongestLine { get; init; } = 64 * 1024;
}
