namespace Portal.Pages.Shared;

public enum StepState { Waiting, Running, Done, Failed, Skipped }

/// <param name="Progress">0 to 1; null where it cannot be told.</param>
public sealed record StepPart(string Name, string Word, double? Progress);

/// <summary>A step as <see cref="Steps"/> shows it. Seconds are counted from Since to Until, live while Until is null.</summary>
public sealed record StepItem(string Key, string Title, StepState State)
{
    public string? Detail { get; init; }

    /// <summary>Detail in monospace: references, digests.</summary>
    public bool Mono { get; init; }

    public DateTimeOffset? Since { get; init; }

    public DateTimeOffset? Until { get; init; }

    /// <summary>Shows a bar while running; with <see cref="Progress"/> null one that only says "at work".</summary>
    public bool HasProgress { get; init; }

    /// <summary>0 to 1.</summary>
    public double? Progress { get; init; }

    /// <summary>What it is made of, such as an image's layers; shown while it runs.</summary>
    public IReadOnlyList<StepPart> Parts { get; init; } = [];

    internal StatusKind Kind => State switch
    {
        StepState.Waiting or StepState.Skipped => StatusKind.Idle,
        StepState.Running => StatusKind.Run,
        StepState.Done => StatusKind.Ok,
        StepState.Failed => StatusKind.Bad,
    };

    /// <summary>What the shape says, for those who do not see it.</summary>
    internal string Word => $"{State.ToString().ToLowerInvariant()}: ";
}
